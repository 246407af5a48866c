"""HAR entries, of whichever recorder, become records."""

import base64
import gzip
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from analytics.importers.har_entry import entry_records
from analytics.record import Body, Who
from analytics.redaction import credential_fingerprint
from tests.analytics.importers.har_files import (
    CHAT,
    IMPORTING,
    KEY,
    SECRET,
    STARTED_AT,
    Entry,
    around,
    entry,
    fields,
    imported,
    message,
    one,
    socket_entry,
    turn,
)
from tests.proxy_addons.flow_files import call, exported, socket_call


def test_an_entry_of_chrome_is_one_model_call(tmp_path: Path) -> None:
    record = one(tmp_path, entry())
    assert (record.provider, record.api, record.source) == ("openai", "openai.chat", "har")
    assert (record.method, record.scheme, record.host, record.port) == ("POST", "https", "api.openai.com", 443)
    assert (record.path, record.http_version, record.status) == ("/v1/chat/completions", "HTTP/2.0", 200)
    assert json.loads(record.request.data) == {"model": "m", "input": "hi"}
    assert record.response.data == b'{"id":"r1"}'
    assert (record.complete, record.error, record.capture_id) == (True, None, "import-1")


def test_the_phases_become_points_in_time(tmp_path: Path) -> None:
    record = one(tmp_path, entry())
    assert record.started_at == STARTED_AT
    assert record.request_ended_at == around(STARTED_AT + 0.0505)  # blocked, connect (ssl within), send
    assert record.first_byte_at == around(STARTED_AT + 0.15)
    assert record.ended_at == around(STARTED_AT + 1)


