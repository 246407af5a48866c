"""Content parts, cache marks, session hints and errors, as Chat Completions and Responses share them.

https://platform.openai.com/docs/api-reference/chat and /responses

Left out as dress: annotations, log probabilities, `phase`, signatures, cache marks, nulls.
"""

import hashlib
from collections.abc import Iterable, Iterator

from analytics.dialects.breakpoints import cache_breakpoints
from analytics.dialects.call import Call
from analytics.dialects.canonical import dumps, media_block, other_block, tool_block, undressed
from analytics.dialects.exchange import Block, Json, Kind, Role
from analytics.dialects.fields import money, obj, picked, text

# A block and the JSON it came from, which may bear a cache mark.
type Piece = tuple[Block, Json]

ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
KINDS: dict[Role, Kind] = {"system": "system", "user": "user", "assistant": "assistant", "tool": "tool_result"}
TEXTS = {
    "text": "text",
    "input_text": "text",
    "output_text": "text",
    "summary_text": "text",
    "reasoning_text": "text",
    "refusal": "refusal",
}
# Cache marks: Anthropic's, which OpenRouter, Alibaba and LiteLLM take over, and OpenAI's own.
MARKS = ("cache_control", "prompt_cache_breakpoint")
# How a client signs in to a remote MCP server; the tokens change, too.
MCP_SECRETS = frozenset({"authorization", "headers"})
# xAI counts money in ticks of 1e-10 USD.
TICKS_PER_USD = 1e10
# The most specific first: a client's own conversation id, then what routes a cache, then whose call it was.
SESSION_HEADERS = (
    "x-claude-code-session-id",
    "thread-id",
    "session-id",
    "session_id",
    "conversation_id",
    "x-session-id",
    "x-grok-conv-id",
    "x-session-affinity",
)


def content_pieces(role: Role, content: object, ref: str | None = None) -> Iterator[Piece]:
    """The blocks of a message's or a tool result's content: a string, a list of parts, or one part."""
    for part in content if isinstance(content, list) else [content]:
        if part is not None:
            yield part_block(role, part, ref), obj(part)


def part_block(role: Role, part: object, ref: str | None = None) -> Block:
    """One content part. `ref` names the tool call it answers, if it does."""
    if isinstance(part, str):
        return Block(role, KINDS[role], part, ref)
    found, kind = obj(part), text(part, "type") or ""
    if kind in TEXTS:
        return Block(role, KINDS[role], text(part, TEXTS[kind]) or "", ref)
    if kind == "thinking":
        return Block("assistant", "thinking", flat(found.get("thinking")))
    return _media(role, kind, found) or other_block(role, part)


def _media(role: Role, kind: str, part: Json) -> Block | None:
    match kind:
        case "image_url":
            image = part.get("image_url")
            return image_block(role, obj(image) or {"url": image})
        case "input_image" | "computer_screenshot":
            return image_block(role, {**part, "url": part.get("image_url")})
        case "input_audio":
            audio = obj(part, "input_audio")
            return media_block(role, "audio", text(audio, "format"), text(audio, "data") or "") if audio else None
        case "file":
            return document_block(role, obj(part, "file"))
        case "input_file" | "file_url" | "document_url":
            return document_block(role, part)
    return None


def image_block(role: Role, image: Json) -> Block:
    """An image by URL, data or file id. `detail` stays: it decides how many tokens the image is."""
    detail = {name: value for name, value in picked(image, "detail").items() if value != "auto"}
    url = text(image, "url")
    if url:
        return url_block(role, "image", url, detail)
    return other_block(role, picked(image, "file_id") | detail, "image")


def document_block(role: Role, file: Json) -> Block:
    """A file by data, URL or id. Its name stays: the model reads it."""
    name = picked(file, "filename", "document_name")
    found = file.get("file_url") or file.get("document_url")
    url = text(file, "file_data") or (found if isinstance(found, str) else text(found, "url"))
    if url:
        return url_block(role, "document", url, name)
    return other_block(role, picked(file, "file_id") | name, "document")


def url_block(role: Role, kind: Kind, url: str, extras: Json | None = None) -> Block:
    """Media by URL; a `data:` URL, or one that is none, holds the bytes themselves, which are kept as their digest."""
    if url.startswith(("http://", "https://", "gs://", "s3://", "file://")):
        return other_block(role, {"url": url, **(extras or {})}, kind)
    head, _, data = url.partition(",") if url.startswith("data:") else ("", "", url)
    media_type = head.removeprefix("data:").partition(";")[0] or None
    if not extras:
        return media_block(role, kind, media_type, data)
    return Block(role, kind, dumps({"media_type": media_type, "sha256": digest(data), **extras}), size=len(data))


