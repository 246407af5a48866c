"""Flows that mitmproxy saved become the records that live capture would have made."""

import base64
import gzip
import io
import json
import os
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy import flow, http
from mitmproxy.test import tflow

from analytics.importers.record_stream import Report, read_parts
from analytics.importers.settings import Tally
from analytics.record import Body, Record, Who, from_meta
from analytics.redaction import credential_fingerprint
from analytics.socket_tap import BODY_LIMIT
from proxy_addons.flow_records import flow_records
from proxy_addons.flowfile import TooLong, read_flow, read_records
from proxy_addons.records import Settings, http_record
from proxy_addons.tap import Gauge, Tap, noted
from tests.analytics.importers.har_files import IMPORTING, KEY, SECRET
from tests.proxy_addons.flow_files import AT, call, flow_file, saved, socket_call

TREE = Path(__file__).parents[2]


def read(path: Path) -> tuple[list[Record], Tally]:
    tally = Tally()
    with path.open("rb") as file:
        return list(read_records(file, IMPORTING, tally)), tally


def every(flow: http.HTTPFlow) -> list[Record]:
    return list(flow_records(flow, IMPORTING) or ())


def one(flow: http.HTTPFlow) -> Record:
    (record,) = every(flow)
    return record


def test_a_flow_keeps_its_recorded_times() -> None:
    record = one(call(3))
    assert (record.started_at, record.request_ended_at) == (AT + 3, AT + 3.25)
    assert (record.first_byte_at, record.ended_at) == (AT + 3.5, AT + 5)
    assert (record.source, record.capture_id, record.complete) == ("flow", "import-1", True)


def test_a_flow_gives_the_record_that_live_capture_makes() -> None:
    saved_call = call(packed=gzip.compress, response_headers={"content-encoding": "gzip"})
    record = one(saved_call)
    tap = Tap(IMPORTING.endpoints.find("POST", record.host, 443, record.path), Who(), Gauge(10**6), AT)  # type: ignore[arg-type]
    tap.request_ended_at, tap.first_byte_at = AT + 0.25, AT + 0.5
    assert saved_call.response
    tap.take_request(saved_call.request.raw_content or b"")
    for byte in saved_call.response.raw_content or b"":
        tap.take_response(bytes([byte]))
    note, bodies = noted(saved_call, tap, AT + 2), (b"".join(tap.request), b"".join(tap.response))
    live = http_record(note, *bodies, Settings(Path("spool"), SECRET, "live-1"))
    assert replace(live, source="flow", record_id=record.record_id, capture_id="import-1") == record


def test_a_stream_of_events_is_kept_as_it_was_on_the_wire() -> None:
    sse = b'data: {"a":1}\n\ndata: [DONE]\n\n'
    headers = {"content-type": "text/event-stream", "content-encoding": "gzip"}
    record = one(call(reply=sse, response_headers=headers, packed=gzip.compress))
    assert gzip.decompress(record.response.data) == sse
    assert record.response.wire_bytes == len(record.response.data)
    assert record.response_header("content-encoding") == "gzip"


def test_a_call_that_was_cut_off_keeps_what_had_come_and_when() -> None:
    broken = call(reply=b'data: {"a":1}\n\n')
    broken.error = flow.Error("Client disconnected.", AT + 9)
    assert broken.response
    broken.response.timestamp_end = None
    record = one(broken)
    assert (record.complete, record.error, record.ended_at) == (False, "Client disconnected.", AT + 9)
    assert record.response.data == b'data: {"a":1}\n\n'


@pytest.mark.parametrize("error", [None, flow.Error("connection refused", AT)])
def test_a_call_without_a_response_is_incomplete(error: flow.Error | None) -> None:
    silent = call()
    silent.response, silent.error = None, error
    record = one(silent)
    assert (record.status, record.complete, record.first_byte_at) == (None, False, None)
    assert record.error == (error.msg if error else "no response")


def test_bodies_that_streamed_past_the_recorder_are_unknown_not_empty() -> None:
    streamed = call()
    assert streamed.response
    streamed.request.raw_content = streamed.response.raw_content = None
    record = one(streamed)
    assert record.request == record.response == Body(b"", None, trimmed=True)


def test_a_body_beyond_the_limit_is_trimmed_as_in_live_traffic() -> None:
    record = one(call(reply=b"x" * (BODY_LIMIT + 5)))
    assert (len(record.response.data), record.response.wire_bytes) == (BODY_LIMIT, BODY_LIMIT + 5)
    assert record.response.trimmed


