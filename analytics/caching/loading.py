"""Stored exchanges as calls for the simulators, with what each was billed."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import duckdb
import orjson
import pyarrow as pa

from analytics.caching.bill import InputCost
from analytics.caching.billed import BilledCall, Row, Scope
from analytics.caching.call import Call, Mark
from analytics.caching.prompt import EMPTY, NOTHING, Block, Prefix, Prompt, Prompts
from analytics.caching.rules import CacheRule
from analytics.caching.table import rule_for
from analytics.dialects.exchange import Json
from analytics.hashing import SIZE
from analytics.store.database import sql

type Stride = tuple[bytes | None, bytes]

# The line that Claude Code puts first changes with every call, and what is behind it is cached all the same.
STAMP = Block(b"stamp", "system", 0)
# Bytes that no such line has.
LINE = 500


class CallLoader:
    """Loads calls from a database. Prompts of one loader share their beginnings."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._prompts = Prompts()
        self._blocks: dict[bytes, Block] = {}
        self._preambles: dict[bytes, Prefix] = {}
        self._strides: dict[bytes, Stride] = {}
        self._stems: dict[bytes, Prefix] = {}
        # Where each exchange's history ended: the next one goes on from it, as a rule.
        self._ends: dict[str | None, Prefix] = {}
        self._answered: dict[str, Prompt] = {}
        # The exchanges on whose server-side state others build.
        self._heeded: set[str | None] = set()

    def load(self, exchange_ids: Iterable[str]) -> dict[Scope, list[BilledCall]]:
        """By scope, in the order of their starts, the calls whose caching rule is known and whose prompt was seen.

        A call on server-side state has what the server restored in its prompt, if the exchanges before it are among
        those asked for; else it is left out.
        """
        rows = [Row._make(row) for row in self._ask("caching_calls", "exchange_id", list(exchange_ids))]
        self._heeded = {row.parent_exchange_id for row in rows if row.state_ref}
        rules = [rule_for(row.provider, row.api, row.model) for row in rows]
        behind = list(_behind(rows))
        self._fetch(rows, rules, behind)
        found: dict[Scope, list[BilledCall]] = {}
        for row, rule, parents in zip(rows, rules, behind, strict=True):
            billed = self._call(row, rule, parents)
            if billed:
                found.setdefault(billed.scope, []).append(billed)
        return found

    def _call(self, row: Row, rule: CacheRule | None, behind: int | None) -> BilledCall | None:
        restored = self._restored(row)
        if restored is None:
            return None
        own = Prompt(self._preambles.get(row.preamble_hash or b"", EMPTY), self._history(row, restored.history, behind))
        inherits = not own.preamble.depth and row.api == "anthropic.messages"
        prompt = Prompt(restored.preamble, own.history) if inherits else own
        answered = None
        if self._reply_counts(row, rule):
            answered = Prompt(prompt.preamble, self._prompts.extend(prompt.history, self._reply(row)))
            self._answered[row.exchange_id] = answered
        return _billed(row, rule, prompt, answered, own.preamble.depth, restored) if rule else None

    def _reply_counts(self, row: Row, rule: CacheRule | None) -> bool:
        """Whether its reply is part of a later prompt that was not sent whole, or is cached itself."""
        return row.exchange_id in self._heeded or bool(rule and rule.family == "units")

    def _restored(self, row: Row) -> Prompt | None:
        """What the server put before the request: nothing without a state reference, None where it is not known."""
        return self._answered.get(row.parent_exchange_id or "") if row.state_ref else NOTHING

    def _history(self, row: Row, restored: Prefix, behind: int | None) -> Prefix:
        if not restored.depth:
            start = self._stem(row.stem) if behind is None else self._ends[row.parent_exchange_id]
            end = self._prompts.extend(start, self._known(_split(row.tail[behind or 0 :])))
            self._ends[row.exchange_id] = end
            return end
        stem, blocks = row.stem, _split(row.tail)
        while stem:
            stem, stride = self._strides[stem]
            blocks = [*_split(stride), *blocks]
        return self._prompts.extend(restored, self._known(blocks))

    def _stem(self, stem: bytes | None) -> Prefix:
        """A history up to the end of a stride."""
        behind = []
        while stem and stem not in self._stems:
            behind.append(stem)
            stem = self._strides[stem][0]
        prefix = self._stems[stem] if stem else EMPTY
        for each in reversed(behind):
            prefix = self._stems[each] = self._prompts.extend(prefix, self._known(_split(self._strides[each][1])))
        return prefix

    def _reply(self, row: Row) -> list[Block]:
        """The reply as a later prompt has it: OpenAI does not read reasoning again."""
        blocks = self._known(row.reply_hashes or ())
        return [block for block in blocks if block.kind != "thinking" or row.api == "anthropic.messages"]

    def _known(self, hashes: Iterable[bytes]) -> list[Block]:
        return [self._blocks[block] for block in hashes if block in self._blocks]

    def _fetch(self, rows: Sequence[Row], rules: Sequence[CacheRule | None], behind: Sequence[int | None]) -> None:
        preambles = self._ask("finding_preambles", "exchange_id", [row.exchange_id for row in rows])
        stems = self._ask("finding_strides", "prefix_hash", sorted({row.stem for row in rows if row.stem}))
        self._strides |= {prefix: (before, blocks) for prefix, before, blocks in stems}
        wanted = {block for row, at in zip(rows, behind, strict=True) for block in _split(row.tail[at or 0 :])}
        wanted.update(block for _, blocks in self._strides.values() for block in _split(blocks))
        wanted.update(block for _, blocks in preambles for block in blocks)
        for row, rule in zip(rows, rules, strict=True):
            if self._reply_counts(row, rule):
                wanted.update(row.reply_hashes or ())
        self._fetch_blocks(wanted.difference(self._blocks))
        for preamble, blocks in preambles:
            self._preambles[preamble] = self._prompts.extend(EMPTY, self._known(blocks))

    def _fetch_blocks(self, wanted: set[bytes]) -> None:
        rows = self._ask("caching_blocks", "block_hash", list(wanted))
        self._blocks |= {block: Block(block, kind, tokens) for block, kind, tokens, _ in rows}
        lines = [block for block, kind, _, size in rows if kind == "system" and size < LINE]
        for block, text in self._ask("finding_texts", "block_hash", lines):
            if text.startswith("x-anthropic-billing-header:"):
                self._blocks[block] = STAMP

    def _ask(self, query: str, column: str, wanted: Sequence[str] | Sequence[bytes]) -> list[tuple[Any, ...]]:
        if not wanted:
            return []
        self._connection.register("wanted", pa.table({column: pa.array(wanted)}))
        rows = self._connection.execute(sql(query)).fetchall()
        self._connection.unregister("wanted")
        return rows


