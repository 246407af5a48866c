"""Gemini Interactions, https://ai.google.dev/api/interactions-api: state on the server, whole and streamed.

With `previous_interaction_id` the reported input covers this request's own input only, as recordings of May 2026 have
it (12 tokens where the same turn without state reports 56); what is billed is not documented. Tools and instructions
are not inherited. Caching is implicit, over the whole restored prompt.
"""

from collections.abc import Iterator
from typing import Any

from tests.upstream.answers import Answer, Call, Json, UpstreamError, broken_after, sse, stream, whole
from tests.upstream.gemini import HEADERS, pretty_answer
from tests.upstream.model_names import GEMINI_MINIMUMS, minimum
from tests.upstream.replies import Prompt, Reply, Tool, compose
from tests.upstream.segments import Segment, canonical, total

# Paid projects keep interactions that long. https://ai.google.dev/gemini-api/docs/interactions
RETENTION = 55 * 86400.0
STATUSES = {"end": "completed", "tool": "requires_action", "length": "incomplete"}


def create(call: Call) -> Answer:
    """`POST …/interactions`."""
    body = call.body
    if not body.get("model"):
        raise UpstreamError(400, "model is required")
    steps = list(_steps(body.get("input")))
    restored = _restored(call)
    prompt = _read(body, restored, steps)
    reply = compose(prompt, call.controls, call.world.next_number())
    made = _interaction(call, reply, _usage(call, prompt, steps, reply))
    if body.get("store") is not False:
        chain = [*restored, *steps, *made["steps"]]
        call.world.interactions[made["id"]] = {**made, "chain": chain, "expires": call.world.now() + RETENTION}
    if not body.get("stream"):
        return pretty_answer(made)
    pieces = [sse(event, event["event_type"]) for event in _events(made, reply)]
    error = sse({"event_type": "error", "error": {"code": "internal", "message": "An internal error"}}, "error")
    deltas = [index for index, piece in enumerate(pieces) if b'"step.delta"' in piece]
    return stream(broken_after(pieces, deltas, call.controls, error), HEADERS)


def retrieve(call: Call) -> Answer:
    """`GET …/interactions/{id}`."""
    stored = _stored(call, call.found["id"])
    return whole({name: value for name, value in stored.items() if name not in ("chain", "expires")}, HEADERS)


def _restored(call: Call) -> list[Json]:
    previous = call.body.get("previous_interaction_id")
    chain: list[Json] = _stored(call, previous)["chain"] if previous else []
    return chain


def _stored(call: Call, interaction_id: str) -> Json:
    stored = call.world.interactions.get(interaction_id)
    if stored is None or stored["expires"] < call.world.now():
        raise UpstreamError(404, f"Interaction {interaction_id} not found.")
    return stored


def _steps(given: Any) -> Iterator[Json]:
    """The input as steps, whether it is a text, contents, or turns with a role."""
    if isinstance(given, str | dict):
        given = [given]
    for part in given or ():
        step = {"type": "text", "text": part} if isinstance(part, str) else part
        if step.get("role") or step.get("type") in ("user_input", "model_output"):
            content = step.get("content")
            kind = "model_output" if "model" in (step.get("role"), step.get("type", "")[:5]) else "user_input"
            yield {"type": kind, "content": list(_contents(content))}
        elif step.get("type") in ("text", "image"):
            yield {"type": "user_input", "content": [step]}
        else:
            yield step


def _contents(content: Any) -> Iterator[Json]:
    for part in [content] if isinstance(content, str | dict) else content or ():
        yield {"type": "text", "text": part} if isinstance(part, str) else part


def _read(body: Json, restored: list[Json], steps: list[Json]) -> Prompt:
    declared = [tool for tool in body.get("tools") or () if tool.get("type") == "function"]
    settings = body.get("generation_config") or {}
    return Prompt(
        [*_preamble(body), *_segments([*restored, *steps])],
        _question(steps),
        [Tool(tool["name"], tool.get("parameters") or {}) for tool in declared],
        answered=bool(steps) and str(steps[-1].get("type")).endswith("_result"),
        max_tokens=settings.get("max_output_tokens"),
    )


def _preamble(body: Json) -> list[Segment]:
    system = body.get("system_instruction")
    tools = [Segment("tools", canonical(tool)) for tool in body.get("tools") or ()]
    return [*tools, Segment("system", system)] if isinstance(system, str) else tools


def _segments(steps: list[Json]) -> list[Segment]:
    found = []
    for step in steps:
        match step.get("type"):
            case "user_input" | "model_output" as kind:
                role = "user" if kind == "user_input" else "assistant"
                found += [Segment(role, part.get("text") or canonical(part)) for part in step["content"]]
            case "function_call":
                found.append(Segment("tool_call", step["name"] + canonical(step.get("arguments") or {})))
            case _:
                found.append(Segment("tool_result", canonical(step.get("result"))))
    return found


def _question(steps: list[Json]) -> str:
    texts = [part.get("text") or "" for step in steps for part in step.get("content") or ()]
    return "\n".join(texts)


def _usage(call: Call, prompt: Prompt, steps: list[Json], reply: Reply) -> Json:
    model = call.body["model"].removeprefix("models/")
    floor = minimum(model, GEMINI_MINIMUMS)
    seed = f"gemini:{call.organisation}:{model}"
    hit = call.world.cache.by_segment(seed, prompt.segments, floor, call.world.now())
    own = total([*_preamble(call.body), *_segments(steps)])
    return {
        "total_input_tokens": own,
        "total_cached_tokens": min(hit.read, own),
        "total_output_tokens": reply.tokens - reply.reasoning_tokens,
        "total_thought_tokens": reply.reasoning_tokens,
        "total_tool_use_tokens": 0,
        "total_tokens": own + reply.tokens,
    }


def _interaction(call: Call, reply: Reply, usage: Json) -> Json:
    made: Json = {
        "id": call.world.new_id("v1_", 40),
        "object": "interaction",
        "model": call.controls.model or call.body["model"],
        "status": STATUSES.get(reply.stop, "failed"),
        "steps": list(_made(call, reply)),
    }
    return made if call.controls.usage == "none" else {**made, "usage": usage}


def _made(call: Call, reply: Reply) -> Iterator[Json]:
    if reply.text:
        yield {"type": "model_output", "content": [{"type": "text", "text": reply.text}]}
    for called in reply.calls:
        call_id = call.world.new_id("", 8)
        yield {"type": "function_call", "id": call_id, "name": called.name, "arguments": called.arguments}


def _events(made: Json, reply: Reply) -> Iterator[Json]:
    started = {"id": made["id"], "model": made["model"], "status": "in_progress"}
    yield {"event_type": "interaction.created", "interaction": started}
    for index, step in enumerate(made["steps"]):
        place: Json = {"index": index}
        if step["type"] == "function_call":
            yield {"event_type": "step.start", **place, "step": {**step, "arguments": {}}}
            for piece in reply.deltas(canonical(step["arguments"])):
                yield {"event_type": "step.delta", **place, "delta": {"type": "arguments_delta", "arguments": piece}}
        else:
            yield {"event_type": "step.start", **place, "step": {"type": "model_output"}}
            for piece in reply.deltas(step["content"][0]["text"]):
                yield {"event_type": "step.delta", **place, "delta": {"type": "text", "text": piece}}
        yield {"event_type": "step.stop", **place}
    finished = {name: value for name, value in made.items() if name != "steps"}
    yield {"event_type": "interaction.completed", "interaction": finished}
