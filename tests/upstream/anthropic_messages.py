"""Anthropic Messages, https://platform.claude.com/docs/en/api/messages: whole, streamed, and in threads."""

import base64
from collections.abc import Iterator
from typing import Any

from tests.upstream import anthropic_threads
from tests.upstream.answers import Answer, Call, Json, UpstreamError, broken_after, sse, stream, whole
from tests.upstream.caching import Cached, Seeds, Sight
from tests.upstream.model_names import ANTHROPIC_MINIMUMS, minimum, snapshot
from tests.upstream.replies import Prompt, Reply, Tool, compose
from tests.upstream.segments import Segment, canonical, encoded, parts, total
from tests.upstream.state import World

IMAGE_AS_TEXT = "i" * 4 * 1000
MAX_BREAKPOINTS = 4
SIGHT = Sight(positions=20, runs_count_once=True)

ERRORS = {
    400: ("invalid_request_error", "Invalid request."),
    401: ("authentication_error", "invalid x-api-key"),
    403: ("permission_error", "Your API key does not have permission to use the specified resource."),
    404: ("not_found_error", "Not found."),
    413: ("request_too_large", "Request exceeds the maximum size"),
    429: ("rate_limit_error", "This request would exceed your organization's rate limit."),
    500: ("api_error", "Internal server error"),
    529: ("overloaded_error", "Overloaded"),
}


def word(error: UpstreamError, world: World) -> Answer:
    """An error as Anthropic words it."""
    request_id = world.new_id("req_011C")
    body = {"type": "error", "error": _error_object(error), "request_id": request_id}
    return whole(body, _headers(world, request_id), error.status)


def _error_object(error: UpstreamError) -> Json:
    kind, message = ERRORS.get(error.status, ERRORS[500 if error.status >= 500 else 400])
    details = {"details": error.details} if error.details else {}
    return {**details, "type": error.kind or kind, "message": error.message or message}


def _headers(world: World, request_id: str | None = None) -> tuple[tuple[str, str], ...]:
    return (
        ("request-id", request_id or world.new_id("req_011C")),
        ("anthropic-organization-id", "00000000-0000-4000-8000-000000000000"),
        ("anthropic-ratelimit-requests-limit", "4000"),
        ("anthropic-ratelimit-requests-remaining", "3999"),
    )


def count_tokens(call: Call) -> Answer:
    """`POST /v1/messages/count_tokens`."""
    return whole({"input_tokens": total(segments(call.body))}, _headers(call.world))


def create(call: Call) -> Answer:
    """`POST /v1/messages`."""
    _check(call.body)
    body, ticket = anthropic_threads.resume(call)
    prompt = read(body)
    reply = compose(prompt, call.controls, call.world.next_number())
    message = _message(call, body, prompt, reply)
    ticket.keep(call, body, message)
    if not call.body.get("stream"):
        return _with_done(whole(message, _headers(call.world)), ticket)
    return _with_done(stream(_events(call, message, reply), _headers(call.world)), ticket)


def _with_done(answer: Answer, ticket: anthropic_threads.Ticket) -> Answer:
    return Answer(answer.pieces, answer.status, answer.content_type, answer.headers, answer.streamed, ticket.release)


def _check(body: Json) -> None:
    for name in ("model", "max_tokens", "messages"):
        if name not in body:
            raise UpstreamError(400, f"{name}: Field required")
    if not isinstance(body["messages"], list) or not body["messages"]:
        raise UpstreamError(400, "messages: at least one message is required")
    marks = [segment for segment in segments(body) if segment.ttl]
    if len(marks) > MAX_BREAKPOINTS:
        found = f"Found {len(marks)}."
        raise UpstreamError(400, f"A maximum of 4 blocks with cache_control may be provided. {found}")
    lifetimes = [segment.ttl for segment in marks]
    if "5m" in lifetimes and "1h" in lifetimes[lifetimes.index("5m") :]:
        raise UpstreamError(400, "a ttl='1h' cache_control block must not come after a ttl='5m' cache_control block.")


