"""Stored exchanges as calls for the simulators, with what each was billed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

import duckdb
import orjson
import pyarrow as pa

from analytics.caching.bill import InputCost
from analytics.caching.billed import BilledCall, Row, Scope
from analytics.caching.call import Call, Mark
from analytics.caching.prompt import EMPTY, Block, Prefix, Prompt, Prompts
from analytics.caching.rules import CacheRule
from analytics.caching.table import rule_for
from analytics.dialects.exchange import Json, Usage
from analytics.hashing import SIZE
from analytics.store.database import sql

USAGE = tuple(name for name in Usage.__dataclass_fields__ if name == "input_tokens" or name.startswith("cache_"))
# The line that Claude Code puts first changes with every call, and what is behind it is cached all the same.
STAMP = Block(b"stamp", "system", 0)


class CallLoader:
    """Loads calls from a database. Prompts of one loader share their beginnings."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._prompts = Prompts()
        self._blocks: dict[bytes, Block] = {}
        self._preambles: dict[bytes, Prefix] = {}
        self._strides: dict[bytes, tuple[bytes | None, bytes]] = {}
        self._stems: dict[bytes, Prefix] = {}
        self._answered: dict[str, Prompt] = {}
        # The exchanges on whose server-side state others build.
        self._heeded: set[str] = set()

    def load(self, exchange_ids: Iterable[str]) -> dict[Scope, list[BilledCall]]:
        """By scope, in the order of their starts, the calls whose caching rule is known and whose prompt was seen.

        A call on server-side state has what the server restored in its prompt, if the exchanges before it are among
        those asked for; else it is left out.
        """
        rows = self._ask("caching_calls", "exchange_id", list(exchange_ids))
        self._heeded = {str(row["parent_exchange_id"]) for row in rows if row["state_ref"]}
        self._fetch(rows)
        found: dict[Scope, list[BilledCall]] = {}
        for row in rows:
            billed = self._call(row)
            if billed:
                found.setdefault(billed.scope, []).append(billed)
        return found

    def _call(self, row: Row) -> BilledCall | None:
        rule = rule_for(str(row["provider"]), str(row["api"]), _model(row))
        restored = self._restored(row)
        if restored is None:
            return None
        own = Prompt(self._preambles.get(_bytes(row["preamble_hash"]), EMPTY), self._history(row, restored.history))
        inherits = not own.preamble.depth and row["api"] == "anthropic.messages"
        prompt = Prompt(restored.preamble, own.history) if inherits else own
        answered = None
        if self._reply_counts(row):
            answered = Prompt(prompt.preamble, self._prompts.extend(prompt.history, self._reply(row)))
            self._answered[str(row["exchange_id"])] = answered
        return _billed(row, rule, prompt, answered, own.preamble.depth, restored) if rule else None

    def _reply_counts(self, row: Row) -> bool:
        """Whether its reply is part of a later prompt that was not sent whole, or is cached itself."""
        rule = rule_for(str(row["provider"]), str(row["api"]), _model(row))
        return str(row["exchange_id"]) in self._heeded or bool(rule and rule.family == "units")

    def _restored(self, row: Row) -> Prompt | None:
        """What the server put before the request: nothing without a state reference, None where it is not known."""
        if not row["state_ref"]:
            return Prompt(EMPTY, EMPTY)
        return self._answered.get(str(row["parent_exchange_id"]))

    def _history(self, row: Row, restored: Prefix) -> Prefix:
        stem: bytes | None = _bytes(row["stem"])
        blocks = _split(_bytes(row["tail"]))
        if not restored.depth:
            return self._prompts.extend(self._stem(stem), self._known(blocks))
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
        blocks = self._known(_hashes(row["reply_hashes"]))
        return [block for block in blocks if block.kind != "thinking" or row["api"] == "anthropic.messages"]

    def _known(self, hashes: Iterable[bytes]) -> list[Block]:
        return [self._blocks[block] for block in hashes if block in self._blocks]

    def _fetch(self, rows: Sequence[Row]) -> None:
        preambles = self._rows("finding_preambles", "exchange_id", [str(row["exchange_id"]) for row in rows])
        stems = {stem for row in rows if (stem := _bytes(row["stem"]))}
        for prefix, before, blocks in self._rows("finding_strides", "prefix_hash", sorted(stems)):
            self._strides[_bytes(prefix)] = (_bytes(before), _bytes(blocks))
        wanted = {block for row in rows for block in _split(_bytes(row["tail"]))}
        wanted.update(block for row in rows if self._reply_counts(row) for block in _hashes(row["reply_hashes"]))
        wanted.update(block for _, blocks in self._strides.values() for block in _split(blocks))
        wanted.update(block for _, blocks in preambles for block in _hashes(blocks))
        self._fetch_blocks(wanted.difference(self._blocks))
        for preamble, blocks in preambles:
            self._preambles[_bytes(preamble)] = self._prompts.extend(EMPTY, self._known(_hashes(blocks)))

    def _fetch_blocks(self, wanted: set[bytes]) -> None:
        for name, kind, tokens, stamp in self._rows("caching_blocks", "block_hash", list(wanted)):
            block = _bytes(name)
            self._blocks[block] = STAMP if stamp else Block(block, str(kind), _count(tokens))

    def _ask(self, query: str, column: str, wanted: Sequence[str]) -> list[dict[str, object]]:
        rows = self._rows(query, column, wanted)
        names = [column[0] for column in self._connection.description or ()]
        return [dict(zip(names, row, strict=True)) for row in rows]

    def _rows(self, query: str, column: str, wanted: Sequence[str] | Sequence[bytes]) -> list[tuple[object, ...]]:
        kind = pa.string() if column == "exchange_id" else pa.binary()
        self._connection.register("wanted", pa.table({column: pa.array(wanted, kind)}))
        rows = self._connection.execute(sql(query)).fetchall()
        self._connection.unregister("wanted")
        return rows


