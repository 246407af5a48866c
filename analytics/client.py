"""Which client made a call: from the user agent and the SDKs' own headers."""

import re
from collections.abc import Mapping

# Coding agents and SDKs whose user agent does not begin with the name people know them by. First match wins.
KNOWN = (
    (re.compile(r"^claude-(?:cli|code)/(\S+)", re.I), "claude-code"),
    (re.compile(r"^codex[_-]\w*/(\S+)", re.I), "codex"),
    (re.compile(r"^GeminiCLI[^/]*/v?([^\s/]+)", re.I), "gemini-cli"),  # the model's name follows
    (re.compile(r"^(?:Async)?(?:Azure)?OpenAI/Python (\S+)"), "openai-python"),
    (re.compile(r"^(?:Azure)?OpenAI/JS (\S+)"), "openai-node"),
    (re.compile(r"^(?:Async)?Anthropic\w*/Python (\S+)"), "anthropic-python"),
    (re.compile(r"^Anthropic\w*/JS (\S+)"), "anthropic-node"),
    (re.compile(r"google-genai-sdk/(\S+).*gl-python"), "google-genai-python"),
    (re.compile(r"google-genai-sdk/(\S+).*gl-node"), "google-genai-node"),
    (re.compile(r"google-genai-sdk/(\S+)"), "google-genai"),
    (re.compile(r"^Boto3/(\S+)"), "boto3"),
)
PRODUCT = re.compile(r"^([A-Za-z][\w.-]*)(?:/v?([\w.+-]+))?")
ATTEMPT = re.compile(r"\battempt=(\d{1,4})\b")
MOST_RETRIES = 1_000  # more are no SDK's own
LANGUAGES = {"python": "python", "js": "node", "ruby": "ruby", "go": "go", "java": "java"}


def client_of(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The client's name and version; None where the headers do not say."""
    agent = headers.get("user-agent", "")
    for pattern, name in KNOWN:
        found = pattern.search(agent)
        if found:
            return name, found.group(1).rstrip(";,)")
    sdk = headers.get("x-stainless-lang")
    if sdk and not agent:
        return f"stainless-{LANGUAGES.get(sdk, sdk)}", headers.get("x-stainless-package-version")
    product = PRODUCT.match(agent)
    return (product.group(1).lower(), product.group(2)) if product else (None, None)


def retry_of(headers: Mapping[str, str]) -> int | None:
    """How many times the SDK had tried this request before; None where it does not say.

    https://github.com/openai/openai-python/blob/main/src/openai/_base_client.py and
    https://github.com/boto/botocore/blob/develop/botocore/endpoint.py, whose attempts begin at 1.
    """
    told, attempt = headers.get("x-stainless-retry-count", ""), ATTEMPT.search(headers.get("amz-sdk-request", ""))
    if told.isascii() and told.isdigit():
        return min(int(told[:4]), MOST_RETRIES)
    return max(0, int(attempt.group(1)) - 1) if attempt else None


# Headers in which clients name the session a call belongs to, most telling first.
SESSION_HEADERS = (
    "x-claude-code-session-id",
    "session-id",
    "session_id",
    "thread-id",
    "thread_id",
    "x-session-id",
    "x-session-affinity",
    "x-grok-conv-id",
    "x-interaction-id",
    "helicone-session-id",
)


def session_of(headers: Mapping[str, str]) -> str | None:
    """The session that the headers name."""
    return next((headers[name] for name in SESSION_HEADERS if headers.get(name)), None)
