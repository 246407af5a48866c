"""Server-sent events, against a literal reading of the standard and against recorded streams."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.wire.json_stream import loads
from analytics.wire.sse import Event, parse_sse
from tests.analytics.wire.corpus import bodies, needs_corpus

FRAGMENTS = [
    b"data",
    b"event",
    b"id",
    b"retry",
    b":",
    b" ",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"x",
    b"\0",
    b"\xff",
]
streams = st.lists(st.sampled_from([*FRAGMENTS, b"data: ", b"event: a\ndata: b\n\n"])).map(b"".join)


def standard_events(text: str) -> list[tuple[str, str, str]]:
    """The standard's algorithm, step by step, for whole events."""
    name, data, last_id = "", "", ""
    events = []
    for line in text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")[:-1]:
        if line == "":
            if data:
                events.append((name or "message", data.removesuffix("\n"), last_id))
            name, data = "", ""
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match field:
            case "event":
                name = value
            case "data":
                data += value + "\n"
            case "id" if "\0" not in value:
                last_id = value
    return events


def whole(data: bytes) -> list[Event]:
    return [event for event in parse_sse(data) if event.terminated]


@given(streams)
def test_events_are_those_of_the_standard(data: bytes) -> None:
    found = [(event.event, event.data.decode("utf-8", "replace"), event.id) for event in whole(data)]
    assert found == standard_events(data.decode("utf-8", "replace"))


@given(st.lists(st.tuples(st.sampled_from(["message", "delta", "é"]), st.text("ab é:\n", min_size=1))))
def test_what_was_encoded_is_parsed(events: list[tuple[str, str]]) -> None:
    body = "".join(
        f"event: {name}\n" + "".join(f"data: {line}\n" for line in text.split("\n")) + "\n" for name, text in events
    )
    assert [(event.event, event.data.decode()) for event in parse_sse(body.encode())] == events


@given(streams, st.data())
def test_a_cut_off_stream_gives_a_prefix_of_its_events(data: bytes, draw: st.DataObject) -> None:
    cut = data[: draw.draw(st.integers(0, len(data)))]
    found = list(parse_sse(cut))
    finished = whole(cut)
    assert finished == whole(data)[: len(finished)]
    assert found[: len(finished)] == finished
    assert len(found) - len(finished) <= 1


@given(st.binary())
def test_random_bytes_never_raise(data: bytes) -> None:
    list(parse_sse(data))


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_all_line_ends_mean_the_same(line_end: bytes) -> None:
    body = b"\xef\xbb\xbf: note\nevent: a\ndata: 1\n\ndata: 2\ndata:3\n\n".replace(b"\n", line_end)
    assert list(parse_sse(body)) == [Event("a", b"1", ""), Event("message", b"2\n3", "")]


def test_a_last_event_without_its_blank_line_is_marked() -> None:
    assert list(parse_sse(b"data: 1\n\ndata: 2\n")) == [
        Event("message", b"1", ""),
        Event("message", b"2", "", terminated=False),
    ]


def test_an_id_lasts_until_the_next_one() -> None:
    assert [event.id for event in parse_sse(b"id: 7\ndata: a\n\ndata: b\n\nid\ndata: c\n\n")] == [
        "7",
        "7",
        "",
    ]


def test_an_id_with_a_null_in_it_is_ignored() -> None:
    assert [event.id for event in parse_sse(b"id: 7\ndata: a\n\nid: 8\0\ndata: b\n\n")] == ["7", "7"]


def test_an_event_without_data_is_dropped_and_its_name_forgotten() -> None:
    assert list(parse_sse(b"event: ping\n\ndata:\n\n: comment\n\n")) == [Event("message", b"", "")]


def test_the_error_field_of_llama_cpp_is_an_event_called_error() -> None:
    assert list(parse_sse(b'error: {"code":500}\n\n')) == [Event("error", b'{"code":500}', "")]


def test_many_data_lines_take_linear_time() -> None:
    (event,) = parse_sse(b"data:x\n" * 300_000 + b"\n")
    assert len(event.data) == 599_999


@needs_corpus
def test_every_recorded_stream_parses() -> None:
    streams = [record["response_body"].encode() for record in bodies("response_is_sse")]
    events = [event for body in streams for event in parse_sse(body)]
    assert (len(streams), len(events)) == (653, 54_174)
    assert sum(event.data == b"[DONE]" for event in events) == 180
    assert all(loads(event.data) is not None for event in events if event.data != b"[DONE]")