def _billed(
    row: Row, rule: CacheRule, prompt: Prompt, answered: Prompt | None, preamble: int, restored: Prompt
) -> BilledCall:
    parameters = orjson.loads(str(row["parameters"] or "{}"))
    key = parameters.get("prompt_cache_key") or (row["session_hint"] if row["provider"] == "xai" else None)
    call = Call(
        call_id=str(row["exchange_id"]),
        started_at=_seconds(row["started_at"]) or 0.0,
        model=_model(row),
        rule=rule,
        prompt=prompt,
        input_tokens=_count(row["input_tokens"]),
        marks=tuple(_marks(parameters, preamble, prompt.preamble.depth - preamble + restored.history.depth)),
        cache_key=_text(key),
        parameters=parameters,
        ready_at=_seconds(row["first_byte_at"]),
        parent_id=_text(row["parent_exchange_id"]),
        answered=answered,
        reported_read=_count(row["cache_read_tokens"]) or None,
    )
    scope = (str(row["provider"]), str(row["key_fingerprint"] or ""))
    usage = Usage(**{name: row[name] for name in USAGE})  # type: ignore[arg-type]  # the columns have these types
    paid = InputCost(*(_amount(row[f"{name}_usd"]) for name in ("uncached", "cache_read", "cache_write")))
    return BilledCall(call, scope, usage, paid, row)


def _marks(parameters: Json, preamble: int, restored: int) -> Iterator[Mark]:
    """The breakpoints, those behind its own preamble moved by what a server restored before its messages."""
    marks = parameters.get("cache_breakpoints")
    for position, ttl in marks if isinstance(marks, list) else ():
        yield Mark(position + restored if position > preamble else position, ttl)


def _model(row: Row) -> str:
    return str(row["response_model"] or row["request_model"] or "")


def _split(blocks: bytes) -> list[bytes]:
    return [blocks[at : at + SIZE] for at in range(0, len(blocks), SIZE)]


def _hashes(value: object) -> list[bytes]:
    return value if isinstance(value, list) else []


def _seconds(moment: object) -> float | None:
    return moment.replace(tzinfo=UTC).timestamp() if isinstance(moment, datetime) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _amount(value: object) -> float | None:
    return value if isinstance(value, float) else None
