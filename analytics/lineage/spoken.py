"""The facts of a history and its reply, taken when a record is read: pure, and about this exchange alone."""

from collections.abc import Sequence

from analytics.dialects.exchange import Block
from analytics.hashing import STRIDE, Hasher, as_uuid
from analytics.lineage.facts import Spoken
from analytics.lineage.heads import run_heads, said_heads, written_heads
from analytics.lineage.speech import Run, Speech, last_runs, run_start
from analytics.recent import Recent

# How many runs back an edited history is recognised by what the assistant said.
MOST_RUNS = 10
# How many of the prefixes behind the echo are kept: where the client may have been interrupted.
MOST_STOPS = 8
SHORTEST_LINE = 40
MOST_LINES = 64


def spoken(
    hasher: Hasher,
    history: Speech,
    sizes: Sequence[int],
    reply: Sequence[tuple[bytes, Block]],
    preamble: tuple[int, int],
) -> Spoken:
    """The facts; `sizes` are the bytes of the history's blocks, `preamble` is how many blocks and bytes it has."""
    runs = last_runs(hasher, history, MOST_RUNS)
    ending = next((run for run in runs if run.end == len(history.blocks)), None)
    closed = [run for run in runs if run is not ending]
    echo, before = (closed[0], closed[1:]) if closed else (None, [])
    said = _said(hasher, history, reply)
    last = ending or echo
    stem = len(history.hashes) // STRIDE * STRIDE
    return Spoken(
        preamble_blocks=preamble[0],
        preamble_bytes=preamble[1],
        history_bytes=sum(sizes),
        first_block=as_uuid(history.hashes[0]) if history.hashes else None,
        last_block=as_uuid(history.hashes[-1]) if history.hashes else None,
        stem=as_uuid(history.prefixes[stem - 1]) if stem else None,
        tail=b"".join(history.hashes[stem:]),
        runs=len(runs),
        reply_key=as_uuid(said.key) if said else None,
        reply_node=as_uuid(said.node) if said else None,
        reply_weight=said.weight if said else 0,
        echo_key=as_uuid(echo.key) if echo else None,
        echo_node=as_uuid(echo.node) if echo else None,
        echo_prefix=as_uuid(history.before(echo.start)) if echo and echo.start else None,
        echo_before=as_uuid(history.hashes[echo.start - 1]) if echo and echo.start else None,
        echo_at=echo.start if echo else 0,
        echo_blocks=echo.end - echo.start if echo else 0,
        echo_bytes=sum(sizes[echo.start : echo.end]) if echo else 0,
        echo_refs=_refs(history.blocks[echo.start : echo.end]) if echo else (),
        prior_key=as_uuid(before[0].key) if before else None,
        open_node=as_uuid(ending.node) if ending else None,
        passed=b"".join(run.node for run in before),
        since=b"".join(history.prefixes[echo.end if echo else 0 : -1][: -MOST_STOPS - 1 : -1]) if not ending else b"",
        reply_line=_reply_line(hasher, reply),
        opening_lines=() if runs else _lines(hasher, history.blocks),
        reply_whole=_whole(hasher, [digest for digest, _ in reply]),
        echo_whole=_whole(hasher, history.hashes[echo.start : echo.end]) if echo else None,
        reply_heads=said_heads(hasher, history.before(len(history.hashes)), [block for _, block in reply]),
        echo_heads=run_heads(hasher, history, last.start, last.end) if last else (),
        last_heads=written_heads(hasher, history.blocks[-1]) if history.blocks else (),
        before_heads=written_heads(hasher, history.blocks[echo.start - 1]) if echo and echo.start else (),
    )


def _whole(hasher: Hasher, digests: Sequence[bytes]) -> int | None:
    """64 bits that stand for these very blocks."""
    return int.from_bytes(hasher.bag(digests)[:8]) if digests else None


def _refs(blocks: Sequence[Block]) -> tuple[str, ...]:
    return tuple(block.ref for block in blocks if block.ref)


def _said(hasher: Hasher, history: Speech, reply: Sequence[tuple[bytes, Block]]) -> Run | None:
    """The last run of the reply. One that goes on from a prefill, the end of the history, is one with it."""
    if not reply:
        return None
    start = run_start(history.blocks, len(history.blocks))
    links = hasher.chain((digest for digest, _ in reply), history.before(len(history.hashes)))
    both = Speech(
        (*history.blocks[start:], *(block for _, block in reply)),
        (*history.hashes[start:], *(digest for digest, _ in reply)),
        (*history.prefixes[start:], *(link.prefix for link in links)),
        Recent(1),  # its places are not those of the history
        history.before(start),
    )
    run = next(iter(last_runs(hasher, both, 1)), None)
    return run if run and run.end > len(history.blocks) - start else None


def _reply_line(hasher: Hasher, reply: Sequence[tuple[bytes, Block]]) -> int | None:
    """The longest line of the reply: a summary is found by it in the history that begins with it."""
    lines = (line.strip() for _, block in reply if block.kind == "assistant" for line in block.content.splitlines())
    longest = max(lines, key=lambda line: (len(line), line), default="")
    return hasher.line(longest) if len(longest) >= SHORTEST_LINE else None


def _lines(hasher: Hasher, blocks: Sequence[Block]) -> tuple[int, ...]:
    """The longest lines of a history in which the assistant has not spoken."""
    lines = {line.strip() for block in blocks if block.kind == "user" for line in block.content.splitlines()}
    long = sorted((line for line in lines if len(line) >= SHORTEST_LINE), key=lambda line: (-len(line), line))
    return tuple(sorted(hasher.line(line) for line in long[:MOST_LINES]))
