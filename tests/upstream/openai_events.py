"""The stream of a response, https://platform.openai.com/docs/api-reference/responses-streaming."""

from collections.abc import Iterator

from tests.upstream.answers import Json
from tests.upstream.replies import Reply

# How an item looks when it begins.
EMPTY: dict[str, Json] = {
    "message": {"content": []},
    "function_call": {"arguments": ""},
    "custom_tool_call": {"input": ""},
    "reasoning": {"summary": []},
}


def events(response: Json, reply: Reply) -> list[Json]:
    """All events of a response in order, numbered."""
    started = {**response, "status": "in_progress", "output": [], "usage": None, "completed_at": None}
    started |= {"incomplete_details": None, "error": None}
    made: list[Json] = [
        {"type": "response.created", "response": started},
        {"type": "response.in_progress", "response": started},
    ]
    for index, item in enumerate(response["output"]):
        made += _item_events(index, item, reply)
    made.append({"type": f"response.{response['status']}", "response": response})
    return numbered(made)


def numbered(made: list[Json]) -> list[Json]:
    return [{**event, "sequence_number": number} for number, event in enumerate(made)]


def broken(made: list[Json], after: int | None, error: Json, response: Json) -> list[Json]:
    """The events ended by an `error` and a `response.failed` after the n-th text delta."""
    if after is None:
        return made
    deltas = [number for number, event in enumerate(made) if event["type"].endswith(".delta")]
    kept = made[: deltas[after] if after < len(deltas) else -1]
    failed = {"code": error["code"] or "server_error", "message": error["message"]}
    ended = {**response, "status": "failed", "output": [], "usage": None, "error": failed}
    # The documentation shows the fields of `error` flat; recorded streams have them one level down.
    last = [{"type": "error", "error": error}, {"type": "response.failed", "response": ended}]
    return numbered([*kept, *last])


def _item_events(index: int, item: Json, reply: Reply) -> Iterator[Json]:
    place = {"output_index": index}
    begun = {**item, "status": "in_progress"} if "status" in item else dict(item)
    yield {"type": "response.output_item.added", **place, "item": {**begun, **EMPTY.get(item["type"], {})}}
    for event in _inner(item, reply):
        yield {"item_id": item["id"], **place, **event}
    yield {"type": "response.output_item.done", **place, "item": item}


def _inner(item: Json, reply: Reply) -> Iterator[Json]:
    match item["type"]:
        case "message":
            yield from _content(item["content"][0], reply)
        case "function_call":
            yield from _arguments(item, reply)
        case "custom_tool_call":
            yield from _text_input(item, reply)
        case "reasoning":
            yield from _summary(item["summary"][0], reply)


def _content(part: Json, reply: Reply) -> Iterator[Json]:
    place = {"content_index": 0}
    name = "text" if part["type"] == "output_text" else "refusal"
    kind = f"response.{part['type']}"
    yield {"type": "response.content_part.added", **place, "part": {**part, name: ""}}
    logprobs: Json = {"logprobs": []} if name == "text" else {}
    for delta in reply.deltas(part[name]):
        yield {"type": f"{kind}.delta", **place, "delta": delta, **logprobs}
    yield {"type": f"{kind}.done", **place, name: part[name], **logprobs}
    yield {"type": "response.content_part.done", **place, "part": part}


def _arguments(item: Json, reply: Reply) -> Iterator[Json]:
    kind = "response.function_call_arguments"
    for delta in reply.deltas(item["arguments"]):
        yield {"type": f"{kind}.delta", "delta": delta}
    yield {"type": f"{kind}.done", "name": item["name"], "arguments": item["arguments"]}


def _text_input(item: Json, reply: Reply) -> Iterator[Json]:
    kind = "response.custom_tool_call_input"
    for delta in reply.deltas(item["input"]):
        yield {"type": f"{kind}.delta", "delta": delta}
    yield {"type": f"{kind}.done", "input": item["input"]}


def _summary(part: Json, reply: Reply) -> Iterator[Json]:
    place = {"summary_index": 0}
    kind = "response.reasoning_summary"
    yield {"type": f"{kind}_part.added", **place, "part": {**part, "text": ""}}
    for delta in reply.deltas(part["text"]):
        yield {"type": f"{kind}_text.delta", **place, "delta": delta}
    yield {"type": f"{kind}_text.done", **place, "text": part["text"]}
    yield {"type": f"{kind}_part.done", **place, "part": part}
