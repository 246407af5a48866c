"""Items of the Responses API: input in all its spellings, read as a prompt."""

from collections.abc import Iterable, Iterator, Sequence

from tests.upstream.answers import Json, UpstreamError
from tests.upstream.openai_chat import content_segment
from tests.upstream.replies import Prompt, Tool
from tests.upstream.segments import Segment, canonical, parts
from tests.upstream.state import World


def given(body: Json, world: World) -> list[Json]:
    """The request's own items, with references put in full."""
    source = body.get("input")
    if isinstance(source, str):
        return [{"type": "message", "role": "user", "content": source}]
    return [_resolved(item, world) for item in source or ()]


def _resolved(item: Json, world: World) -> Json:
    if item.get("type") != "item_reference":
        return item
    if item["id"] not in world.items:
        raise UpstreamError(404, f"Item with id '{item['id']}' not found.", param="input")
    return world.items[item["id"]]


def read(body: Json, items: Sequence[Json]) -> Prompt:
    """The whole chain of items, with this request's tools and instructions, in the model's terms."""
    declared = [*(body.get("tools") or ()), *_additional(items)]
    segments = [Segment("tools", canonical(tool)) for tool in declared]
    segments += _instructions(body.get("instructions"))
    for item in items:
        segments += _segments(item)
    choice = body.get("tool_choice")
    return Prompt(
        segments,
        next((_text(item) for item in reversed(items) if item.get("role") == "user"), ""),
        () if choice == "none" else list(_tools(declared)),
        answered=bool(items) and str(items[-1].get("type", "")).endswith("_output"),
        max_tokens=body.get("max_output_tokens"),
        thinking=(body.get("reasoning") or {}).get("effort") not in (None, "none", "minimal"),
        forced_tool=choice == "required" or isinstance(choice, dict),
    )


def _instructions(instructions: str | list[Json] | None) -> Iterable[Segment]:
    if isinstance(instructions, str):
        return [Segment("system", instructions)]
    return [segment for item in instructions or () for segment in _segments(item)]


def _additional(items: Sequence[Json]) -> list[Json]:
    """Tools that come as an item of the input, as Codex sends them."""
    return [tool for item in items if item.get("type") == "additional_tools" for tool in item["tools"]]


def _tools(declared: Iterable[Json], namespace: str | None = None) -> Iterator[Tool]:
    for tool in declared:
        match tool.get("type"):
            case "function":
                yield Tool(tool["name"], tool.get("parameters") or {}, namespace)
            case "custom":
                yield Tool(tool["name"], None, namespace)
            case "namespace":
                yield from _tools(tool.get("tools") or (), tool["name"])


def _segments(item: Json) -> list[Segment]:
    """Reasoning of earlier turns is not read again, so it has no segments; `additional_tools` are with the tools."""
    kind = item.get("type", "message")
    if kind == "message":
        role = "system" if item.get("role") in ("system", "developer") else str(item.get("role"))
        return [content_segment(role, part) for part in parts(item.get("content"))]
    if kind in ("function_call", "custom_tool_call"):
        arguments = item.get("arguments") or item.get("input") or ""
        return [Segment("tool_call", item.get("name", "") + arguments)]
    if kind.endswith("_output"):
        return [content_segment("tool_result", part) for part in parts(item.get("output"))]
    if kind in ("reasoning", "additional_tools"):
        return []
    return [Segment("other", item.get("encrypted_content") or canonical(item))]


def _text(item: Json) -> str:
    return "\n".join(part.get("text") or "" for part in parts(item.get("content")))