def digest(data: str) -> str:
    return hashlib.sha256(data.encode("utf-8", "replace")).hexdigest()


def flat(value: object) -> str:
    """The text of a list of text parts, or of one, or the string itself."""
    if isinstance(value, str):
        return value
    parts = value if isinstance(value, list) else [value]
    return "".join(part if isinstance(part, str) else text(part, "text") or "" for part in parts)


def sealed_block(data: str) -> Block:
    """Reasoning that only the provider can read: its digest."""
    return media_block("assistant", "thinking", "encrypted", data)


def definition_piece(definition: object) -> Piece:
    """A tool's definition. How to sign in to a remote MCP server is a secret, and no part of what the model reads."""
    found = obj(definition)
    if text(found, "type") != "mcp":
        return tool_block(definition), found
    return tool_block({name: value for name, value in found.items() if name not in MCP_SECRETS}), found


def definition_pieces(definition: object) -> list[Piece]:
    """The same as a list, as all that is read of one message or definition is."""
    return [definition_piece(definition)]


def filled(pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces without empty texts; an empty tool result stays, for it answers its call."""
    return [piece for piece in pieces if piece[0].content or piece[0].kind == "tool_result"]


def opening(pieces: list[Piece]) -> int:
    """How many of the pieces are the preamble: tools, then instructions, up to the first other message."""
    return next((i for i, (block, _) in enumerate(pieces) if block.role != "system"), len(pieces))


def breakpoints(pieces: list[Piece]) -> Json:
    """The `cache_breakpoints` of the blocks that bear a mark, {} where none does."""
    marked = [(i, source) for i, (_, source) in enumerate(pieces) if source and not source.keys().isdisjoint(MARKS)]
    return cache_breakpoints(
        (i, text(obj(source, name), "ttl")) for i, source in marked for name in MARKS if obj(source, name)
    )


def deployment(path: str) -> str | None:
    """The deployment that an Azure URL names, which stands for the model."""
    before, _, after = path.partition("/deployments/")
    return after.partition("/")[0] or None if before != path else None


def session_hint(call: Call, request: Json) -> str | None:
    """What the client says about which conversation this is."""
    said = [call.request_headers.get(name) for name in SESSION_HEADERS]
    said += [text(request, "prompt_cache_key"), text(request, "session_id")]
    said += [text(obj(request, "metadata"), "session_id"), text(request, "user")]
    return next((hint for hint in said if hint), None)


def error_of(answer: Json, failed: bool) -> Json:
    """The error of an answer as `{code, type, message}`; {} where it is none.

    The shapes: an object or a string under `error`, `detail` (FastAPI), or flat (Alibaba, Cerebras, vLLM, gateways).
    A flat one counts only where the answer is no success: a reply may have a `message` of its own.
    """
    error = answer.get("error")
    if isinstance(error, dict) and error:
        return error
    if isinstance(error, str) and error:
        return {**answer, "message": error}
    flat_error = failed or answer.get("object") == "error"
    if flat_error and text(answer, "message"):
        return answer
    detail = answer.get("detail")
    if not (flat_error and detail):
        return {}
    return {"message": detail if isinstance(detail, str) else dumps(undressed(detail))}


def error_code(error: Json) -> str | None:
    """The most specific name of the error; an HTTP status in `code` only where nothing else names it."""
    named = text(error, "code") or text(error, "type") or text(error, "error_type")
    number = error.get("code")
    return named or (str(number)[:20] if isinstance(number, int) and number and number is not True else None)


def first_text(answers: Iterable[Json], name: str) -> str | None:
    """That field of the first answer that has it."""
    return next((found for found in (text(answer, name) for answer in answers) if found), None)


def reported_cost(raw: Json) -> float | None:
    """What the provider says it charged: a sum, an object with the sum (Perplexity), or ticks (xAI)."""
    ticks = money(raw, "cost_in_usd_ticks")
    said = known(money(raw, "cost"), money(obj(raw, "cost"), "total_cost"))
    return said if said is not None or ticks is None else ticks / TICKS_PER_USD


def known[T](*values: T | None) -> T | None:
    """The first value that was given; 0 is one."""
    return next((value for value in values if value is not None), None)


def all_in_output(given: int | None, made: int | None, reasoning: int | None, total: int | None) -> int | None:
    """The output with its reasoning. xAI leaves reasoning out of `completion_tokens`, which shows in the total."""
    if given is None or made is None or not reasoning or total != given + made + reasoning:
        return made
    return made + reasoning
