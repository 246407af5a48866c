"""What of a request and a response may be written down."""

import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.redaction import REDACTED, credential_fingerprint, kept_body, kept_headers, kept_path

FIELDS = (
    "authorization",
    "authorization_token",
    "Authorization",
    "proxy-authorization",
    "x-api-key",
    "x-goog-api-key",
    "api_key",
    "apiKey",
    "api-key",
    "access_token",
    "refresh_token",
    "id_token",
    "session_token",
    "auth_token",
    "client_secret",
    "clientSecret",
    "password",
    "secret_access_key",
    "X-Amz-Security-Token",
    "cookie",
    "Set-Cookie",
)
SECRET = "s3cr3t"
WORDS = st.text(st.sampled_from(string.printable + 'é"\\漢'))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner) | st.dictionaries(WORDS, inner),
    max_leaves=20,
)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("layout", [(",", ":"), (", ", ": "), (" ,", "\n:\t")])
@pytest.mark.parametrize("value", [SECRET, f'quote " and \\ {SECRET}', [SECRET, f"] {SECRET}"]])
def test_the_value_of_a_credential_field_is_taken_out(field: str, layout: tuple[str, str], value: Any) -> None:
    body = {"before": "kept", "deep": [{field: value, "after": "kept"}]}
    kept = json.loads(kept_body(json.dumps(body, separators=layout).encode()))
    assert kept == {"before": "kept", "deep": [{field: REDACTED, "after": "kept"}]}


@given(JSON, st.sampled_from(FIELDS), JSON, WORDS)
def test_whatever_stands_around_it_the_credential_goes_and_the_rest_stays(
    before: Any, field: str, after: Any, secret: str
) -> None:
    body = json.dumps([before, {field: "§" + secret}, after], ensure_ascii=False)
    expected = json.dumps([before, {field: REDACTED}, after], ensure_ascii=False)
    assert json.loads(kept_body(body.encode())) == json.loads(kept_body(expected.encode()))


@given(JSON)
def test_redaction_leaves_json_and_changes_nothing_twice(value: Any) -> None:
    once = kept_body(json.dumps(value).encode())
    json.loads(once)
    assert kept_body(once) == once


@given(st.binary())
def test_any_bytes_will_do(data: bytes) -> None:
    kept_body(data)


@given(st.integers(0, 60))
def test_of_a_body_that_is_cut_off_no_part_of_a_credential_stays(end: int) -> None:
    body = b'{"a": 1, "api_key": "%s", "cookie": ["%s", "%s"]}' % ((SECRET.encode(),) * 3)
    assert SECRET[:2].encode() not in kept_body(body[:end])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"messages":[{"content":"the password is in the cookie"}]}',
        b'{"max_tokens":1,"usage":{"input_tokens":1},"token":"the","key":"k","tokens":["a"]}',
        b'{"properties":{"api_key":{"type":"string"},"password":{"type":"string"}}}',
        b'{"logprobs":{"content":[{"token":"Hello","logprob":-0.1}]}}',
        b'{"my_api_key_name":"x","headers_count":"1","monkey":"x"}',
        b'{"headers":{"accept":"*/*","x-request-id":"1"}}',
    ],
)
def test_a_body_without_credentials_is_the_very_same_object(body: bytes) -> None:
    assert kept_body(body) is body


def test_headers_for_another_server_lose_what_lets_one_in() -> None:
    headers = {"X-Team-Token": SECRET, "Authorization": SECRET, "My-Key": f"}} {SECRET}", "Accept": "kept"}
    kept = json.loads(kept_body(json.dumps({"tools": [{"type": "mcp", "headers": headers}]}).encode()))
    expected = dict.fromkeys(("X-Team-Token", "Authorization", "My-Key"), REDACTED) | {"Accept": "kept"}
    assert kept["tools"][0]["headers"] == expected


