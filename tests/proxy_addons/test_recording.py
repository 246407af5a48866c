"""What the recorder makes of messages."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.spool import Spool
from proxy_addons.boundary import Boundary
from proxy_addons.message import Answer, Message
from proxy_addons.note import Note
from proxy_addons.recording import SWEEP_AT, Recording
from proxy_addons.records import Settings


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    found = Spool(tmp_path / "spool")
    yield found
    found.close()


class Recorder:
    """A recording and its answers."""

    def __init__(self, spool: Spool) -> None:
        self.boundary, self.answers = Boundary(), list[Answer]()
        self.settings = Settings(spool.path, bytes(32), "run")
        self.recording = Recording(self.settings, self.boundary, self.answers.append)

    def again(self) -> None:
        """Another recorder of the same proxy."""
        self.recording.close()
        self.recording = Recording(self.settings, self.boundary, self.answers.append)

    def take(self, *messages: Message) -> list[int]:
        """The numbers that need not be sent again."""
        self.recording.take(messages)
        numbers: list[int] = self.answers[-1].values[0]
        return numbers


@pytest.fixture
def recorder(spool: Spool) -> Iterator[Recorder]:
    found = Recorder(spool)
    yield found
    found.recording.close()


def note(api: str = "openai.responses", connection: str = "c") -> Note:
    seen, place = (100.0, 100.5, 101.0, 102.0), ("POST", "https", "h", 443, "/", "HTTP/1.1")
    return Note._make(
        ("openai", api, *seen, *place, (), 1, False, 200, (), 1, False, None, None, connection, *3 * (None,))
    )


def exchange(number: int, connection: str = "c") -> Message:
    return Message(number, "exchange", tuple(note(connection=connection)), b"%d" % number, b"a")


def opened(number: int, api: str = "openai.responses") -> Message:
    return Message(number, "open", tuple(note(api)))


def sent(number: int, socket: int, *, server: bool = False, **event: object) -> Message:
    return Message(number, "frame", (socket, not server, 100.0 + number, True), json.dumps(event).encode())


def turn(first: int, socket: int, name: str) -> tuple[Message, ...]:
    """The messages of one exchange, four of them."""
    response = {"id": name}
    return (
        sent(first, socket, type="response.create", input=name),
        sent(first + 1, socket, server=True, type="response.created", response=response),
        sent(first + 2, socket, server=True, type="response.output_text.delta", delta="x"),
        sent(first + 3, socket, server=True, type="response.completed", response=response),
    )


def stored(spool: Spool) -> list[tuple[bytes, bool]]:
    return [(record.request.data, record.complete) for record in (waiting.record() for waiting in spool.take())]


def test_a_record_that_cannot_be_written_takes_no_other_with_it(spool: Spool, recorder: Recorder) -> None:
    assert recorder.take(exchange(1), exchange(2, connection="\udcff"), exchange(3)) == [1, 2, 3]
    assert stored(spool) == [(b"1", True), (b"3", True)]
    assert [(reason, count) for reason, _, count in spool.losses()] == [("capture_error", 1)]
    assert recorder.answers[-1].values[1:] == (2, 2, {})  # it failed with the others, and alone


def test_what_is_sent_again_is_stored_once(spool: Spool, recorder: Recorder) -> None:
    messages = exchange(1), opened(2), *turn(3, 2, "one")
    recorder.take(*messages)
    recorder.again()
    assert recorder.take(*messages) == [1, 3, 4, 5, 6]
    assert len(stored(spool)) == 2


def test_of_a_socket_only_what_is_under_way_is_needed_again(spool: Spool, recorder: Recorder) -> None:
    first, second = turn(2, 1, "one"), turn(6, 1, "two")
    assert recorder.take(opened(1), *first, *second[:2]) == [2, 3, 4, 5]
    recorder.again()
    assert recorder.take(opened(1), *second[:2]) == []
    assert recorder.take(*second[2:]) == [6, 7, 8, 9]
    assert [(json.loads(data)["input"], whole) for data, whole in stored(spool)] == [("one", True), ("two", True)]
    assert recorder.take(Message(10, "close", (1, None, 200.0))) == [1, 10]


def test_frames_that_belong_to_nothing_are_not_held_for_ever(recorder: Recorder) -> None:
    recorder.take(opened(1))
    lone = [sent(number, 1, server=True, type="response.output_text.delta") for number in range(2, 2 + SWEEP_AT)]
    assert recorder.take(*lone) == [message.number for message in lone]


def test_an_audio_session_is_needed_until_it_ends(spool: Spool, recorder: Recorder) -> None:
    frames = [sent(number, 1, type="input_audio_buffer.append") for number in range(2, 3 * SWEEP_AT)]
    assert recorder.take(opened(1, "openai.realtime"), *frames) == []
    last = 3 * SWEEP_AT
    assert sorted(recorder.take(Message(last, "close", (1, "reset", 200.0)))) == list(range(1, last + 1))
    assert [complete for _, complete in stored(spool)] == [False]


def test_losses_that_cannot_be_written_down_go_back_to_the_proxy(tmp_path: Path, spool: Spool) -> None:
    recorder = Recorder(spool)
    (tmp_path / "file").touch()
    recorder.settings = Settings(tmp_path / "file" / "spool", bytes(32), "run")
    recorder.again()
    state = Message(2, "state", (0, 0, 0, {"memory_limit": 3}))
    assert recorder.take(exchange(1), state) == [1, 2]
    assert recorder.answers[-1].values[1:] == (0, 0, {"spool_error": 1, "memory_limit": 3})


def test_the_state_of_the_proxy_is_written_down(spool: Spool, recorder: Recorder) -> None:
    recorder.take(Message(1, "state", (2, 7, 1, {"memory_limit": 3})))
    [proxy] = spool.proxies()
    assert (proxy.pid, proxy.in_flight, proxy.captured, proxy.failures) == (recorder.settings.pid, 2, 7, 1)
    assert [(reason, count) for reason, _, count in spool.losses()] == [("memory_limit", 3)]
