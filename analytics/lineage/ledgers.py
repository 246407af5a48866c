"""The wire ledger of a batch: from the facts where the parent's history goes on unchanged, else block by block."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from analytics.ledger.posting import Posting, post
from analytics.ledger.sending import Pair
from analytics.lineage.facts import Facts
from analytics.lineage.histories import Parting, load_partings
from analytics.lineage.parent import Decision
from analytics.lineage.places import Link
from analytics.lineage.reshaping import reshaping
from analytics.lineage.wire import Amount, Wire, common, echo_of, extends, parts, preamble_of, wire
from analytics.store.database import sql

type Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Linked:
    """An exchange and what was decided on it."""

    x: Facts
    decision: Decision

    @property
    def pair(self) -> tuple[Facts, Facts] | None:
        """The exchange and its parent."""
        return (self.x, self.decision.parent) if self.decision.parent else None

    def link(self, relation: str) -> Link:
        """The link, with its place still open."""
        parent, beside = self.decision.parent, self.decision.beside
        return Link(
            exchange_id=self.x.exchange_id,
            started_at=self.x.started_at,
            conversation_id="",
            turn=0,
            branch="",
            parent_exchange_id=parent.exchange_id if parent else None,
            beside_exchange_id=beside.exchange_id if beside else None,
            relation=relation,
        )


def ledgers(connection: duckdb.DuckDBPyConnection, linked: Sequence[Linked]) -> list[Row]:
    """The rows of `links`, with relation and ledger; the places are still open."""
    pairs = [found.pair for found in linked if found.pair]
    partings = _load_partings(connection, linked)
    preambles = _load_preambles(connection, pairs)
    sizes = _load_sizes(connection, partings.values(), preambles.values())
    post(connection, [_posting(found, partings.get(found.x.exchange_id), preambles) for found in linked])
    return [_row(found, partings.get(found.x.exchange_id), preambles, sizes) for found in linked]


def _posting(found: Linked, parting: Parting | None, preambles: Mapping[str, list[bytes]]) -> Posting:
    """What the billed ledger is to be told."""
    x, y = found.x, found.decision.parent
    if y is None:
        return Posting(x, None, found.decision.relation == "ambiguous")
    changed = preambles.get(x.preamble_hash or "", []), preambles.get(y.preamble_hash or "", [])
    return Posting(x, Pair(x, y, parting, None if x.preamble_hash == y.preamble_hash else changed))


def _row(
    found: Linked, parting: Parting | None, preambles: Mapping[str, list[bytes]], sizes: Mapping[bytes, int]
) -> Row:
    x, y = found.x, found.decision.parent
    resent, echoed, preamble = Amount(), Amount(), Amount()
    if y and parting:
        resent, echoed = parts(x, y, parting, sizes)
    elif y:
        resent, echoed = Amount(y.history_blocks, y.spoken.history_bytes), echo_of(x, y)
    if y:
        preamble = _resent_preamble(x, y, preambles, sizes)
    return {
        "exchange_id": x.exchange_id,
        "started_at": x.started_at,
        "parent_exchange_id": y.exchange_id if y else None,
        "beside_exchange_id": found.decision.beside.exchange_id if found.decision.beside else None,
        "relation": _relation(found, parting),
        **_columns(wire(x, resent, echoed, preamble)),
    }


def _relation(found: Linked, parting: Parting | None) -> str:
    if found.decision.relation != "overlap":
        return found.decision.relation
    if parting is None:
        return "append"
    return reshaping(parting.x[: max(0, found.x.spoken.echo_at - parting.shared)], parting.y)


def _columns(ledger: Wire) -> Row:
    named = {
        "resent": ledger.resent,
        "echoed": ledger.echoed,
        "new": ledger.new,
        "resent_preamble": ledger.resent_preamble,
        "new_preamble": ledger.new_preamble,
    }
    blocks: Row = {f"{name}_blocks": amount.blocks for name, amount in named.items()}
    return blocks | {f"{name}_bytes": amount.bytes for name, amount in named.items()}


def _resent_preamble(x: Facts, y: Facts, preambles: Mapping[str, list[bytes]], sizes: Mapping[bytes, int]) -> Amount:
    if x.preamble_hash == y.preamble_hash:
        return preamble_of(x)
    return common(preambles.get(x.preamble_hash or "", []), preambles.get(y.preamble_hash or "", []), sizes)


def _load_partings(connection: duckdb.DuckDBPyConnection, linked: Sequence[Linked]) -> dict[str, Parting]:
    pairs = [found.pair for found in linked if found.pair and not extends(*found.pair)]
    partings = load_partings(connection, pairs)
    return {x.exchange_id: parting for (x, _), parting in zip(pairs, partings, strict=True)}


def _load_preambles(
    connection: duckdb.DuckDBPyConnection, pairs: Sequence[tuple[Facts, Facts]]
) -> dict[str, list[bytes]]:
    """The blocks of the preambles that changed between parent and child."""
    changed = {facts.preamble_hash for x, y in pairs if x.preamble_hash != y.preamble_hash for facts in (x, y)}
    wanted = [preamble for preamble in changed if preamble]
    if not wanted:
        return {}
    connection.register("wanted", pa.table({"preamble_hash": wanted}))
    rows = connection.execute(sql("lineage_preambles")).fetchall()
    connection.unregister("wanted")
    return {preamble: [_digest(block) for block in blocks] for preamble, blocks in rows}


def _load_sizes(
    connection: duckdb.DuckDBPyConnection, partings: Iterable[Parting], preambles: Iterable[list[bytes]]
) -> dict[bytes, int]:
    """The bytes of every block that may have been resent."""
    wanted = {block for parting in partings for block in {*parting.x} & {*parting.y}}
    wanted |= {block for blocks in preambles for block in blocks}
    if not wanted:
        return {}
    connection.register("wanted", pa.table({"block_hash": [block.hex() for block in wanted]}))
    rows = connection.execute(sql("lineage_block_bytes")).fetchall()
    connection.unregister("wanted")
    return {_digest(block): size for block, size in rows}


def _digest(uuid: str) -> bytes:
    return bytes.fromhex(uuid.replace("-", ""))