def read(body: Json) -> Prompt:
    """The request in the model's terms."""
    last = parts(body["messages"][-1].get("content"))
    choice = (body.get("tool_choice") or {}).get("type")
    return Prompt(
        segments(body),
        _question(body["messages"]),
        [] if choice == "none" else _tools(body),
        answered=any(part.get("type") == "tool_result" for part in last),
        max_tokens=body.get("max_tokens"),
        thinking=(body.get("thinking") or {}).get("type") in ("enabled", "adaptive"),
        forced_tool=choice in ("any", "tool"),
    )


def _tools(body: Json) -> list[Tool]:
    return [Tool(tool["name"], tool.get("input_schema") or {}) for tool in body.get("tools") or ()]


def _question(messages: list[Json]) -> str:
    for message in reversed(messages):
        texts = [part["text"] for part in parts(message.get("content")) if part.get("type") == "text"]
        if message.get("role") == "user" and texts:
            return "\n".join(texts)
    return ""


def segments(body: Json) -> list[Segment]:
    """Tools, system, messages: Anthropic's order, with the breakpoints where `cache_control` stands."""
    found = [Segment("tools", canonical(tool), _ttl(tool)) for tool in body.get("tools") or ()]
    found += [Segment("system", part.get("text", ""), _ttl(part)) for part in _system(body)]
    for message in body.get("messages") or ():
        found += [_segment(message.get("role", "user"), part) for part in parts(message.get("content"))]
    if body.get("cache_control") and found:
        last = found[-1]
        found[-1] = Segment(last.kind, last.text, _ttl(body))
    return found


def _system(body: Json) -> list[Json]:
    # Claude Code's first block changes with every call. Taken to be no part of the prompt, or nothing could be cached.
    blocks = parts(body.get("system"))
    return [block for block in blocks if not block.get("text", "").startswith("x-anthropic-billing-header:")]


def _ttl(part: Json) -> str | None:
    control = part.get("cache_control")
    return None if not control else control.get("ttl") or "5m"


def _segment(role: str, part: Json) -> Segment:
    match part.get("type"):
        case "text":
            return Segment(role, part.get("text", ""), _ttl(part))
        case "tool_use":
            return Segment("tool_call", part.get("name", "") + canonical(part.get("input")), _ttl(part))
        case "tool_result":
            texts = [inner.get("text") or canonical(inner) for inner in parts(part.get("content"))]
            return Segment("tool_result", "".join(texts), _ttl(part))
        case "image":
            return Segment("image", IMAGE_AS_TEXT, _ttl(part))
        case "thinking":
            return Segment("thinking", part.get("thinking", ""), _ttl(part))
    return Segment("other", canonical(part), _ttl(part))


def _cached(call: Call, body: Json, prompt: Prompt) -> Cached:
    floor = minimum(body["model"], ANTHROPIC_MINIMUMS)
    return call.world.cache.at_breakpoints(_seeds(call, body), prompt.segments, floor, call.world.now(), SIGHT)


def _seeds(call: Call, body: Json) -> Seeds:
    """A change of speed leaves the tools cached, one of the others the system text too."""
    tools = f"anthropic:{call.organisation}:{body['model']}"
    system = tools + canonical(body.get("speed"))
    effort = (body.get("output_config") or {}).get("effort")
    return Seeds(tools, system, system + canonical([body.get("tool_choice"), body.get("thinking"), effort]))


def _usage(hit: Cached, prompt: Prompt, reply: Reply) -> Json:
    usage: Json = {
        "input_tokens": total(prompt.segments) - hit.read - hit.write,
        "cache_creation_input_tokens": hit.write,
        "cache_read_input_tokens": hit.read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": hit.written.get("5m", 0),
            "ephemeral_1h_input_tokens": hit.written.get("1h", 0),
        },
        "output_tokens": reply.tokens,
        "service_tier": "standard",
        "inference_geo": "global",
    }
    if reply.thinking:
        usage["output_tokens_details"] = {"thinking_tokens": reply.reasoning_tokens}
    return usage


