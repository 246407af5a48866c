"""It does not matter in what order, in how many batches, or how often records arrive."""

import random
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.lineage.rebuilding import rebuild_links
from analytics.record import Record
from tests.analytics.chats import reader
from tests.analytics.lineage.traffic import Message, asked, fresh, responded, store, system, tables, talk

LONG = (
    "This is a reply that is long enough for nobody else to have said it in just these words, or so one would think. "
)
OPENINGS = ("Hi", "Hello there", "Summarise the report of last week, please, and name every source that it rests upon.")
REPLIES = ("Done.", "Hello!", LONG, LONG * 5)
WAYS = ("append", "append", "append", "retry", "edit", "cut", "rephrase", "observe", "interrupt", "open", "state")
GAPS = (0.0, 0.3, 1.5, 5.0, 60.0, 900.0)


@dataclass
class Client:
    """A client that goes on, somehow, from any call that it made before."""

    random: random.Random
    sent: list[tuple[list[Message], str | None]] = field(default_factory=list)
    clock: float = 0.0

    def call(self, way: str) -> Record:
        self.clock += self.random.choice(GAPS)
        name = f"x{len(self.sent):02d}"
        session = self.random.choice((None, None, None, "a", "b"))
        reply = self.random.choice((*REPLIES, None))
        if way == "state":
            return self._by_state(name)
        messages = self._messages(way)
        self.sent.append((messages, reply))
        opening = system(f"It is {self.clock}.") if self.random.random() < 0.3 else system("Be brief.")
        return asked(name, opening + messages, reply, self.clock, session=session)

    def _by_state(self, name: str) -> Record:
        self.sent.append((talk("Go on."), "Going."))
        known = [f"resp-x{self.random.randrange(len(self.sent)):02d}", "resp-unknown", None]
        previous = self.random.choice(known)
        return responded(
            name, "Go on.", "Going.", self.clock, **({"previous_response_id": previous} if previous else {})
        )

    def _messages(self, way: str) -> list[Message]:
        if way == "open" or not self.sent:
            return talk(self.random.choice(OPENINGS))
        messages, reply = self.random.choice(self.sent)
        whole = messages + talk(f">{reply or 'What I would have said.'}")
        more = talk(self.random.choice(("Continue", "Why?", "Thanks")))
        match way:
            case "retry":
                return messages
            case "edit":
                return [*messages[:-1], *talk("Something else"), *whole[-1:], *more]
            case "cut":
                return whole[len(whole) // 2 :] + more
            case "rephrase":
                return messages + talk(">In other words.") + more
            case "observe":
                return messages + talk(f">{(reply or LONG)[:100]} Observation: 42") + more
            case "interrupt":
                return messages + more
        return whole + more


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.sampled_from(WAYS), min_size=2, max_size=24), st.integers(0, 2**32))
def test_the_same_traffic_makes_the_same_tables_however_it_arrives(seed: int, ways: list[str], order: int) -> None:
    client = Client(random.Random(seed))  # noqa: S311  # no secret
    records = [client.call(way) for way in ways]
    at_once = fresh()
    store(at_once, records)
    expected = tables(at_once)
    shuffled, chance = fresh(), random.Random(order)  # noqa: S311  # no secret
    arriving = chance.sample(records, len(records)) + chance.choices(records, k=3)
    by = reader()
    while arriving:
        batch, arriving = arriving[: (size := chance.randint(1, 5))], arriving[size:]
        store(shuffled, batch, by)
    assert tables(shuffled) == expected
    rebuild_links(shuffled)
    assert tables(shuffled) == expected
