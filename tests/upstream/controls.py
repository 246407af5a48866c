"""How a test makes the upstream misbehave, request by request.

Two ways, with the same names and values:

- a header: `x-upstream-status: 429`, `x-upstream-chunk-delay: 20`
- text in the *last* message of the request: `[[upstream status=429 chunk-delay=20]]`, for clients whose
  headers cannot be set, and for frames on a WebSocket. Earlier messages are not searched, so the history
  does not trigger it again; the system messages and settings that agents put last are passed over. Text
  wins over headers. Blanks in a value are percent-encoded.

| name          | value    | meaning |
|---------------|----------|---------|
| `delay`       | ms       | wait before the response headers |
| `chunk-delay` | ms       | wait before every piece of the body after the first |
| `chunks`      | n        | number of text deltas in a streamed reply (default 8) |
| `reply`       | text     | the reply's text, percent-encoded |
| `reply-bytes` | n        | pad the reply to n bytes |
| `stop`        | name     | the provider's own value, or `length`, `filter`, `refusal` for any |
| `thinking`    | 0, 1     | reasoning or thinking blocks, asked for by the request or not |
| `tool`        | name     | call this tool, asked for or not; `none` = never call one |
| `tool-calls`  | n        | that many parallel calls |
| `tool-input`  | text     | the call's arguments as JSON, or a custom tool's text; percent-encoded |
| `model`       | name     | the response's model |
| `usage`       | `none`   | no usage in the response |
| `status`      | code     | answer with the provider's error body |
| `error-type`  | name     | the type or code in that body |
| `retry-after` | seconds  | header of an error |
| `error-after` | n        | after n text deltas, the provider's error inside the stream |
| `cut-after`   | n        | break off after n writes; 0 = after the headers, -1 = before them |
| `cut`         | how      | `reset` (TCP RST, default), `close` (bare FIN), `stream` (RST_STREAM) |
| `hang`        | 1        | never answer |
| `hang-after`  | n        | stop sending after n writes, and keep the connection open |
| `times`       | n        | the faults above hold for the first n requests with this same body only |
| `encoding`    | name     | content-encoding of the response: `gzip`, `br`, `deflate`, `zstd` |
| `tear`        | n        | write n bytes at a time, wherever events end |
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import unquote

PREFIX = "x-upstream-"
MAGIC = re.compile(r"\[\[upstream ([^\]]*)\]\]")


@dataclass(frozen=True, slots=True)
class Controls:
    """The table above, as values; times in milliseconds."""

    delay: float = 0
    chunk_delay: float = 0
    chunks: int = 8
    reply: str | None = None
    reply_bytes: int = 0
    stop: str | None = None
    thinking: int | None = None
    tool: str | None = None
    tool_calls: int = 1
    tool_input: str | None = None
    model: str | None = None
    usage: str | None = None
    status: int | None = None
    error_type: str | None = None
    retry_after: float | None = None
    error_after: int | None = None
    cut_after: int | None = None
    cut: str = "reset"
    hang: int = 0
    hang_after: int | None = None
    times: int | None = None
    encoding: str | None = None
    tear: int = 0

    def healthy(self) -> "Controls":
        """The same without the faults."""
        return replace(self, status=None, error_after=None, cut_after=None, hang=0, hang_after=None)


KINDS: dict[str, str] = {field.name: str(field.type) for field in fields(Controls)}


def parse(headers: Mapping[str, str], body: Any) -> Controls:
    """Controls from the headers and from the last message; ValueError names what is unknown."""
    named = ((name[len(PREFIX) :], value) for name, value in headers.items() if name.startswith(PREFIX))
    settings = dict(_setting(name, value) for name, value in (*named, *_magic(body)))
    return replace(Controls(), **settings)


def _setting(name: str, value: str) -> tuple[str, Any]:
    field = name.replace("-", "_")
    if field not in KINDS:
        raise ValueError(f"no control is called {name!r}")
    kind = KINDS[field]
    if "str" in kind:
        return field, unquote(value)
    return field, float(value) if "float" in kind else int(value)


def _magic(body: Any) -> Iterable[tuple[str, str]]:
    found = MAGIC.search(_last_message(body))
    for setting in found.group(1).split() if found else ():
        name, _, value = setting.partition("=")
        yield name, value


def _last_message(body: Any) -> str:
    if not isinstance(body, dict):
        return ""
    # The wrapper of Code Assist holds the Gemini request one level down.
    body = body["request"] if isinstance(body.get("request"), dict) else body
    messages = body.get("messages") or body.get("input") or body.get("contents")
    last = next(filter(_spoken, reversed(messages)), "") if isinstance(messages, list) else messages
    return last if isinstance(last, str) else json.dumps(last, ensure_ascii=False)


SILENT = ("system", "developer", "configuration_update")


def _spoken(message: Any) -> bool:
    return not isinstance(message, dict) or (message.get("role") or message.get("type")) not in SILENT
