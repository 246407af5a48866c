"""Redaction: what of a request's and a response's head may be written down. Everything else never is.

Headers and query parameters are kept by name from a list, not dropped by name: a credential that nobody has heard of
yet stays out too. Bodies are kept, but for the values of fields that are credentials by name.
"""

import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, unquote, urlencode

from analytics.private import fingerprint
from analytics.record import Headers

REDACTED = "REDACTED"

# Names of headers worth keeping: what was sent, by which client, for which session, and what the provider says of it.
KEPT_HEADERS = re.compile(
    r"accept|accept-encoding|alt-svc|anthropic-(?:version|beta|ratelimit-.*|processing-ms)|apim-request-id|azureml-model-.*"
    r"|cf-ray|content-(?:encoding|length|type)|date|helicone-session-id|http-referer|idempotency-key|llm_provider-.*"
    r"|openai-(?:beta|model|processing-ms|version)|originator|request-id|retry-after(?:-ms)?|server|session[-_]id"
    r"|thread[-_]id|transfer-encoding|user-agent|version|via|x-amzn-bedrock-.*|x-amzn-(?:errortype|requestid)"
    r"|x-app|x-client-request-id|x-claude-code-.*|x-codex-(?:beta-features|turn-metadata|window-id)|x-compaction-.*"
    r"|x-content-type-options|x-envoy-upstream-service-time|x-goog-api-client|x-grok-conv-id|x-initiator|x-interaction-id"
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

# Fields of a JSON body that hold a credential: of MCP servers and connectors, of realtime sessions, of signed calls.
_FIELD_NAMES = (
    rb"authorization(?:_token)?|proxy-authorization|x-api-key|x-goog-api-key|api[-_]?key|access[-_]?token"
    rb"|refresh[-_]?token|id[-_]?token|session[-_]?token|auth[-_]?token|bearer[-_]?token|client[-_]?secret"
    rb"|password|secret[-_]?access[-_]?key|x-amz-security-token|cookie|set-cookie"
)
_SECRET_FIELD = re.compile(rb'("(?:' + _FIELD_NAMES + rb')"\s*:\s*)"(?:[^"\\]|\\.)*"?', re.IGNORECASE | re.DOTALL)
_SECRET_HINT = re.compile(rb"auth|key|token|secret|password|cookie", re.IGNORECASE)
_AWS_ACCESS_KEY = re.compile(r"Credential=([^/,\s]+)/")


def kept_headers(headers: Iterable[tuple[str, str]]) -> Headers:
    """The headers that may be stored, names in lower case."""
    lower = ((name.lower(), value) for name, value in headers)
    return tuple((name, value) for name, value in lower if KEPT_HEADERS.fullmatch(name))


def kept_path(path: str) -> str:
    """The request target with the values of query parameters that are not known to be harmless replaced."""
    bare, mark, query = path.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(name, value if name.lower() in KEPT_QUERY else REDACTED) for name, value in pairs]
    return bare + (mark and f"?{urlencode(kept)}")


def kept_body(data: bytes) -> bytes:
    """The body with the values of credential fields replaced; the very same object where there are none."""
    if not _SECRET_HINT.search(data):
        return data
    return _SECRET_FIELD.sub(rb'\1"' + REDACTED.encode() + b'"', data)


def credential_fingerprint(secret: bytes, headers: Iterable[tuple[str, str]], path: str) -> str | None:
    """A keyed fingerprint of the credential a request came with, None where it came with none."""
    found = _credential({name.lower(): value for name, value in headers}, path)
    return fingerprint(secret, found) if found else None


def _credential(headers: dict[str, str], path: str) -> str | None:
    given = next((headers[name] for name in CREDENTIAL_HEADERS if headers.get(name)), None)
    if given:
        aws = _AWS_ACCESS_KEY.search(given)  # the rest of an AWS header changes with every call
        return aws.group(1) if aws else given.removeprefix("Bearer ").strip()
    query = dict(parse_qsl(path.partition("?")[2]))
    signed = query.get("X-Amz-Credential")
    return query.get("key") or (unquote(signed).partition("/")[0] if signed else None)
