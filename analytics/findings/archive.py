"""What was said: preambles, histories and blocks of some conversations, looked up in the store when asked for.

A preamble and a history are tuples of block hashes as 16 bytes each. Histories share their beginnings, so that they
are kept as the strides they are stored in and put together when somebody wants one.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from analytics.findings.turn import Turn
from analytics.hashing import SIZE
from analytics.store.database import sql

type Hashes = tuple[bytes, ...]
type Stride = tuple[bytes | None, bytes]

# Bytes of an opening that is short.
SHORT = 600


class Piece(NamedTuple):
    """A block without its text. `tokens` is a weight (see docs/ledgers.md), `bytes` the size of its canonical text,
    `name` that of the tool that it defines or calls.
    """

    role: str
    kind: str
    bytes: int
    tokens: int
    name: str | None


class Archive:
    """The blocks behind these exchanges. Every lookup is remembered for the life of the archive.

    What is asked first is looked up for all of them at once: a query costs as much as a thousand blocks.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, turns: Sequence[Turn]) -> None:
        self._connection, self._turns = connection, turns
        self._exchange_ids = [turn.exchange_id for turn in turns]
        self._chains: dict[str, Stride] | None = None
        self._strides: dict[bytes, Stride] = {}
        self._preambles: dict[bytes, Hashes] | None = None
        self._pieces: dict[bytes, Piece] = {}
        self._texts: dict[bytes, str | None] = {}
        self._openings: dict[str, tuple[bytes, Hashes]] | None = None

    def preamble(self, turn: Turn) -> Hashes:
        """The blocks of its tools and instructions; empty where there are none."""
        return self._load_preambles().get(turn.preamble_hash or b"", ())

    def history(self, turn: Turn) -> Hashes:
        """The blocks of its messages, in order; empty where the request was not seen."""
        stem, tail = self._load_chains().get(turn.exchange_id, (None, b""))
        parts = [tail]
        while stem:
            stem, blocks = self._strides[stem]
            parts.append(blocks)
        joined = b"".join(reversed(parts))
        return tuple(joined[at : at + SIZE] for at in range(0, len(joined), SIZE))

    def reply(self, turn: Turn) -> Hashes:
        """The blocks of the model's reply."""
        return tuple(turn.reply_hashes or ())

    def pieces(self, blocks: Iterable[bytes]) -> dict[bytes, Piece]:
        """Role, kind and size of these blocks; one that is not stored is left out."""
        wanted = set(blocks)
        missing = wanted.difference(self._pieces)
        if missing and not self._pieces:
            missing |= self._all_blocks()
        rows = self._ask("finding_pieces", "block_hash", list(missing))
        self._pieces |= {row[0]: Piece._make(row[1:]) for row in rows}
        return {block: self._pieces[block] for block in wanted if block in self._pieces}

    def _all_blocks(self) -> set[bytes]:
        """The blocks of all preambles, histories and replies."""
        blobs = [tail for _, tail in self._load_chains().values()] + [blocks for _, blocks in self._strides.values()]
        found = {blob[at : at + SIZE] for blob in blobs for at in range(0, len(blob), SIZE)}
        found |= {block for blocks in self._load_preambles().values() for block in blocks}
        return found | {block for turn in self._turns for block in self.reply(turn)}

    def texts(self, blocks: Iterable[bytes]) -> dict[bytes, str]:
        """The canonical texts of these blocks; one without a stored text is left out."""
        wanted = set(blocks)
        missing = wanted.difference(self._texts)
        self._texts |= dict.fromkeys(missing)
        self._texts |= self._ask("finding_texts", "block_hash", list(missing))
        return {block: text for block in wanted if (text := self._texts[block]) is not None}

    def _load_preambles(self) -> dict[bytes, Hashes]:
        if self._preambles is None:
            rows = self._ask("finding_preambles", "exchange_id", self._exchange_ids)
            self._preambles = {preamble: tuple(blocks) for preamble, blocks in rows}
        return self._preambles

    def opening(self, turn: Turn) -> tuple[str, str] | None:
        """What a conversation's first call says and how the reply begins; None where it is long, or no text."""
        found = self._load_openings().get(turn.exchange_id)
        if found is None:
            return None
        # All at once: to look one text up takes as long as to look up many.
        blocks = [block for last, reply in self._load_openings().values() for block in (last, *reply)]
        texts, pieces = self.texts(blocks), self.pieces(blocks)
        last, reply = found
        if last not in texts or pieces[last].kind != "user":
            return None
        answers = (texts[block][:SHORT] for block in reply if block in texts and pieces[block].kind == "assistant")
        return texts[last], next(answers, "")

    def _load_openings(self) -> dict[str, tuple[bytes, Hashes]]:
        if self._openings is None:
            first = [turn.exchange_id for turn in self._turns if turn.relation == "new"]
            rows = self._ask("finding_openings", "exchange_id", first, {"longest": SHORT})
            self._openings = {row[0]: (row[1], tuple(row[2] or ())) for row in rows}
        return self._openings

    def _load_chains(self) -> dict[str, Stride]:
        if self._chains is None:
            rows = self._ask("finding_chains", "exchange_id", self._exchange_ids)
            self._chains = {row[0]: (row[1], row[2]) for row in rows}
            stems = {stem for stem, _ in self._chains.values() if stem}
            rows = self._ask("finding_strides", "prefix_hash", sorted(stems))
            self._strides = {row[0]: (row[1], row[2]) for row in rows}
        return self._chains

    def _ask(
        self, query: str, column: str, wanted: Sequence[str] | Sequence[bytes], given: dict[str, object] | None = None
    ) -> list[tuple[Any, ...]]:
        if not wanted:
            return []
        self._connection.register("wanted", pa.table({column: pa.array(wanted)}))
        rows = self._connection.execute(sql(query), given or {}).fetchall()
        self._connection.unregister("wanted")
        return rows
