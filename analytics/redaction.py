"""Redaction: what of a request's and a response's head may be written down. Everything else never is.

Headers and query parameters are kept by name from a list, not dropped by name: a credential that nobody has heard of
yet stays out too. Bodies are kept, but for the values of fields that are credentials by name.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from urllib.parse import parse_qsl, unquote

from analytics.private import fingerprint
from analytics.record import Headers

REDACTED = "REDACTED"

# Names of headers worth keeping: what was sent, by which client, for which session, and what the provider says of it.
KEPT_HEADERS = re.compile(
    r"accept|accept-encoding|alt-svc|amz-sdk-request|anthropic-(?:version|beta|ratelimit-.*|processing-ms)|apim-request-id|azureml-model-.*"
    r"|cf-ray|content-(?:encoding|length|type)|conversation[-_]id|date|fireworks-.*|helicone-session-id|http-referer|idempotency-key|llm_provider-.*"
    r"|openai-(?:beta|model|processing-ms|version)|originator|request-id|retry-after(?:-ms)?|server|session[-_]id"
    r"|thread[-_]id|transfer-encoding|user-agent|version|via|x-amzn-bedrock-.*|x-amzn-(?:errortype|requestid)"
    r"|x-app|x-client-request-id|x-claude-code-.*|x-codex-(?:beta-features|turn-metadata|window-id)|x-compaction-.*"
    r"|x-content-type-options|x-dashscope-session-cache|x-envoy-upstream-service-time|x-goog-api-client|x-grok-conv-id|x-initiator|x-interaction-id"
    r"|x-ms-(?:client-request-id|deployment-name|region)|x-openai-.*|x-openrouter-.*|x-parent-session-id|x-ratelimit-.*"
    r"|x-request-id|x-session-(?:id|affinity)|x-should-retry|x-stainless-.*|x-title|x-vscode-.*"
    r"|x-(?:cost|cached|model|provider)(?:-.*)?"
)
KEPT_QUERY = frozenset({"alt", "api-version", "beta", "model", "stream", "include", "starting_after"})
CREDENTIAL_HEADERS = (
    "authorization",
    "x-api-key",
    "api-key",
    "x-goog-api-key",
    "ocp-apim-subscription-key",
    "cf-aig-authorization",
)

# A name on that list that says it holds a credential all the same: some gateways take keys in `x-openai-api-key`.
_CREDENTIAL_NAME = re.compile(
    r"(?:api|access|secret|auth)[-_]?key|auth(?!or)|secret|password|cookie|signature|credential"
    r"|(?:access|session|security|bearer|refresh|id)[-_]token"
)
# The key of a browser's realtime call: https://developers.openai.com/api/docs/guides/realtime-websocket
_SUBPROTOCOL_KEY = re.compile(r"openai-insecure-api-key\.([^,\s]+)")

# Fields of a JSON body that hold a credential: of MCP servers and connectors, of realtime sessions, of signed calls.
_FIELD_NAMES = (
    rb"authorization(?:_token)?|proxy-authorization|x-api-key|x-goog-api-key|api[-_]?key|access[-_]?token"
    rb"|refresh[-_]?token|id[-_]?token|session[-_]?token|auth[-_]?token|bearer[-_]?token|client[-_]?secret"
    rb"|password|secret[-_]?access[-_]?key|x-amz-security-token|cookie|set-cookie"
)
_STRING = rb'"[^"\\]*(?:\\.[^"\\]*)*"?'  # open at the end where the body was cut off
_LIST = rb"\[(?:[^\]\"]|" + _STRING + rb")*\]?"
_FIELD = re.compile(
    rb'"(?:' + _FIELD_NAMES + rb')"\s*:\s*(?P<value>' + _STRING + rb"|" + _LIST + rb")", re.IGNORECASE | re.DOTALL
)
# The request headers that a provider is to send to an MCP server, under names of the user's own choosing.
_HEADERS = re.compile(rb'"\w*headers"\s*:\s*\{(?:[^{}"]|' + _STRING + rb")*", re.IGNORECASE | re.DOTALL)
_HEADER = re.compile(
    rb'"[^"]*(?:auth|key|token|secret|password|cookie|credential|signature)[^"]*"\s*:\s*(?P<value>' + _STRING + rb")",
    re.IGNORECASE | re.DOTALL,
)
# A signed address, as of a file in a bucket.
_SIGNED = re.compile(rb"x-(?:amz|goog)-(?:signature|security-token|credential)=(?P<value>[^&\"'\s\\]+)", re.IGNORECASE)
# How the names above end. A search for a fixed string takes a hundredth of what one for the patterns takes.
_ENDINGS = (b'authorization"', b'token"', b'key"', b'secret"', b'password"', b'cookie"')
_LONGEST_NAME = 32
_AWS_ACCESS_KEY = re.compile(r"Credential=([^/,\s]+)/")

type Span = tuple[int, int]


def kept_headers(headers: Iterable[tuple[str, str]]) -> Headers:
    """The headers that may be stored, names in lower case."""
    lower = ((name.lower(), value) for name, value in headers)
    return tuple((name, _kept_value(name, value)) for name, value in lower if _kept(name))


@lru_cache(1024)
def _kept(name: str) -> bool:
    return bool(KEPT_HEADERS.fullmatch(name)) and not _CREDENTIAL_NAME.search(name)


def _kept_value(name: str, value: str) -> str:
    return kept_path(value) if name == "http-referer" else value


def kept_path(path: str) -> str:
    """The request target with the values of query parameters that are not known to be harmless replaced."""
    bare, mark, query = path.partition("?")
    return bare + mark + "&".join(_kept_parameter(part) for part in query.split("&"))


def _kept_parameter(part: str) -> str:
    name, given, _ = part.partition("=")
    if part and not given:  # a bare word may be the credential itself
        return REDACTED
    return part if not part or unquote(name).lower() in KEPT_QUERY else f"{name}={REDACTED}"


def kept_body(data: bytes) -> bytes:
    """The body with the values of credential fields replaced; the very same object where there are none."""
    lower = data.lower()
    spans = [*_fields(data, lower), *_headers(data, lower), *_signed(data, lower)]
    return _without(data, sorted(set(spans))) if spans else data


def _fields(data: bytes, lower: bytes) -> Iterator[Span]:
    for ending in _ENDINGS:
        for at in _places(lower, ending):
            start = lower.rfind(b'"', max(0, at - _LONGEST_NAME), at + len(ending) - 1)
            field = _FIELD.match(data, start) if start >= 0 else None
            if field:
                yield field.span("value")


def _headers(data: bytes, lower: bytes) -> Iterator[Span]:
    for at in _places(lower, b'headers"'):
        start = lower.rfind(b'"', max(0, at - _LONGEST_NAME), at + 1)
        found = _HEADERS.match(data, start) if start >= 0 else None
        if found:
            yield from (header.span("value") for header in _HEADER.finditer(data, found.start(), found.end()))


def _signed(data: bytes, lower: bytes) -> Iterator[Span]:
    if b"-signature=" in lower:
        yield from (part.span("value") for part in _SIGNED.finditer(data))


def _places(data: bytes, wanted: bytes) -> Iterator[int]:
    at = data.find(wanted)
    while at >= 0:
        yield at
        at = data.find(wanted, at + len(wanted))


def _without(data: bytes, spans: Sequence[Span]) -> bytes:
    """The data with these spans replaced, as a JSON string where they were a JSON value."""
    parts, done = [], 0
    for start, end in spans:
        if start < done:  # inside the one before
            continue
        bare = REDACTED.encode()
        parts += [data[done:start], b'"' + bare + b'"' if data[start : start + 1] in b'"[' else bare]
        done = end
    return b"".join([*parts, data[done:]])


def credential_fingerprint(secret: bytes, headers: Iterable[tuple[str, str]], path: str) -> str | None:
    """A keyed fingerprint of the credential a request came with, None where it came with none."""
    found = _credential({name.lower(): value for name, value in headers}, path)
    return fingerprint(secret, found) if found else None


def _credential(headers: dict[str, str], path: str) -> str | None:
    given = next((headers[name] for name in CREDENTIAL_HEADERS if headers.get(name)), None)
    if given:
        aws = _AWS_ACCESS_KEY.search(given)  # the rest of an AWS header changes with every call
        return aws.group(1) if aws else given.removeprefix("Bearer ").strip()
    key = _SUBPROTOCOL_KEY.search(headers.get("sec-websocket-protocol", ""))
    if key:
        return key.group(1)
    query = dict(parse_qsl(path.partition("?")[2]))
    signed = query.get("X-Amz-Credential")
    return query.get("key") or (unquote(signed).partition("/")[0] if signed else None)
