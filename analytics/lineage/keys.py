"""Keys: what an exchange offers to later ones, and what it seeks among earlier ones.

A key is 64 bits over a kind and what must agree. A key met is only a candidate: `parent.py` weighs the facts.
"""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b

from analytics.lineage.facts import Facts
from analytics.lineage.heads import shortest

# An id shorter than this is a counter or a tool's name, and says nothing.
UNIQUE_REF = 12
MOST_REFS = 8


def offers(facts: Facts) -> list[int]:
    """The keys under which a later exchange finds this one."""
    return sorted({_key(*parts) for parts in _offered(facts)})


def seeks(facts: Facts) -> list[int]:
    """The keys under which this exchange looks for earlier ones."""
    return sorted({_key(*parts) for parts in _sought(facts)})


def unique_refs(refs: tuple[str, ...]) -> set[str]:
    """The ids that are long enough to be nobody else's."""
    return {ref for ref in refs[:MOST_REFS] if len(ref) >= UNIQUE_REF}


def state_of(reference: str) -> tuple[str, str]:
    """The kind and the id of a state reference."""
    kind, _, name = reference.partition(":")
    return kind, name


@lru_cache(maxsize=1 << 14)  # a call has most of its keys in common with the one before it
def _key(*parts: str | int) -> int:
    said = "\0".join(map(str, parts)).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(said, digest_size=8).digest())


type Parts = tuple[str | int, ...]


def _offered(facts: Facts) -> Iterator[Parts]:
    spoken = facts.spoken
    yield from (("state", found) for found in (facts.response_id, facts.state_id) if found)
    if facts.state_ref:
        yield "referring", facts.state_ref
    if facts.prefix_hash and facts.history_blocks:
        yield "whole", facts.prefix_hash
    if spoken.reply_key and spoken.reply_node:
        yield "node", spoken.reply_node
        yield from (("reply", spoken.reply_key, *more) for more in _beside_reply(facts))
    yield from (("ref", ref) for ref in unique_refs(facts.reply_refs))
    yield from (("head", head) for head in shortest(spoken.reply_heads))
    yield from (("pass", node) for node in (spoken.echo_node, *facts.nodes) if node)
    if spoken.reply_line is not None and facts.session_hint:
        yield "line", facts.session_hint, spoken.reply_line


def _beside_reply(facts: Facts) -> Iterator[Parts]:
    """What must agree beside a reply that is not sent back after the very same history."""
    spoken = facts.spoken
    named = (
        ("hint", facts.session_hint),
        ("before", spoken.last_block),
        ("first", spoken.first_block),
        ("prior", spoken.echo_key),
        ("preamble", facts.preamble_hash),
    )
    yield from ((name, value) for name, value in named if value)


def _sought(facts: Facts) -> Iterator[Parts]:
    spoken = facts.spoken
    if facts.state_ref:
        yield "state", state_of(facts.state_ref)[1]
        yield "referring", facts.state_ref
    if facts.prefix_hash and facts.history_blocks:
        yield "whole", facts.prefix_hash
    yield from (("whole", prefix) for prefix in (spoken.echo_prefix, *facts.stops) if prefix)
    yield from (("node", node) for node in (spoken.echo_node, spoken.open_node) if node)
    if spoken.echo_node:  # who else goes on from the same reply
        yield "pass", spoken.echo_node
    if spoken.echo_key:
        yield from (("reply", spoken.echo_key, *more) for more in _beside_echo(facts))
    yield from (("ref", ref) for ref in unique_refs(spoken.echo_refs))
    yield from (("head", head) for head in shortest(spoken.echo_heads))
    for node in facts.nodes:
        yield "node", node
        yield "pass", node
    if facts.session_hint:
        yield from (("line", facts.session_hint, line) for line in spoken.opening_lines)


def _beside_echo(facts: Facts) -> Iterator[Parts]:
    spoken = facts.spoken
    named = (
        ("hint", facts.session_hint),
        ("before", spoken.echo_before),
        ("first", spoken.first_block),
        ("prior", spoken.prior_key),
        ("preamble", facts.preamble_hash),
    )
    yield from ((name, value) for name, value in named if value)
