"""Frames of a Responses WebSocket become exchanges."""

import time
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.wire.responses_websocket import MAX_PENDING, Frame, FramePair, ResponsesPairing

type Event = dict[str, Any]


def client(kind: str = "response.create", **fields: object) -> Frame:
    return Frame(True, 1.0, orjson.dumps({"type": kind, **fields}), True)


def server(kind: str, **fields: object) -> Frame:
    return Frame(False, 2.0, orjson.dumps({"type": kind, **fields}), True)


def created(response_id: str, **fields: object) -> Frame:
    parent = fields.pop("parent", None)
    return server("response.created", response={"id": response_id, "previous_response_id": parent}, **fields)


def delta(text: str = "hi", **fields: object) -> Frame:
    return server("response.output_text.delta", item_id="msg_1", delta=text, **fields)


def ended(response_id: str, kind: str = "response.completed", **fields: object) -> Frame:
    return server(kind, response={"id": response_id, "usage": {"input_tokens": 5}}, **fields)


def fed(pairing: ResponsesPairing, *frames: Frame) -> list[FramePair]:
    return [pair for frame in frames for pair in pairing.feed(frame)]


def test_a_turn_is_paired_when_its_terminal_event_arrives() -> None:
    pairing, request = ResponsesPairing(), client(model="m")
    answer = (created("r1"), delta(), delta(), ended("r1"))
    assert fed(pairing, request, *answer[:-1]) == []
    assert fed(pairing, answer[-1]) == [FramePair(request, answer, complete=True, warmup=False)]
    assert pairing.close() == []
    assert (pairing.undecodable, pairing.unpaired) == (0, 0)


@pytest.mark.parametrize("kind", ["completed", "failed", "incomplete", "cancelled", "done"])
def test_every_terminal_event_ends_its_pair(kind: str) -> None:
    (pair,) = fed(ResponsesPairing(), client(), created("r1"), ended("r1", f"response.{kind}"))
    assert pair.complete


def test_a_queue_is_answered_in_order() -> None:
    pairing, first, second = ResponsesPairing(), client(model="a"), client(model="b")
    pairs = fed(pairing, first, second, created("r1"), delta(), ended("r1"), created("r2"), delta(), ended("r2"))
    assert [(pair.request, len(pair.response)) for pair in pairs] == [(first, 3), (second, 3)]


def test_lanes_are_kept_apart() -> None:
    pairing = ResponsesPairing()
    requests = {lane: client(stream_id=lane) for lane in "ab"}
    fed(pairing, *requests.values())
    fed(pairing, created("r1", stream_id="b"), created("r2", stream_id="a"))
    fed(pairing, delta("B", stream_id="b"), delta("A", stream_id="a"), delta("B", stream_id="b"))
    pairs = fed(pairing, ended("r2", stream_id="a"), ended("r1", stream_id="b"))
    assert [pair.request for pair in pairs] == [requests["a"], requests["b"]]
    assert [b"".join(frame.data for frame in pair.response).count(b'"B"') for pair in pairs] == [0, 2]


def test_the_default_lane_runs_beside_named_ones() -> None:
    pairing, plain, named = ResponsesPairing(), client(), client(stream_id="a")
    fed(pairing, named, plain, created("r1", stream_id="a"), created("r2"), delta("x"))
    pairs = fed(pairing, delta("y", stream_id="a"), ended("r2"), ended("r1", stream_id="a"))
    assert [(pair.request, len(pair.response)) for pair in pairs] == [(plain, 3), (named, 3)]


def test_response_ids_decide_where_the_server_does_not_echo_lanes() -> None:
    pairing, requests = ResponsesPairing(), [client(stream_id=lane) for lane in "ab"]
    pairs = fed(pairing, *requests, created("r1"), created("r2"), ended("r2"), ended("r1"))
    assert [pair.request for pair in pairs] == requests[::-1]


def test_a_server_that_answers_in_parallel_loses_nothing() -> None:
    pairing, requests = ResponsesPairing(), [client(), client()]
    pairs = fed(pairing, *requests, created("r1"), created("r2"), ended("r1"), ended("r2"))
    assert [(pair.request, pair.complete) for pair in pairs] == [(requests[0], True), (requests[1], True)]


@pytest.mark.parametrize("fields", [{"generate": False}, {"prompt_cache_options": {"prewarm": True}}])
def test_a_warmup_is_marked(fields: Event) -> None:
    (pair,) = fed(ResponsesPairing(), client(**fields), created("r1"), ended("r1"))
    assert pair.warmup


def test_a_rejected_request_is_a_pair_with_its_error() -> None:
    pairing, first, second = ResponsesPairing(), client(), client()
    error = server("error", status=400, error={"code": "previous_response_not_found"})
    assert fed(pairing, first, error) == [FramePair(first, (error,), complete=True, warmup=False)]
    (pair,) = fed(pairing, second, created("r1"), ended("r1"))
    assert pair.request == second


