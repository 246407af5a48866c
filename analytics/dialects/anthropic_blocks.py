"""The content parts of Anthropic's Messages API as blocks.

https://platform.claude.com/docs/en/api/messages

Left out as dress: `citations` (not counted as input when they are sent back), `caller`, cache marks, nulls.
"""

import hashlib
from collections.abc import Iterator

from analytics.dialects.canonical import call_block, dumps, media_block, other_block, undressed
from analytics.dialects.exchange import Block, Json, Kind, Role
from analytics.dialects.fields import items, obj, picked, text

KINDS: dict[Role, Kind] = {"system": "system", "user": "user", "assistant": "assistant", "tool": "tool_result"}
# The server's own results nest deeper than anything a client writes: a search result holds a document, a source, data.
LEVELS = 8


def part_block(role: Role, part: object) -> Block:
    """One content part of a message, of a request or of a reply."""
    if isinstance(part, str):
        return Block(role, KINDS[role], part)
    found, kind = obj(part), text(part, "type") or ""
    match kind:
        case "text":
            return Block(role, KINDS[role], text(part, "text") or "")
        case "image" | "document":
            return source_block(role, kind, found)
        case "tool_result":
            return result_block(found)
    return _model_block(kind, found) or _other_block(role, kind, part)


def _model_block(kind: str, part: Json) -> Block | None:
    """What only the model, or a tool that the server runs for it, writes."""
    match kind:
        case "thinking":
            return thinking_block(part)
        case "redacted_thinking":
            return media_block("assistant", "thinking", kind, text(part, "data") or "")
        case "tool_use":
            return call_block(part.get("name"), part.get("input"), part.get("id"))
    if kind.endswith("_tool_use"):
        return server_call_block(kind, part)
    return server_result_block(kind, part) if kind.endswith("_tool_result") else None


def _other_block(role: Role, kind: str, part: object) -> Block:
    """A compaction is the model's own, whatever the role of the message that brings it back."""
    match kind:
        case "compaction":
            return other_block("assistant", part)
        case "search_result":
            return other_block(role, _lean(part), "document")
        case "tool_addition":
            return other_block("system", part, "tools")
    return other_block(role, _lean(part))


def thinking_block(part: Json) -> Block:
    """Thinking is its text and its signature: the text may be a summary or empty, and the signature seals the rest."""
    thought, signature = text(part, "thinking") or "", text(part, "signature")
    if not signature:
        return Block("assistant", "thinking", thought)
    content = dumps({"thinking": thought, "signature_sha256": _digest(signature)})
    return Block("assistant", "thinking", content, size=_bytes(thought) + _bytes(signature))


def server_call_block(kind: str, part: Json) -> Block:
    """A tool call that the server runs itself: never the same content as a call of the client's tool."""
    origin = {"type": kind, **picked(part, "server_name")}
    return call_block(part.get("name"), part.get("input"), part.get("id"), origin)


def server_result_block(kind: str, part: Json) -> Block:
    content = {"type": kind, "content": _lean(part.get("content"))}
    if part.get("is_error") is True:
        content["is_error"] = True
    return Block("tool", "tool_result", dumps(content), text(part, "tool_use_id"), size=_inline_bytes(part))


def result_block(part: Json) -> Block:
    """A client's tool result: plain text where it is one text, else canonical JSON of its parts."""
    content = part.get("content")
    only = items(part, "content")[0] if len(items(part, "content")) == 1 else content
    plain = only if isinstance(only, str) else text(only, "text") if text(only, "type") == "text" else None
    if part.get("is_error") is True:
        plain, content = None, {"is_error": True, "content": plain if plain is not None else _lean(content)}
    written = plain if plain is not None else dumps(_lean(content)) if content else ""
    return Block("tool", "tool_result", written, text(part, "tool_use_id"), size=_inline_bytes(part))


def source_block(role: Role, kind: Kind, part: Json) -> Block:
    """An image or document. What a document says about itself (title, context) is read by the model too."""
    source, extras = obj(part, "source"), picked(part, "title", "context")
    if obj(part, "citations").get("enabled") is True:
        extras["citations"] = True
    data = text(source, "data")
    if text(source, "type") == "base64" and data and not extras:
        return media_block(role, kind, text(source, "media_type"), data)
    if text(source, "type") == "url" and not extras:
        return other_block(role, picked(source, "url"), kind)
    content = dumps({"source": _lean(source), **extras})
    return Block(role, kind, content, size=_inline_bytes(part))


def _lean(value: object, levels: int = LEVELS) -> object:
    """The value without dress, and with the digest in place of inline bytes."""
    if isinstance(value, list):
        return [_lean(item, levels - 1) for item in value] if levels else value
    if not isinstance(value, dict) or not levels:
        return value
    if value.get("type") == "base64" and isinstance(value.get("data"), str):
        value = {**value, "data": {"sha256": _digest(str(value["data"]))}}
    bare = obj(undressed(value, 1))
    return {name: _lean(item, levels - 1) for name, item in bare.items() if name not in ("citations", "caller")}


def _inline_bytes(part: object) -> int | None:
    """The bytes on the wire where some of them are kept as a digest, else None."""
    return _bytes(dumps(part)) if any(_inline(part, LEVELS)) else None


def _inline(value: object, levels: int) -> Iterator[bool]:
    if not levels or not isinstance(value, dict | list):
        return
    if isinstance(value, dict) and value.get("type") == "base64" and isinstance(value.get("data"), str):
        yield True
    for item in value.values() if isinstance(value, dict) else value:
        yield from _inline(item, levels - 1)


def _bytes(value: str) -> int:
    return len(value.encode("utf-8", "replace"))


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()