def _billed(
    row: Row, rule: CacheRule, prompt: Prompt, answered: Prompt | None, preamble: int, restored: Prompt
) -> BilledCall:
    parameters = orjson.loads(row.parameters or "{}")
    key = parameters.get("prompt_cache_key") or (row.session_hint if row.provider == "xai" else None)
    call = Call(
        call_id=row.exchange_id,
        started_at=row.started_at,
        model=row.model,
        rule=rule,
        prompt=prompt,
        input_tokens=row.input_tokens,
        marks=tuple(_marks(parameters, preamble, prompt.preamble.depth - preamble + restored.history.depth)),
        cache_key=key if isinstance(key, str) and key else None,
        parameters=parameters,
        ready_at=row.first_byte_at,
        parent_id=row.parent_exchange_id,
        answered=answered,
        reported_read=row.cache_read_tokens or None,
    )
    paid = InputCost(row.uncached_usd, row.cache_read_usd, row.cache_write_usd)
    return BilledCall(call, (row.provider, row.key_fingerprint or ""), paid, row)


def _marks(parameters: Json, preamble: int, restored: int) -> Iterator[Mark]:
    """The breakpoints, those behind its own preamble moved by what a server restored before its messages."""
    marks = parameters.get("cache_breakpoints")
    for position, ttl in marks if isinstance(marks, list) else ():
        yield Mark(position + restored if position > preamble else position, ttl)


def _behind(rows: Iterable[Row]) -> Iterator[int | None]:
    """How much of a row's tail is its parent's whole one; None where it does not go on from its parent's."""
    seen: dict[str | None, Row] = {}
    for row in rows:
        before = None if row.state_ref else seen.get(row.parent_exchange_id)
        goes_on = before and before.stem == row.stem and row.tail.startswith(before.tail)
        yield len(before.tail) if before and goes_on else None
        if not row.state_ref:
            seen[row.exchange_id] = row


def _split(blocks: bytes) -> list[bytes]:
    return [blocks[at : at + SIZE] for at in range(0, len(blocks), SIZE)]
