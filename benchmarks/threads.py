"""The recordings with several turns, through the store: do their calls find each other again?

Which call goes on from which is taken from the recording itself: a later call whose history begins with all of an
earlier one's, or that names the earlier one's server-side state. Every recording is hashed under a key of its own:
several hold the same texts, and would meet in one database.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import batched, groupby
from pathlib import Path

from analytics.dialects.exchange import Block
from analytics.hashing import Hasher
from analytics.pricing.pricer import Pricer
from analytics.reading import Reader, Reading
from analytics.store.batch import write_batch
from analytics.store.database import Database
from tests.recordings import Recorded, content

START = 1_760_000_000.0
DAY = 86_400.0
PAUSE = 10.0
BATCH = 500

type Link = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """A recorded call, one before that it goes on from, and what lineage made of it."""

    before: Recorded
    after: Recorded
    threaded: bool
    relation: str

    @property
    def ambiguous(self) -> bool:
        return self.relation == "ambiguous"

    @property
    def reason(self) -> str:
        """Why it may not have been threaded: what the client did to the reply."""
        if self.ambiguous:
            return "several calls before it are the same, and any may be its parent"
        return "the reply came back as it was" if self.echoed else "the client sent another reply than the one it got"

    @property
    def echoed(self) -> bool:
        """Whether the reply came back as it was; with server-side state none has to."""
        return _came_back(self.before, self.after) or bool(self.after.request.state_ref)


def steps(turns: Iterable[Recorded], folder: Path) -> Iterator[Step]:
    """Every step of every recording, from the tables that the calls make."""
    recordings = by_recording(turns)
    links = _linked(recordings, Database(folder / "recordings.duckdb"))
    for recording in recordings:
        for before, after in _pairs(recording):
            (conversation, _), (later, relation) = (links[_id(turn)] for turn in (before, after))
            yield Step(before, after, conversation == later, relation)


def _pairs(recording: list[Recorded]) -> Iterator[tuple[Recorded, Recorded]]:
    """Each call with the one before it that it goes on from: whose reply came back, else the longest, else the last."""
    for at, after in enumerate(recording):
        befores = [turn for turn in recording[:at] if _goes_on(turn, after)]
        ranked = sorted(befores, key=lambda turn: (_came_back(turn, after), _answered(turn, after), _length(turn)))
        if ranked:
            yield ranked[-1], after


def _length(turn: Recorded) -> int:
    return len(turn.request.history)


def _answered(before: Recorded, after: Recorded) -> bool:
    """Whether the ids of its tool calls come back: that tells twins apart."""
    made = [{block.ref, block.item_id} for block in before.response.reply if block.ref]
    sent = {block.ref for block in after.request.history if block.ref}
    return bool(made) and all(ids & sent for ids in made)


def _came_back(before: Recorded, after: Recorded) -> bool:
    """Whether the reply stands where it belongs, and the assistant says nothing more after it."""
    sent, reply = len(before.request.history), before.response.reply
    rest = after.request.history[sent + len(reply) :]
    if rest and rest[0].kind == "assistant" and reply[-1:] and reply[-1].kind == "assistant":
        return False
    return bool(reply) and _same(reply, after.request.history[sent : sent + len(reply)])


def _goes_on(before: Recorded, after: Recorded) -> bool:
    state, kept = after.request.state_ref, before.response.state_id
    if state and kept and state.endswith(f":{kept}"):
        return True
    sent, history = before.request.history, after.request.history
    return before.recording.answered and 0 < len(sent) < len(history) and _same(sent, history[: len(sent)])


def _same(one: tuple[Block, ...], other: tuple[Block, ...]) -> bool:
    return content(one) == content(other)


def _id(turn: Recorded) -> str:
    return turn.recording.record.record_id


def store(recordings: Iterable[list[Recorded]], database: Database) -> None:
    """Put the calls of these recordings into the database."""
    for batch in batched(_readings(recordings), BATCH):
        with database.writing() as connection:
            write_batch(connection, batch)


def by_recording(turns: Iterable[Recorded]) -> list[list[Recorded]]:
    """The calls of each recording."""
    return [list(found) for _, found in groupby(turns, key=lambda turn: turn.recording.conversation)]


def _linked(recordings: list[list[Recorded]], database: Database) -> dict[str, Link]:
    """Conversation and relation of every call."""
    store(recordings, database)
    with database.reading() as connection:
        query = "select exchange_id, conversation_id, relation from links"
        return {row[0]: (row[1], row[2]) for row in connection.execute(query).fetchall()}


def _readings(recordings: Iterable[list[Recorded]]) -> Iterator[Reading]:
    pricer = Pricer()
    for at, recording in enumerate(recordings):
        reader = Reader(Hasher(sha256(str(at).encode()).digest()), pricer)
        for turn in recording:
            began = START + at * DAY + float(str(turn.recording.source["index"])) * PAUSE
            yield reader.read(replace(turn.recording.record, started_at=began))