STOPS = {"end": "end_turn", "tool": "tool_use", "length": "max_tokens", "filter": "refusal"}


def _message(call: Call, body: Json, prompt: Prompt, reply: Reply) -> Json:
    usage = {"usage": _usage(_cached(call, body, prompt), prompt, reply)}
    return {
        "model": call.controls.model or snapshot(body["model"]),
        "id": call.world.new_id("msg_01"),
        "type": "message",
        "role": "assistant",
        "content": list(_content(call, reply)),
        "stop_reason": STOPS.get(reply.stop, reply.stop),
        "stop_sequence": None,
        **({} if call.controls.usage == "none" else usage),
    }


def _content(call: Call, reply: Reply) -> Iterator[Json]:
    if reply.thinking:
        signature = base64.b64encode(encoded(reply.thinking)[:48]).decode()
        yield {"type": "thinking", "thinking": reply.thinking, "signature": signature}
    if reply.text:
        yield {"type": "text", "text": reply.text}
    for made in reply.calls:
        used = {"id": call.world.new_id("toolu_01"), "name": made.name, "input": made.arguments}
        yield {"type": "tool_use", **used}


def _events(call: Call, message: Json, reply: Reply) -> list[bytes]:
    usage: Json = message.get("usage") or {}
    opening = {**message, "content": [], "stop_reason": None}
    if usage:
        # At the start the model has said next to nothing; message_delta has the total.
        opening["usage"] = {**usage, "output_tokens": min(1, usage["output_tokens"])}
    pieces = [_event({"type": "message_start", "message": opening})]
    deltas: list[int] = []
    for index, block in enumerate(message["content"]):
        for number, event in enumerate(_block_events(index, block, reply)):
            if event["type"] == "content_block_delta":
                deltas.append(len(pieces))
            pieces.append(_event(event))
            if index == 0 and number == 0:
                pieces.append(_event({"type": "ping"}))
    pieces += [_event(_message_delta(message, usage)), _event({"type": "message_stop"})]
    return broken_after(pieces, deltas, call.controls, _error_event(call))


def _event(event: Json) -> bytes:
    return sse(event, event["type"])


def _block_events(index: int, block: Json, reply: Reply) -> Iterator[Json]:
    yield {"type": "content_block_start", "index": index, "content_block": _empty(block)}
    for delta in _deltas(block, reply):
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def _empty(block: Json) -> Json:
    blank: dict[str, Any] = {"text": "", "thinking": "", "signature": "", "input": {}}
    return {name: blank.get(name, value) for name, value in block.items()}


def _deltas(block: Json, reply: Reply) -> Iterator[Json]:
    match block["type"]:
        case "text":
            yield from ({"type": "text_delta", "text": part} for part in reply.deltas(block["text"]))
        case "tool_use":
            yield {"type": "input_json_delta", "partial_json": ""}
            arguments = reply.deltas(canonical(block["input"]))
            yield from ({"type": "input_json_delta", "partial_json": part} for part in arguments)
        case "thinking":
            thoughts = reply.deltas(block["thinking"])
            yield from ({"type": "thinking_delta", "thinking": part} for part in thoughts)
            yield {"type": "signature_delta", "signature": block["signature"]}


def _message_delta(message: Json, usage: Json) -> Json:
    delta = {"stop_reason": message["stop_reason"], "stop_sequence": message["stop_sequence"]}
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens")
    cumulative = {name: usage[name] for name in names if name in usage}
    return {"type": "message_delta", "delta": delta, **({"usage": cumulative} if usage else {})}


def _error_event(call: Call) -> bytes:
    error = _error_object(UpstreamError(529, kind=call.controls.error_type))
    return _event({"type": "error", "error": error, "request_id": call.world.new_id("req_011C")})
