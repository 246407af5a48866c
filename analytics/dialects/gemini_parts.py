"""The parts of Gemini's contents as blocks. https://ai.google.dev/api/caching#Part

Field names come as `camelCase` or `snake_case`, depending on the client. `thoughtSignature` is dress: it seals the
model's thinking, comes with any kind of part, and some clients send it back while others do not.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from itertools import groupby

from analytics.dialects.canonical import call_block, dumps, media_block, other_block, tool_block, undressed
from analytics.dialects.exchange import Block, Json, Kind, Role
from analytics.dialects.fields import count, obj, text
from analytics.dialects.recall import recalled_each

ROLES: dict[str, Role] = {"user": "user", "model": "assistant", "system": "system", "function": "tool", "tool": "tool"}
KINDS: dict[Role, Kind] = {"system": "system", "user": "user", "assistant": "assistant", "tool": "user"}
MEDIA: dict[str, Kind] = {"image": "image", "audio": "audio", "video": "other"}


@cache
def snake(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def either(value: object, name: str) -> object:
    """The field by its `camelCase` name, or by its `snake_case` one."""
    if not isinstance(value, dict):
        return None
    found = value.get(name)
    return found if found is not None else value.get(snake(name))


def either_text(value: object, name: str) -> str | None:
    found = either(value, name)
    return found if isinstance(found, str) and found else None


def either_count(value: object, name: str) -> int | None:
    return count({name: either(value, name)}, name)


def listed(value: object, name: str) -> list[object]:
    """The list in that field; a single object or string there is a list of one."""
    found = either(value, name)
    if isinstance(found, dict | str):
        return [found]
    return found if isinstance(found, list) else []


def contents_blocks(contents: Iterable[object], default: Role = "user") -> Iterator[Block]:
    """The blocks of contents in order, without empty texts, the model's texts joined."""
    if default != "user":
        return joined_texts(block for content in contents for block in content_blocks(content, default))
    return joined_texts(recalled_each(content_blocks, contents))


def joined_texts(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks without empty texts, and with the model's adjacent texts joined, in requests and in replies alike.

    A stream cuts them anywhere, and some clients send the pieces back as they came while others send the whole.
    """
    kept = (block for block in blocks if block.content or block.kind == "tool_result")
    for (role, kind, sealed), run in groupby(kept, key=lambda block: (block.role, block.kind, block.size is not None)):
        if role == "assistant" and kind in ("assistant", "thinking") and not sealed:
            yield Block(role, kind, "".join(block.content for block in run))
        else:
            yield from run


def content_blocks(content: object, default: Role = "user") -> Iterator[Block]:
    """The blocks of one content: a role and its parts, or a bare text."""
    if isinstance(content, str):
        yield Block(default, KINDS[default], content)
        return
    role = ROLES.get(text(content, "role") or "", default)
    for part in listed(content, "parts"):
        yield part_block(role, part)


def part_block(role: Role, part: object) -> Block:
    """One part: the first of its fields that says what it is."""
    if isinstance(part, str):
        return Block(role, KINDS[role], part)
    if isinstance(either(part, "text"), str) or either(part, "thought") is True:
        kind: Kind = "thinking" if either(part, "thought") is True else KINDS[role]
        return Block("assistant" if kind == "thinking" else role, kind, text(part, "text") or "")
    for name in ("functionCall", "functionResponse", "inlineData", "fileData"):
        if obj(either(part, name)):
            return _client_block(role, name, obj(either(part, name)), obj(part))
    return _server_block(part) or other_block(role, _bare(part))


def _client_block(role: Role, name: str, found: Json, part: Json) -> Block:
    match name:
        case "functionCall":
            return call_block(found.get("name"), found.get("args"), found.get("id") or found.get("name"))
        case "functionResponse":
            return result_block(found)
        case "inlineData":
            mime = either_text(found, "mimeType")
            return _framed(media_block(role, media_kind(mime), mime, text(found, "data") or ""), part)
    url = {"url": either_text(found, "fileUri")}
    return _framed(other_block(role, url, media_kind(either_text(found, "mimeType"))), part)


def _server_block(part: object) -> Block | None:
    """Calls of tools that Google runs, and their results. Code has no name of its own."""
    for name in ("executableCode", "toolCall"):
        found = obj(either(part, name))
        if found:
            arguments = found.get("args", {"code": found.get("code"), "language": found.get("language")})
            tool = either_text(found, "toolType") or "code_execution"
            return call_block(tool, arguments, found.get("id"), {"type": snake(name)})
    for name in ("codeExecutionResult", "toolResponse"):
        found = obj(either(part, name))
        if found:
            content = {"type": snake(name), **{k: v for k, v in found.items() if k != "id"}}
            return Block("tool", "tool_result", dumps(undressed(content, 1)), text(found, "id"))
    return None


def result_block(found: Json) -> Block:
    """A function's response; its media parts, if any, are kept as digests."""
    content: object = found.get("response")
    media = [part_block("tool", part) for part in listed(found, "parts")]
    if media:
        content = {"response": content, "parts": [block.content for block in media]}
    size = sum(block.size or 0 for block in media) or None
    ref = text(found, "id") or text(found, "name")
    return Block("tool", "tool_result", dumps(content if content is not None else {}), ref, size=size)


def _framed(block: Block, part: Json) -> Block:
    """A video's clip and frame rate, and the resolution asked for, decide what is read and what it costs."""
    extras = {snake(n): either(part, n) for n in ("videoMetadata", "mediaResolution") if either(part, n)}
    return replace(block, content=dumps({"media": block.content, **extras})) if extras else block


def media_kind(mime: str | None) -> Kind:
    return MEDIA.get((mime or "").partition("/")[0], "document")


def tool_blocks(tool: object) -> Iterator[Block]:
    """One block per function; a tool that Google runs is one block."""
    if not isinstance(tool, dict):
        yield tool_block(tool)
        return
    for declaration in listed(tool, "functionDeclarations"):
        yield tool_block(declaration)
    own = {snake(k): v for k, v in tool.items() if snake(k) != "function_declarations" and v is not None}
    if own:
        yield tool_block(own)


def _bare(part: object) -> object:
    """A part without its dress."""
    if not isinstance(part, dict):
        return part
    return {k: v for k, v in part.items() if snake(k) not in ("thought_signature", "part_metadata")}