def test_a_bare_error_rejects_the_waiting_request_and_not_the_running_one() -> None:
    pairing, running, waiting = ResponsesPairing(), client(model="a"), client(model="b")
    error = server("error", status=400, error={})
    pairs = fed(pairing, running, created("r1"), waiting, error, ended("r1"))
    assert [pair.request for pair in pairs] == [waiting, running]


def test_an_error_with_a_sequence_number_ends_the_running_response() -> None:
    pairing, running, waiting = ResponsesPairing(), client(model="a"), client(model="b")
    pairs = fed(pairing, running, created("r1"), waiting, server("error", sequence_number=3, error={}))
    assert [pair.request for pair in pairs] == [running]


def test_an_error_names_its_lane() -> None:
    pairing, other, rejected = ResponsesPairing(), client(stream_id="a"), client(stream_id="b")
    pairs = fed(pairing, other, rejected, server("error", status=400, error={}, stream_id="b"))
    assert [pair.request for pair in pairs] == [rejected]


def test_events_after_the_end_are_not_given_to_the_next_request() -> None:
    pairing = ResponsesPairing()
    fed(pairing, client(), created("r1"), server("error", sequence_number=1, error={}), client(model="next"))
    assert fed(pairing, ended("r1", "response.failed")) == []
    assert pairing.unpaired == 1


def test_a_steered_response_is_followed_by_a_pair_of_the_steer() -> None:
    pairing, request = ResponsesPairing(), client()
    steer = client("response.steer", previous_response_id="r1", input="also this")
    more = client("response.steer", previous_response_id="r1", input="and that")
    accepted = server("response.steer.accepted", steer={"id": "s1", "previous_response_id": "r1"})
    (first,) = fed(pairing, request, created("r1"), steer, accepted, more, accepted, ended("r1", "response.incomplete"))
    (second,) = fed(pairing, created("r2", parent="r1"), delta(), ended("r2"))
    assert (first.request, len(first.response), first.extra) == (request, 4, ())
    assert (second.request, len(second.response), second.extra) == (steer, 3, (more,))


def test_a_create_that_carries_steering_input_has_it_as_an_extra() -> None:
    pairing = ResponsesPairing()
    steer = client("response.steer", previous_response_id="r1", input="also this")
    pending = server("response.steer.pending", steer={"id": "s1", "previous_response_id": "r1"})
    request = client(previous_response_id="r1", input=[])
    fed(pairing, client(), created("r1"), steer, ended("r1"), pending, request)
    (pair,) = fed(pairing, created("r2", parent="r1"), ended("r2"))
    assert (pair.request, pair.extra) == (request, (steer,))


def test_a_rejected_steer_belongs_to_no_request() -> None:
    pairing = ResponsesPairing()
    steer = client("response.steer", previous_response_id="r1", input="also this")
    failed = server("response.steer.failed", steer={"previous_response_id": "r1", "input": "also this"}, error={})
    request = client(previous_response_id="r1")
    fed(pairing, client(), created("r1"), steer, failed, ended("r1"), request)
    (pair,) = fed(pairing, created("r2", parent="r1"), ended("r2"))
    assert (pair.request, pair.extra) == (request, ())


def test_a_malformed_steer_does_not_end_the_response_it_aimed_at() -> None:
    pairing = ResponsesPairing()
    error = server("error", status=400, error={"param": "previous_response_id"})
    assert fed(pairing, client(), created("r1"), client("response.steer"), error, delta()) == []
    (pair,) = fed(pairing, ended("r1"))
    assert error in pair.response


def test_injected_input_is_an_extra_of_the_running_response() -> None:
    inject = client("response.inject", response_id="r1", input=[])
    (pair,) = fed(ResponsesPairing(), client(), created("r1"), inject, ended("r1"))
    assert pair.extra == (inject,)


def test_what_is_unfinished_at_the_end_is_incomplete() -> None:
    pairing, running, waiting = ResponsesPairing(), client(model="a"), client(model="b")
    fed(pairing, running, created("r1"), delta(), waiting)
    pairs = pairing.close()
    assert [(pair.request, len(pair.response), pair.complete) for pair in pairs] == [
        (running, 2, False),
        (waiting, 0, False),
    ]
    assert pairing.close() == []


@pytest.mark.parametrize("data", [b"", b"ping", b"[]", b'{"type":', b"\xff\x00"])
def test_frames_that_are_no_events_are_kept_out_and_counted(data: bytes) -> None:
    pairing = ResponsesPairing()
    fed(pairing, client(), created("r1"), Frame(False, 2.0, data, False), Frame(True, 2.0, data, False))
    (pair,) = fed(pairing, ended("r1"))
    assert (len(pair.response), pairing.undecodable) == (2, 2)