@pytest.mark.parametrize(
    "date", ["2026-03-01T10:00:00.250Z", "2026-03-01T05:00:00.2500000-05:00", "2026-03-01T10:00:00.250"]
)
def test_a_date_in_any_zone_is_the_same_instant(
    tmp_path: Path, date: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    request.addfinalizer(time.tzset)
    assert one(tmp_path, entry(startedDateTime=date)).started_at == STARTED_AT


def test_unknown_phases_leave_unknown_times(tmp_path: Path) -> None:
    record = one(tmp_path, entry(timings={"send": -1, "wait": -1, "receive": -1}, time=-1))
    assert (record.request_ended_at, record.first_byte_at, record.ended_at) == (None, None, None)
    assert one(tmp_path, entry(timings={}, time=2000)).ended_at == STARTED_AT + 2


def test_an_entry_of_firefox_is_read(tmp_path: Path) -> None:
    request = {
        "httpVersion": "HTTP/2",
        "headers": fields(Host="api.anthropic.com", x_api_key=KEY, Content_Encoding="identity"),
        "headersSize": 300,
        "postData": {"mimeType": "application/json", "params": [], "text": '{"model":"claude"}'},
    }
    sse = "event: ping\ndata: {}\n\n"
    content = {"mimeType": "text/event-stream", "size": len(sse), "text": sse}
    response = {"status": 200, "content": content, "bodySize": 11, "headersSize": 400, "httpVersion": "HTTP/2"}
    found = entry("https://api.anthropic.com/v1/messages", request=request, response=response)
    found["timings"] = {"blocked": 0, "dns": 5, "connect": 0, "ssl": 0, "send": 0, "wait": 45, "receive": 50}
    record = one(tmp_path, found)
    assert (record.provider, record.http_version, record.response.data) == ("anthropic", "HTTP/2.0", sse.encode())
    assert record.response.wire_bytes == 11
    assert record.first_byte_at == around(STARTED_AT + 0.05)
    assert record.key_fingerprint == credential_fingerprint(SECRET, [("x-api-key", KEY)], "/")


def test_an_export_of_mitmproxy_is_the_flow_it_was_made_of(tmp_path: Path) -> None:
    flow = call(reply=b'{"id":"r1"}', response_headers={"content-encoding": "gzip"}, packed=gzip.compress)
    assert flow.response
    assert flow.request.timestamp_end
    assert flow.response.timestamp_end
    record = one(tmp_path, exported(flow))
    assert record.response == Body(b'{"id":"r1"}', len(flow.response.raw_content or b""))
    assert record.request.data == flow.request.raw_content
    assert record.started_at == flow.request.timestamp_start
    assert record.request_ended_at == around(flow.request.timestamp_end)  # the connection was there already
    assert record.first_byte_at == around(flow.response.timestamp_start)
    assert record.ended_at == around(flow.response.timestamp_end)


def test_a_websocket_exported_by_mitmproxy_has_the_pairs_of_the_flow(tmp_path: Path) -> None:
    records = imported(tmp_path, exported(socket_call(turns=3)))
    assert [json.loads(record.request.data)["input"] for record in records] == [f"question {n}" for n in range(3)]
    assert all(record.complete and record.transport == "websocket" for record in records)


def test_a_websocket_of_chrome_is_paired_as_live_traffic_is(tmp_path: Path) -> None:
    messages = [*turn(1, STARTED_AT + 1), *turn(2, STARTED_AT + 5)]
    found = socket_entry(messages, url="wss://api.openai.com/v1/responses")
    first, second = imported(tmp_path, found)
    assert (first.scheme, first.port, first.status, first.api) == ("https", 443, 101, "openai.responses")
    assert (first.started_at, first.first_byte_at) == (STARTED_AT + 1, STARTED_AT + 1.1)
    assert second.ended_at == around(STARTED_AT + 5.2)
    assert first.response.data.count(b"\x1e") == 2
    assert first.connection_id == second.connection_id
    assert first.record_id != second.record_id


def test_a_websocket_turn_that_was_never_answered_is_kept_as_incomplete(tmp_path: Path) -> None:
    (record,) = imported(tmp_path, socket_entry(turn(1, STARTED_AT)[:2]))
    assert (record.complete, record.error) == (False, "connection closed")


def test_compressed_sockets_do_not_say_what_was_on_the_wire(tmp_path: Path) -> None:
    extensions = fields(Sec_WebSocket_Extensions="permessage-deflate; client_no_context_takeover")
    (record,) = imported(tmp_path, socket_entry(turn(1, STARTED_AT), response={"headers": extensions}))
    assert record.request.wire_bytes is None


def test_messages_timed_in_milliseconds_and_damaged_ones_do_not_stop_a_socket(tmp_path: Path) -> None:
    messages = [{**one, "time": one["time"] * 1000} for one in turn(1, STARTED_AT)]
    broken: list[Any] = [
        {"type": "send"},
        message(True, STARTED_AT, b"x") | {"data": "%%"},
        "nothing",
        {"type": "other", "time": 1},
    ]
    (record,) = imported(tmp_path, socket_entry([*broken, *messages]))
    assert record.started_at == around(STARTED_AT)


def test_an_audio_session_is_one_record(tmp_path: Path) -> None:
    messages = [message(True, STARTED_AT, b"\x01audio"), message(False, STARTED_AT + 1, '{"type":"session.created"}')]
    (record,) = imported(tmp_path, socket_entry(messages, url="wss://api.openai.com/v1/realtime?model=m"))
    assert (record.api, record.path) == ("openai.realtime", "/v1/realtime?model=m")
    assert b"\x01audio" in record.request.data


def test_a_body_in_base64_is_decoded(tmp_path: Path) -> None:
    content = {"text": base64.b64encode(b"\x00\xff").decode(), "encoding": "base64", "size": 2}
    assert one(tmp_path, entry(response={"content": content})).response.data == b"\x00\xff"


def test_a_body_that_the_recorder_left_compressed_is_opened(tmp_path: Path) -> None:
    packed = base64.b64encode(gzip.compress(b'{"id":1}')).decode()
    assert (
        one(tmp_path, entry(response={"content": {"text": packed, "encoding": "base64"}})).response.data == b'{"id":1}'
    )


def test_a_body_that_is_no_base64_is_kept_as_text(tmp_path: Path) -> None:
    content = {"text": "{not base64}é", "encoding": "base64"}
    assert one(tmp_path, entry(response={"content": content})).response.data == "{not base64}é".encode()


def test_the_headers_do_not_name_an_encoding_that_was_undone(tmp_path: Path) -> None:
    record = one(tmp_path, entry())
    assert record.response_header("content-encoding") is None
    assert record.response_header("content-type") == "application/json"


@pytest.mark.parametrize(
    ("response", "size"),
    [
        ({"bodySize": 77}, 77),
        ({"bodySize": -1, "content": {"text": "12345", "size": 5, "compression": 2}}, 3),
        ({"bodySize": 0, "headers": [], "content": {"text": "12345", "size": 5}}, 5),
        ({"bodySize": -1, "headersSize": 120, "_transferSize": 500}, 380),
        ({"bodySize": -1, "headersSize": -1, "_transferSize": 500}, None),
        ({"bodySize": -1, "content": {"size": 0}}, 0),
    ],
)
def test_the_size_on_the_wire_is_what_the_recording_says_or_unknown(
    tmp_path: Path, response: dict[str, Any], size: int | None
) -> None:
    assert one(tmp_path, entry(response=response)).response.wire_bytes == size


def test_a_recording_without_content_is_marked_as_trimmed(tmp_path: Path) -> None:
    bare = entry(response={"content": {"size": 900, "mimeType": "application/json"}})
    del bare["request"]["postData"]
    record = one(tmp_path, bare)
    assert record.request == Body(b"", 40, trimmed=True)
    assert record.response == Body(b"", None, trimmed=True)


def test_a_body_given_as_form_fields_is_put_together(tmp_path: Path) -> None:
    posted = {"mimeType": "application/x-www-form-urlencoded", "params": fields(model="m 1", input="é")}
    assert one(tmp_path, entry(request={"postData": posted})).request.data == b"model=m+1&input=%C3%A9"


def test_headers_may_come_as_pairs(tmp_path: Path) -> None:
    pairs = [["Authorization", f"Bearer {KEY}"], ["User-Agent", "slack"], ["odd"], 7, {"name": "x"}]
    record = one(tmp_path, entry(request={"headers": pairs}))
    assert record.request_headers == (("user-agent", "slack"),)
    assert record.key_fingerprint


@pytest.mark.parametrize(
    ("response", "error"),
    [
        ({"status": 0, "_error": "net::ERR_ABORTED", "content": {}}, "net::ERR_ABORTED"),
        ({"status": 0, "statusText": "Blocked", "content": {}}, "Blocked"),
        ({"status": 0, "statusText": "", "content": {}}, "no response"),
        ({"status": 0, "_failureText": "Timeout", "content": {}}, "Timeout"),
    ],
)
def test_a_call_that_failed_is_incomplete_and_says_why(tmp_path: Path, response: dict[str, Any], error: str) -> None:
    record = one(tmp_path, entry(response=response))
    assert (record.status, record.complete, record.error, record.first_byte_at) == (None, False, error, None)


def test_a_stream_that_broke_keeps_its_status_and_what_had_come(tmp_path: Path) -> None:
    record = one(tmp_path, entry(reply="data: {}\n\n", response={"_error": "net::ERR_INCOMPLETE_CHUNKED_ENCODING"}))
    assert (record.status, record.complete, record.response.data) == (200, False, b"data: {}\n\n")


@pytest.mark.parametrize(
    "other",
    [
        entry("https://example.com/v1/chat/completions"),
        entry("https://api.openai.com/v1/models", request={"method": "GET"}),
        entry(request={"method": "OPTIONS"}),
        entry("data:text/plain,hello"),
        entry("blob:https://chatgpt.com/1234"),
    ],
)
def test_what_is_no_model_call_is_passed_over(tmp_path: Path, other: Entry) -> None:
    assert imported(tmp_path, other) == []


@pytest.mark.parametrize(
    "broken",
    [{}, entry(""), entry("https://[::1/v1"), entry("https://api.openai.com:99999/"), entry(startedDateTime="today")],
)
def test_an_entry_without_an_address_or_a_date_is_refused(broken: Entry) -> None:
    with pytest.raises(ValueError, match=r"^its? "):
        entry_records(broken, IMPORTING)


def test_credentials_are_nowhere_in_the_record(tmp_path: Path) -> None:
    body = json.dumps({"model": "m", "tools": [{"type": "mcp", "authorization": KEY, "headers": {"Cookie": KEY}}]})
    headers = fields(x_api_key=KEY, Cookie=KEY, X_Unheard_Of=KEY, Proxy_Authorization=f"Basic {KEY}")
    reply = json.dumps({"id": "r", "client_secret": KEY})
    whole = entry(
        f"https://user:{KEY}@api.openai.com/v1/chat/completions?key={KEY}&sig={KEY}",
        reply=reply,
        request={"headers": headers, "postData": {"text": body}},
        response={"headers": fields(Set_Cookie=KEY, X_Token=KEY)},
    )
    first = turn(1, STARTED_AT)
    first[0]["data"] = json.dumps({"type": "response.create", "tools": [{"access_token": KEY}]})
    records = imported(tmp_path, whole, socket_entry(first))
    assert len(records) == 2
    for record in records:
        assert KEY.encode() not in record.meta() + record.request.data + record.response.data
    assert b"REDACTED" in records[0].request.data
    assert b"REDACTED" in records[1].request.data


def test_the_key_has_the_fingerprint_of_live_traffic(tmp_path: Path) -> None:
    expected = credential_fingerprint(SECRET, [("authorization", f"Bearer {KEY}")], "/v1/chat/completions")
    assert one(tmp_path, entry()).key_fingerprint == expected


def test_names_come_from_the_login_then_the_headers_then_the_flags(tmp_path: Path) -> None:
    login = base64.b64encode(b"search+bot:password").decode()
    named = fields(Proxy_Authorization=f"Basic {login}", X_Tokenecho_App="web", X_Tokenecho_User="ann")
    importing = replace(IMPORTING, who=Who("flag-app", "flag-team", "flag-user"))
    assert one(tmp_path, entry(request={"headers": named}), importing).who == Who("bot", "search", "ann")
    assert one(tmp_path, entry(), importing).who == importing.who


def test_content_and_hosts_of_the_import_are_honoured(tmp_path: Path) -> None:
    importing = replace(IMPORTING, content="none")
    assert one(tmp_path, entry(), importing).content == "none"
    assert one(tmp_path, entry(CHAT + "?stream=true"), importing).path == "/v1/chat/completions?stream=true"
