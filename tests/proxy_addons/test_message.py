"""Messages and answers come out of the pipe as they were put in, whatever pieces it makes of them."""

from hypothesis import given
from hypothesis import strategies as st

from proxy_addons.message import Answer, Answers, Inbox, Message, packed_answer, packed_message

BODY = st.lists(st.binary(max_size=40), max_size=20)
VALUES = st.tuples(st.text(), st.none() | st.floats(allow_nan=False), st.dictionaries(st.text(), st.integers()))
MESSAGES = st.lists(st.tuples(st.integers(0, 2**60), st.sampled_from(["exchange", "frame"]), VALUES, BODY, BODY))


@given(MESSAGES, st.integers(1, 300))
def test_messages_survive_the_pipe(
    given: list[tuple[int, str, tuple[object, ...], list[bytes], list[bytes]]], size: int
) -> None:
    packed = [packed_message(*parts) for parts in given]
    assert all(piece for pieces in packed for piece in pieces)  # an empty one would never be seen to be taken
    data, inbox = b"".join(piece for pieces in packed for piece in pieces), Inbox()
    found = [message for at in range(0, len(data), size) for message in inbox.feed(data[at : at + size])]
    assert found == [Message(*parts[:3], b"".join(parts[3]), b"".join(parts[4])) for parts in given]


def test_headers_that_are_no_text_survive() -> None:
    odd = "\udcff", ((b"x", b"\xff\x00"),)
    [found] = Inbox().feed(b"".join(packed_message(1, "exchange", odd)))
    assert found.values == odd


@given(st.lists(VALUES), st.integers(1, 100))
def test_answers_survive_the_pipe(values: list[tuple[object, ...]], size: int) -> None:
    answers = [Answer("done", each) for each in values]
    data, inbox = b"".join(map(packed_answer, answers)), Answers()
    assert [answer for at in range(0, len(data), size) for answer in inbox.feed(data[at : at + size])] == answers