def test_a_websocket_gives_one_record_for_each_exchange() -> None:
    records = every(socket_call(turns=3))
    assert [json.loads(r.request.data)["input"] for r in records] == ["question 0", "question 1", "question 2"]
    assert [r.started_at for r in records] == [AT, AT + 10, AT + 20]
    assert {(r.transport, r.source, r.status, r.complete, r.error) for r in records} == {
        ("websocket", "flow", 101, True, None)
    }
    assert len({r.record_id for r in records}) == 3


def test_an_error_at_the_end_of_a_socket_belongs_to_the_open_exchange_only() -> None:
    broken = socket_call(turns=2)
    assert broken.websocket
    del broken.websocket.messages[-1]
    broken.error = flow.Error("connection reset", AT + 99)
    first, second = every(broken)
    assert (first.complete, first.error) == (True, None)
    assert (second.complete, second.error, second.ended_at) == (False, "connection reset", AT + 1000)


def test_dropped_messages_never_happened() -> None:
    dropped = socket_call(turns=1)
    assert dropped.websocket
    for message in dropped.websocket.messages:
        message.dropped = True
    assert every(dropped) == []


def test_an_audio_session_is_one_record() -> None:
    (record,) = every(socket_call(path="/v1/realtime?model=m"))
    assert (record.api, record.ended_at) == ("openai.realtime", AT + 1000)


def test_names_come_from_the_login_then_the_headers_then_the_flags() -> None:
    login = base64.b64encode(b"search+bot:password").decode()
    headers = {"proxy-authorization": f"Basic {login}", "x-tokenecho-app": "web", "x-tokenecho-user": "ann"}
    assert one(call(request_headers=headers)).who == Who("bot", "search", "ann")
    checked = call()
    checked.metadata["proxyauth"] = ("ops+nightly", "password")
    assert one(checked).who == Who("nightly", "ops")


def test_credentials_are_nowhere_in_the_record() -> None:
    body = json.dumps({"mcp_servers": [{"authorization_token": KEY}]}).encode()
    headers = {"cookie": f"a={KEY}", "x-api-key": KEY, "x-odd": KEY, "proxy-authorization": KEY}
    secret = call(
        path=f"/v1/chat/completions?key={KEY}",
        reply=json.dumps({"client_secret": KEY}).encode(),
        body=body,
        request_headers=headers,
        response_headers={"set-cookie": KEY, "content-encoding": "gzip"},
        packed=gzip.compress,
    )
    record = one(secret)
    opened = gzip.decompress(record.response.data) if record.response.data[:1] == b"\x1f" else record.response.data
    assert KEY.encode() not in record.meta() + record.request.data + opened
    assert record.key_fingerprint == credential_fingerprint(SECRET, [("authorization", f"Bearer {KEY}")], "/")


def test_a_target_that_is_no_text_can_still_be_stored() -> None:
    odd = call(host="generativelanguage.googleapis.com", path="/v1beta/models/x:generateContent")
    odd.request.data.path = b"/v1beta/models/\xff:generateContent"
    record = one(odd)
    assert from_meta(record.meta(), b"", b"").path == record.path


def test_other_flows_are_counted_and_passed_over(tmp_path: Path) -> None:
    path = flow_file(
        tmp_path, tflow.ttcpflow(), tflow.tdnsflow(), tflow.tflow(resp=True), call(), tflow.twebsocketflow()
    )
    records, tally = read(path)
    assert (len(records), tally.entries, tally.other, tally.stopped_at) == (1, 5, 4, None)


def test_the_same_flow_has_the_same_id_and_each_flow_its_own(tmp_path: Path) -> None:
    first, _ = read(flow_file(tmp_path, call(1), call(2), socket_call(3)))
    again, _ = read(flow_file(tmp_path, socket_call(3), call(2), call(1)))
    assert sorted(first, key=lambda r: r.record_id) == sorted(again, key=lambda r: r.record_id)
    twin = call(1)
    twin.id = "another flow with the same content"
    assert one(twin).record_id not in {r.record_id for r in first}


def test_wherever_a_file_is_cut_off_the_flows_before_are_kept(tmp_path: Path) -> None:
    parts = [saved([call(0)]), saved([socket_call(1)]), saved([call(2)])]
    data, path = b"".join(parts), tmp_path / "cut.flow"
    ends = [len(b"".join(parts[: n + 1])) for n in range(3)]
    path.write_bytes(data)
    whole, _ = read(path)
    for cut in [*range(0, len(data), 61), *ends, *(end + step for end in ends[:2] for step in (1, 2, 5))]:
        path.write_bytes(data[:cut])
        records, tally = read(path)
        assert tally.entries == sum(end <= cut for end in ends)
        assert records == whole[: len(records)]
        start = max(end for end in [0, *ends] if end <= cut)
        stop = None if cut == start else f"it is cut off inside the flow that begins at byte {start:,}"
        assert (tally.skipped, tally.stopped_at) == (0, stop)


