"""Bedrock Converse, https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html."""

from collections.abc import Iterator
from urllib.parse import unquote

from tests.upstream import event_stream
from tests.upstream.answers import Answer, Call, Json, UpstreamError, broken_after, dump, stream, whole
from tests.upstream.caching import Seeds, Sight
from tests.upstream.model_names import ANTHROPIC_MINIMUMS, minimum
from tests.upstream.replies import Prompt, Reply, Tool, compose
from tests.upstream.segments import Segment, canonical, total
from tests.upstream.state import World

EVENT_STREAM = "application/vnd.amazon.eventstream"
SIGHT = Sight(positions=20)

ERRORS = {
    400: ("ValidationException", "The provided request is not valid"),
    403: ("AccessDeniedException", "You don't have access to the model with the specified model ID."),
    404: ("ResourceNotFoundException", "Could not resolve the foundation model from the model identifier."),
    429: ("ThrottlingException", "Too many requests, please wait before trying again."),
    500: ("InternalServerException", "The system encountered an unexpected error during processing."),
    503: ("ServiceUnavailableException", "Bedrock is unable to process your request."),
}


def word(error: UpstreamError, world: World) -> Answer:
    """An error as AWS words it: the type is in a header."""
    kind, message = ERRORS.get(error.status, ERRORS[500 if error.status >= 500 else 400])
    headers = (*_headers(world), ("x-amzn-errortype", f"{error.kind or kind}:http://internal.amazon.com/"))
    return whole({"message": error.message or message}, headers, error.status)


def _headers(world: World) -> tuple[tuple[str, str], ...]:
    return (("x-amzn-requestid", world.new_id("", 32, "0123456789abcdef")),)


def converse(call: Call) -> Answer:
    """`POST /model/{id}/converse`."""
    reply, usage = _answered(call)
    message = {"role": "assistant", "content": _blocks(call, reply)}
    body = {"metrics": {"latencyMs": 42}, "output": {"message": message}, "stopReason": _stop(reply), **usage}
    return whole(body, _headers(call.world))


def converse_stream(call: Call) -> Answer:
    """`POST /model/{id}/converse-stream`."""
    reply, usage = _answered(call)
    made = list(_events(_blocks(call, reply), reply, usage))
    deltas = [index for index, (kind, _) in enumerate(made) if kind == "contentBlockDelta"]
    pieces = [event_stream.event(kind, dump(payload)) for kind, payload in made]
    failure = dump({"message": "The model had an error while streaming", "originalStatusCode": 500})
    kind = call.controls.error_type or "modelStreamErrorException"
    broken = broken_after(pieces, deltas, call.controls, event_stream.exception(kind, failure))
    return stream(broken, _headers(call.world), EVENT_STREAM)


def _answered(call: Call) -> tuple[Reply, Json]:
    if not call.body.get("messages"):
        raise UpstreamError(400, "A conversation must start with a user message.")
    prompt = _read(call.body)
    reply = compose(prompt, call.controls, call.world.next_number())
    return reply, {} if call.controls.usage == "none" else {"usage": _usage(call, prompt, reply)}


def _read(body: Json) -> Prompt:
    config = body.get("toolConfig") or {}
    specs = [tool["toolSpec"] for tool in config.get("tools") or () if "toolSpec" in tool]
    last = body["messages"][-1]["content"]
    choice = config.get("toolChoice") or {}
    return Prompt(
        _segments(body),
        _question(body["messages"]),
        [Tool(spec["name"], spec["inputSchema"]["json"]) for spec in specs],
        answered=any("toolResult" in block for block in last),
        max_tokens=(body.get("inferenceConfig") or {}).get("maxTokens"),
        forced_tool="any" in choice or "tool" in choice,
    )


def _question(messages: list[Json]) -> str:
    for message in reversed(messages):
        texts = [block["text"] for block in message["content"] if "text" in block]
        if message["role"] == "user" and texts:
            return "\n".join(texts)
    return ""


def _segments(body: Json) -> list[Segment]:
    """A `cachePoint` is a block of its own behind what it caches."""
    tools = (body.get("toolConfig") or {}).get("tools") or ()
    blocks = [("tools", tool) for tool in tools] + [("system", block) for block in body.get("system") or ()]
    for message in body.get("messages") or ():
        blocks += [(message["role"], block) for block in message["content"]]
    found: list[Segment] = []
    for role, block in blocks:
        if "cachePoint" not in block:
            found.append(_segment(role, block))
        elif found:
            found[-1] = Segment(found[-1].kind, found[-1].text, block["cachePoint"].get("ttl", "5m"))
    return found


def _segment(role: str, block: Json) -> Segment:
    if "text" in block:
        return Segment(role, block["text"])
    if "toolUse" in block:
        return Segment("tool_call", block["toolUse"]["name"] + canonical(block["toolUse"]["input"]))
    if "toolResult" in block:
        inner = block["toolResult"]["content"]
        return Segment("tool_result", "".join(part.get("text") or canonical(part) for part in inner))
    return Segment(role if role == "tools" else "other", canonical(block))


def _usage(call: Call, prompt: Prompt, reply: Reply) -> Json:
    model = unquote(call.found["model"])
    floor = minimum(model, ANTHROPIC_MINIMUMS)
    seed = f"bedrock:{call.organisation}:{model}"
    choice = canonical((call.body.get("toolConfig") or {}).get("toolChoice"))
    seeds = Seeds(seed, seed, seed + choice)
    hit = call.world.cache.at_breakpoints(seeds, prompt.segments, floor, call.world.now(), SIGHT)
    tokens = total(prompt.segments)
    return {
        "inputTokens": tokens - hit.read - hit.write,
        "outputTokens": reply.tokens,
        "totalTokens": tokens + reply.tokens,
        "cacheReadInputTokens": hit.read,
        "cacheWriteInputTokens": hit.write,
        "cacheDetails": [{"ttl": ttl, "inputTokens": amount} for ttl, amount in hit.written.items()],
    }


STOPS = {"end": "end_turn", "tool": "tool_use", "length": "max_tokens", "filter": "content_filtered"}


def _stop(reply: Reply) -> str:
    return STOPS.get(reply.stop, reply.stop)


def _blocks(call: Call, reply: Reply) -> list[Json]:
    blocks: list[Json] = [{"text": reply.text}] if reply.text else []
    for made in reply.calls:
        used = {"toolUseId": call.world.new_id("tooluse_", 22), "name": made.name, "input": made.arguments}
        blocks.append({"toolUse": used})
    return blocks


def _events(blocks: list[Json], reply: Reply, usage: Json) -> Iterator[tuple[str, Json]]:
    yield "messageStart", {"role": "assistant"}
    for index, block in enumerate(blocks):
        place = {"contentBlockIndex": index}
        if "toolUse" in block:
            start = {name: block["toolUse"][name] for name in ("toolUseId", "name")}
            yield "contentBlockStart", {"start": {"toolUse": start}, **place}
        for delta in _deltas(block, reply):
            yield "contentBlockDelta", {"delta": delta, **place}
        yield "contentBlockStop", place
    yield "messageStop", {"stopReason": _stop(reply)}
    yield "metadata", {**usage, "metrics": {"latencyMs": 42}}


def _deltas(block: Json, reply: Reply) -> list[Json]:
    if "text" in block:
        return [{"text": part} for part in reply.deltas(block["text"])]
    return [{"toolUse": {"input": part}} for part in reply.deltas(canonical(block["toolUse"]["input"]))]