def test_beyond_the_limit_only_the_terminal_event_is_kept() -> None:
    pairing = ResponsesPairing(limit=1000)
    frames = [delta("x" * 100) for _ in range(50)]
    final = ended("r1", output="y" * 5000)
    (pair,) = fed(pairing, client(input="z" * 5000), created("r1"), *frames, final)
    assert pair.trimmed
    assert pair.response[-1] == final
    assert sum(len(frame.data) for frame in pair.response[:-1]) <= 1000
    assert list(pair.response[1:-1]) == frames[: len(pair.response) - 2]


def test_a_client_that_never_stops_asking_is_bounded() -> None:
    pairing, first = ResponsesPairing(), client(model="first")
    (pair,) = fed(pairing, first, *[client()] * MAX_PENDING)
    assert (pair.request, pair.complete) == (first, False)
    fed(pairing, *[client("response.steer", previous_response_id="r", input="")] * (MAX_PENDING + 5))
    assert pairing.unpaired == 5


def test_the_short_cut_for_deltas_changes_nothing() -> None:
    body = orjson.loads(delta('a quote " and stream_id').data)
    spaced = Frame(False, 2.0, orjson.dumps(body, option=orjson.OPT_INDENT_2), True)
    last = Frame(False, 2.0, orjson.dumps({"delta": "x", "type": "response.output_text.delta"}), True)
    frames = [delta(), spaced, last, delta("response.completed")]
    (pair,) = fed(ResponsesPairing(), client(), created("r1"), *frames, ended("r1"))
    assert list(pair.response[1:-1]) == frames


frames = st.builds(
    lambda from_client, event: Frame(from_client, 0.0, orjson.dumps(event), True),
    st.booleans(),
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(
                [
                    "response.create",
                    "response.steer",
                    "response.steer.failed",
                    "response.inject",
                    "response.created",
                    "response.output_text.delta",
                    "response.completed",
                    "error",
                ]
            )
            | st.lists(st.none())
        },
        optional={
            "stream_id": st.sampled_from(["a", "b"]) | st.integers(-9, 9),
            "response": st.fixed_dictionaries(
                {"id": st.sampled_from(["r1", "r2", "r3"])},
                optional={"previous_response_id": st.sampled_from(["r1", "r2"])},
            )
            | st.text(),
            "response_id": st.sampled_from(["r1", "r2"]),
            "previous_response_id": st.sampled_from(["r1", "r2"]) | st.none(),
            "sequence_number": st.integers(0, 9),
            "steer": st.just({"previous_response_id": "r1"}) | st.none(),
            "input": st.just("hi"),
        },
    ),
)


@given(st.lists(frames | st.builds(Frame, st.booleans(), st.just(0.0), st.binary(), st.booleans()), max_size=30))
def test_any_order_of_frames_pairs_every_request_once(sent: list[Frame]) -> None:
    pairing = ResponsesPairing()
    pairs = fed(pairing, *sent) + pairing.close()
    creates = [frame for frame in sent if frame.from_client and b'"type":"response.create"' in frame.data]
    requests = [pair.request for pair in pairs if b'"response.create"' in pair.request.data]
    assert sorted(map(repr, requests)) == sorted(map(repr, creates))
    answered = [id(frame) for pair in pairs for frame in (*pair.response, *pair.extra)]
    assert len(answered) <= len(sent)


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_interleaving_of_lanes_does_not_matter(lanes: list[str], order: Any) -> None:
    """Each lane in its own order, the lanes in any: the pairs are the same."""
    script: dict[str, list[Frame]] = {}
    for turn, lane in enumerate(lanes):
        script.setdefault(lane, []).extend(
            (
                client(stream_id=lane, turn=turn),
                created(f"r{turn}", stream_id=lane),
                delta(f"{turn}", stream_id=lane),
                ended(f"r{turn}", stream_id=lane),
            )
        )
    expected = {repr(pair) for own in script.values() for pair in fed(ResponsesPairing(), *own)}
    pairing, found = ResponsesPairing(), set()
    while script:
        lane = order.choice(sorted(script))
        found |= {repr(pair) for pair in pairing.feed(script[lane].pop(0))}
        script = {lane: own for lane, own in script.items() if own}
    assert found == expected


def test_a_delta_costs_microseconds() -> None:
    pairing, frame = ResponsesPairing(), delta("x" * 40)
    fed(pairing, client(), created("r1"))
    started = time.perf_counter()
    for _ in range(20_000):
        pairing.feed(frame)
    assert (time.perf_counter() - started) / 20_000 < 50e-6