def test_what_is_no_flow_stops_the_reading_and_says_where(tmp_path: Path) -> None:
    good, path = saved([call()]), tmp_path / "odd.flow"
    for garbage in [b"HTTP/1.1 200 OK", b"1234567890123456:x", b":", b"\x00" * 50, b"12x:"]:
        path.write_bytes(good + garbage + good)
        records, tally = read(path)
        assert (len(records), tally.stopped_at) == (1, f"what is at byte {len(good):,} is no flow")


@pytest.mark.parametrize(
    "foreign", [b"5:hello,", b"2:[]]", b"0:}", b"14:7:version;1:x;}", b"3:abc#", b"4:9:a,}", b"1:x?"]
)
def test_a_flow_that_mitmproxy_cannot_read_is_stepped_over(tmp_path: Path, foreign: bytes) -> None:
    path = tmp_path / "foreign.flow"
    path.write_bytes(foreign + saved([call()]))
    records, tally = read(path)
    assert (len(records), tally.entries, tally.skipped, tally.stopped_at) == (1, 2, 1, None)
    assert "byte 0 is not one that this mitmproxy reads" in str(tally.problem)


def test_a_flow_from_a_newer_mitmproxy_is_stepped_over(tmp_path: Path) -> None:
    path = tmp_path / "newer.flow"
    path.write_bytes(saved([call()]).replace(b"7:version;2:21#", b"7:version;2:99#"))
    _, tally = read(path)
    assert (tally.entries, tally.skipped) == (1, 1)


def test_a_flow_that_would_not_fit_in_memory_is_stepped_over(tmp_path: Path) -> None:
    path = flow_file(tmp_path, call(reply=b"x" * 10_000), call(1))
    with path.open("rb") as file:
        with pytest.raises(TooLong, match="byte 0 is too long"):
            read_flow(file, path.stat().st_size, limit=9_000)
        following = read_flow(file, path.stat().st_size, limit=9_000)
    assert following.id == "flow-1"


@given(st.binary(max_size=60), st.integers(0, 2_000), st.booleans())
def test_a_damaged_file_never_raises(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int, over: bool
) -> None:
    data = saved([call(0), call(1)])
    path = tmp_path_factory.getbasetemp() / "damaged.flow"
    path.write_bytes(data[:at] + noise + data[at + len(noise) * over :])
    records, tally = read(path)
    assert len(records) + tally.other + tally.skipped == tally.entries


def run(path: Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-P", "-m", "proxy_addons.flowfile", str(path)]
    env = {**os.environ, "PYTHONPATH": str(TREE)}
    return subprocess.run(command, input=pickle.dumps(IMPORTING), capture_output=True, env=env, check=True)


def test_the_command_writes_records_and_a_last_report(tmp_path: Path) -> None:
    path = flow_file(tmp_path, call(0), socket_call(1, turns=1), tflow.ttcpflow())
    path.write_bytes(path.read_bytes() + b"99:")
    done = run(path)
    *records, report = read_parts(io.BytesIO(done.stdout))
    assert records == list(read(path)[0])
    stop = f"it is cut off inside the flow that begins at byte {path.stat().st_size - 3:,}"
    assert report == Report(3, 1, 0, None, stop, last=True)


def test_the_command_ends_quietly_when_nobody_listens(tmp_path: Path) -> None:
    path = flow_file(tmp_path, *(call(n, b"x" * 300_000) for n in range(10)))
    env = {**os.environ, "PYTHONPATH": str(TREE)}
    command = [sys.executable, "-P", "-m", "proxy_addons.flowfile", str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=env) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdin.write(pickle.dumps(IMPORTING))
        process.stdin.close()
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""


def test_a_stream_that_breaks_off_gives_what_was_whole(tmp_path: Path) -> None:
    done = run(flow_file(tmp_path, call(0), call(1))).stdout
    whole = list(read_parts(io.BytesIO(done)))
    for cut in range(0, len(done), 37):
        found = list(read_parts(io.BytesIO(done[:cut])))
        assert found == whole[: len(found)]
    assert len(whole) == 3