def test_a_signed_address_loses_its_signature() -> None:
    address = f"https://b.test/a.png?X-Amz-Date=1&X-Amz-Security-Token={SECRET}&X-Amz-Signature={SECRET}&x=1"
    kept = json.loads(kept_body(json.dumps({"image_url": address}).encode()))
    assert kept == {"image_url": address.replace(SECRET, REDACTED)}


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/v1/messages", "/v1/messages"),
        ("/v1/models/m:generate?alt=sse&key=s3cr3t", "/v1/models/m:generate?alt=sse&key=REDACTED"),
        ("/a?api-version=2025-01-01&API-KEY=s3cr3t&model=m", "/a?api-version=2025-01-01&API-KEY=REDACTED&model=m"),
        ("/a?s3cr3t", "/a?REDACTED"),
        ("/a?s3cr3t&stream=true", "/a?REDACTED&stream=true"),
        ("/a?", "/a?"),
        ("/a?x=s3cr3t?y=s3cr3t", "/a?x=REDACTED"),
    ],
)
def test_a_path_keeps_only_harmless_parameters(path: str, kept: str) -> None:
    assert kept_path(path) == kept


@pytest.mark.parametrize(
    "name",
    ["authorization", "cookie", "set-cookie", "x-api-key", "x-openai-api-key", "x-stainless-auth-token", "x-unheard-of",
     "x-amz-security-token", "x-model-secret", "location", "proxy-authorization", "sec-websocket-protocol"],
)  # fmt: skip
def test_a_header_that_may_hold_a_credential_is_not_kept(name: str) -> None:
    assert kept_headers([(name.title(), SECRET)]) == ()


@pytest.mark.parametrize(
    "name",
    ["user-agent", "content-type", "anthropic-ratelimit-tokens-remaining", "x-ratelimit-limit-tokens",
     "idempotency-key", "x-amzn-bedrock-input-token-count", "x-claude-code-session-id", "session-id",
     "openai-processing-ms"],
)  # fmt: skip
def test_a_header_that_tells_of_the_call_is_kept(name: str) -> None:
    assert kept_headers([(name.title(), "v")]) == ((name, "v"),)


def test_the_address_an_app_names_itself_with_loses_its_query() -> None:
    assert kept_headers([("HTTP-Referer", "https://a.test/?t=s3cr3t")]) == (
        ("http-referer", "https://a.test/?t=REDACTED"),
    )


FINGERPRINTED: tuple[tuple[list[tuple[str, str]], str], ...] = (
    ([("Authorization", "Bearer KEY")], "/"),
    ([("x-api-key", "KEY")], "/"),
    ([("api-key", "KEY")], "/"),
    ([("x-goog-api-key", "KEY")], "/"),
    ([], "/?key=KEY"),
    ([], "/?X-Amz-Credential=KEY%2F20260101%2Fus-east-1%2Fbedrock%2Faws4_request"),
    ([("authorization", "AWS4-HMAC-SHA256 Credential=KEY/20260101/us-east-1/bedrock/aws4_request, Signature=f")], "/"),
    ([("sec-websocket-protocol", "realtime, openai-insecure-api-key.KEY, openai-beta.realtime-v1")], "/"),
)


@pytest.mark.parametrize(("headers", "path"), FINGERPRINTED)
def test_a_key_has_one_fingerprint_however_it_is_sent(headers: list[tuple[str, str]], path: str) -> None:
    found = credential_fingerprint(b"secret", headers, path)
    assert found == credential_fingerprint(b"secret", [("authorization", "Bearer KEY")], "/")
    other = [(name, value.replace("KEY", "YEK")) for name, value in headers]
    assert found != credential_fingerprint(b"secret", other, path.replace("KEY", "YEK"))
    assert found != credential_fingerprint(b"other secret", headers, path)
    assert found
    assert "KEY" not in found


def test_without_a_key_there_is_no_fingerprint() -> None:
    assert credential_fingerprint(b"secret", [("authorization", ""), ("user-agent", "x")], "/?alt=sse") is None
