"""The steps of Gemini's Interactions API as blocks. https://ai.google.dev/api/interactions-api

A step is what one side did: an input, an output, a thought, a call or its result. Earlier versions had turns
(`role` and `content`) and `outputs` in their place; the same content gives the same blocks.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from analytics.dialects.anthropic_blocks import thinking_block
from analytics.dialects.canonical import call_block, dumps, media_block, other_block, undressed
from analytics.dialects.exchange import Block, Json, Role
from analytics.dialects.fields import obj, objects, picked, text
from analytics.dialects.gemini_parts import KINDS, ROLES, joined_texts, listed, media_kind

MEDIA = ("image", "audio", "document", "video")
STEP_ROLES: dict[str, Role] = {"user_input": "user", "model_output": "assistant"}


def steps_blocks(steps: Iterable[object], default: Role = "user") -> Iterator[Block]:
    """The blocks of steps, turns or bare contents, in order, the model's texts joined."""
    return joined_texts(block for step in steps for block in step_blocks(step, default))


def step_blocks(step: object, default: Role) -> Iterator[Block]:
    if isinstance(step, str):
        yield Block(default, KINDS[default], step)
        return
    kind = text(step, "type") or ""
    role = STEP_ROLES.get(kind) or ROLES.get(text(step, "role") or "", default)
    if kind in STEP_ROLES or text(step, "role"):
        for part in listed(step, "content"):
            yield from step_blocks(part, role)
        return
    yield _block(role, kind, obj(step), step)


def _block(role: Role, kind: str, step: Json, whole: object) -> Block:
    if kind == "text":
        return Block(role, KINDS[role], text(step, "text") or "")
    if kind == "thought":
        return thought_block(step)
    if kind in MEDIA:
        return media(role, step)
    if kind == "function_call":
        return call_block(step.get("name"), step.get("arguments"), step.get("id"))
    if kind.endswith("_call"):
        origin = {"type": kind, **picked(step, "server_name", "search_type")}
        return call_block(
            text(step, "name") or kind.removesuffix("_call"), step.get("arguments"), step.get("id"), origin
        )
    if kind.endswith("_result"):
        return result_block(kind, step)
    return other_block(role, whole)


def thought_block(step: Json) -> Block:
    """A thought is its summary and its signature: most have no summary, and the signature seals the rest."""
    summary = "".join(text(part, "text") or "" for part in objects(step, "summary"))
    return thinking_block({"thinking": summary, "signature": text(step, "signature")})


def media(role: Role, part: Json) -> Block:
    mime, data = text(part, "mime_type"), text(part, "data")
    kind = media_kind(mime or text(part, "type"))
    url = {"url": text(part, "uri")}
    block = media_block(role, kind, mime, data) if data else other_block(role, url, kind)
    resolution = text(part, "resolution")
    return replace(block, content=dumps({"media": block.content, "resolution": resolution})) if resolution else block


def result_block(kind: str, step: Json) -> Block:
    """A result: plain text where it is one text from the client, else canonical JSON."""
    result = step.get("result")
    parts = list(steps_blocks(result, "tool")) if isinstance(result, list) else []
    size = sum(part.size or 0 for part in parts) or None
    content = [{"kind": part.kind, "content": part.content} for part in parts] if parts else undressed(result, 1)
    if len(parts) == 1 and parts[0].kind == "user":
        content = parts[0].content
    extras = {"type": kind} if kind != "function_result" else {}
    if step.get("is_error") is True:
        extras["is_error"] = "true"
    plain = content if isinstance(content, str) and not extras else dumps({"result": content, **extras})
    return Block("tool", "tool_result", plain, text(step, "call_id"), size=size)


def streamed_steps(events: Iterable[Json]) -> list[Json]:
    """The steps that a stream's `step.start` and `step.delta` (earlier: `content.…`) events add up to, by index."""
    steps: dict[object, Json] = {}
    for event in events:
        index = event.get("index") if isinstance(event.get("index"), int) else None
        kind = text(event, "event_type") or ""
        if kind.endswith(".start") and ("step" in event or "content" in event):
            start = obj(event, "step") or obj(event, "content")
            # Copies: the pieces are put in place, and the events stay as they came.
            steps[index] = {name: list(value) if isinstance(value, list) else value for name, value in start.items()}
        elif kind.endswith(".delta"):
            _add(steps.setdefault(index, {}), obj(event, "delta"))
    return list(steps.values())


def _add(step: Json, delta: Json) -> None:
    match text(delta, "type"):
        case "text" if text(step, "type") == "text":
            _append(step, "text", text(delta, "text"))
        case "text" | "image" | "audio" | "document" | "video":
            step.setdefault("type", "model_output")
            _collect(step, "content", delta)
        case "thought_summary":
            step.setdefault("type", "thought")
            _collect(step, "summary", obj(delta, "content"))
        case "thought_signature":
            step.setdefault("type", "thought")
            _append(step, "signature", text(delta, "signature"))
        case "arguments_delta":
            step.setdefault("type", "function_call")
            _append(step, "arguments", text(delta, "arguments"))
        case "text_annotation_delta":
            return
        case _:
            step.update({name: value for name, value in delta.items() if value is not None})


def _append(step: Json, name: str, piece: str | None) -> None:
    if piece:
        step[name] = (text(step, name) or "") + piece


def _collect(step: Json, name: str, piece: Json) -> None:
    found = step.get(name)
    if isinstance(found, list):
        found.append(piece)
    else:
        step[name] = [piece]
