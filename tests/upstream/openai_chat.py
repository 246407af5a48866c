"""OpenAI Chat Completions, https://platform.openai.com/docs/api-reference/chat: no state, the whole history.

Also the errors, headers and prompt cache that the Responses API shares.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.upstream.answers import Answer, Call, Json, UpstreamError, broken_after, sse, stream, whole
from tests.upstream.caching import Cached, Seeds, Sight, implicit, latest
from tests.upstream.model_names import OPENAI_WRITES, retention, snapshot
from tests.upstream.replies import Prompt, Reply, Tool, compose
from tests.upstream.segments import Segment, canonical, parts, total
from tests.upstream.state import World

CACHE_MINIMUM = 1024
MAX_BREAKPOINTS = 4
SIGHT = Sight(breakpoints=80)
# A breakpoint without a lifetime has the request's.
THE_REQUESTS = "the request's"
# What a response of `prompt_cache_diagnostics` names as a reason to miss, beside model, tools and input.
PARTING = ("prompt_cache_key", "response_format", "reasoning_effort", "verbosity", "service_tier")
IMAGE_TOKENS_AS_TEXT = "i" * 4 * 85  # a low-detail image is 85 tokens

ERRORS: dict[int, tuple[str, str | None, str]] = {
    400: ("invalid_request_error", None, "Invalid request."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided: sk-****."),
    403: ("invalid_request_error", "unsupported_country_region_territory", "Country not supported."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached for requests per min."),
    500: ("server_error", None, "The server had an error while processing your request."),
    503: ("server_error", "service_unavailable", "The engine is currently overloaded."),
}


def word(error: UpstreamError, world: World) -> Answer:
    """An error as OpenAI words it."""
    return whole({"error": error_object(error)}, headers(world), error.status)


def error_object(error: UpstreamError) -> Json:
    kind, code, message = ERRORS.get(error.status, ERRORS[500 if error.status >= 500 else 400])
    return {
        "message": error.message or message,
        "type": error.kind or kind,
        "param": error.param,
        "code": error.code or (None if error.message else code),
    }


def headers(world: World) -> tuple[tuple[str, str], ...]:
    return (
        ("x-request-id", world.new_id("req_", 32, "0123456789abcdef")),
        ("openai-organization", "tokenecho-tests"),
        ("openai-processing-ms", "42"),
        ("openai-version", "2020-10-01"),
        ("x-ratelimit-limit-requests", "10000"),
        ("x-ratelimit-remaining-requests", "9999"),
    )


def complete(call: Call) -> Answer:
    """`POST /v1/chat/completions`, whole or streamed; on Azure the model may be in the path."""
    body = call.body
    model = body.get("model") or (call.found["deployment"] or "")
    if not isinstance(body.get("messages"), list) or not body["messages"]:
        raise UpstreamError(400, "Missing required parameter: 'messages'.", param="messages")
    if not model:
        raise UpstreamError(400, "you must provide a model parameter")
    prompt = read(body)
    reply = compose(prompt, call.controls, call.world.next_number())
    usage = None if call.controls.usage == "none" else _usage(call, model, prompt, reply)
    head = _head(call, model)
    if body.get("stream"):
        return stream(_chunks(call, head, reply, usage), headers(call.world))
    return whole(_completion(call, head, reply, usage), headers(call.world))


def read(body: Json) -> Prompt:
    """The request in the model's terms; tools come first in OpenAI's prompts."""
    messages = body["messages"]
    segments = [Segment("tools", canonical(tool)) for tool in body.get("tools") or ()]
    for message in messages:
        segments += _segments(message)
    question = next((_text(m) for m in reversed(messages) if m.get("role") == "user"), "")
    return Prompt(
        segments,
        question,
        _tools(body) if body.get("tool_choice") != "none" else (),
        answered=messages[-1].get("role") in ("tool", "function"),
        max_tokens=body.get("max_completion_tokens", body.get("max_tokens")),
        thinking=body.get("reasoning_effort") not in (None, "none", "minimal"),
        forced_tool=body.get("tool_choice") == "required" or isinstance(body.get("tool_choice"), dict),
    )


def _tools(body: Json) -> list[Tool]:
    functions = [tool["function"] for tool in body.get("tools") or () if tool.get("type") == "function"]
    return [Tool(function["name"], function.get("parameters") or {}) for function in functions]


KINDS = {"developer": "system", "tool": "tool_result", "function": "tool_result"}


def _segments(message: Json) -> list[Segment]:
    role = str(message.get("role", "user"))
    kind = KINDS.get(role, role)
    segments = [content_segment(kind, part) for part in parts(message.get("content"))]
    for called in message.get("tool_calls") or ():
        function = called.get("function") or {}
        segments.append(Segment("tool_call", function.get("name", "") + function.get("arguments", "")))
    return segments


def content_segment(kind: str, part: Json) -> Segment:
    mark = part.get("prompt_cache_breakpoint")
    ttl = mark.get("ttl") or THE_REQUESTS if mark else None
    if part.get("type") in ("text", "input_text", "output_text", "refusal"):
        return Segment(kind, part.get("text") or part.get("refusal") or "", ttl)
    if part.get("type") in ("image_url", "input_image"):
        return Segment("image", IMAGE_TOKENS_AS_TEXT, ttl)
    return Segment("other", canonical(part), ttl)


def _text(message: Json) -> str:
    return "\n".join(part.get("text") or "" for part in parts(message.get("content")))


def cached(call: Call, model: str, segments: Sequence[Segment], reply: Reply) -> Cached:
    """Before GPT-5.6 automatic in 128-token steps; from then on at breakpoints, and writes are counted."""
    cache, now = call.world.cache, call.world.now()
    seed = f"openai:{call.organisation}:{model}:{canonical(_settings(call.body))}"
    if model.startswith("deepseek"):
        return cache.in_units(seed, segments, [Segment("assistant", reply.text)] if reply.text else (), now)
    if OPENAI_WRITES.search(model):
        return cache.at_breakpoints(Seeds.same(seed), _marked(call, segments), CACHE_MINIMUM, now, SIGHT)
    return cache.in_steps(seed, segments, CACHE_MINIMUM, now, retention(call.body, model))


def _settings(body: Json) -> list[Any]:
    """What parts caches; Responses has effort and verbosity one level down."""
    text, reasoning = body.get("text") or {}, body.get("reasoning") or {}
    return [*map(body.get, PARTING), text.get("format"), text.get("verbosity"), reasoning.get("effort")]


def _marked(call: Call, segments: Sequence[Segment]) -> list[Segment]:
    """In implicit mode one breakpoint behind the latest message and three of the request's, in explicit mode four."""
    options = call.body.get("prompt_cache_options") or {}
    ttl = options.get("ttl") or "30m"
    own = [replace(segment, ttl=ttl) if segment.ttl == THE_REQUESTS else segment for segment in segments]
    if options.get("mode") == "explicit":
        return latest(own, MAX_BREAKPOINTS)
    return implicit(latest(own, MAX_BREAKPOINTS - 1), ttl)


def _usage(call: Call, model: str, prompt: Prompt, reply: Reply) -> Json:
    tokens = total(prompt.segments)
    hit = cached(call, model, prompt.segments, reply)
    details: Json = {"cached_tokens": hit.read, "audio_tokens": 0}
    if OPENAI_WRITES.search(model):
        details["cache_write_tokens"] = hit.write
    missed = {"prompt_cache_hit_tokens": hit.read, "prompt_cache_miss_tokens": tokens - hit.read}
    return {
        **(missed if model.startswith("deepseek") else {}),
        "prompt_tokens": tokens,
        "completion_tokens": reply.tokens,
        "total_tokens": tokens + reply.tokens,
        "prompt_tokens_details": details,
        "completion_tokens_details": {
            "reasoning_tokens": reply.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


STOPS = {"end": "stop", "tool": "tool_calls", "filter": "content_filter", "refusal": "stop"}


def _head(call: Call, model: str) -> Json:
    return {
        "id": call.world.new_id("chatcmpl-", 29),
        "created": int(call.world.now()),
        "model": call.controls.model or snapshot(model),
        "service_tier": "default",
        "system_fingerprint": "fp_8f3a1c2b4d",
    }


def _completion(call: Call, head: Json, reply: Reply, usage: Json | None) -> Json:
    message: Json = {"role": "assistant", "content": reply.text or None, "refusal": None, "annotations": []}
    if reply.stop == "refusal":
        message |= {"content": None, "refusal": reply.text}
    if reply.calls:
        message["tool_calls"] = _tool_calls(call, reply)
    stop = STOPS.get(reply.stop, reply.stop)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": stop}
    completion = {"object": "chat.completion", **head, "choices": [choice]}
    return completion if usage is None else {**completion, "usage": usage}


def _tool_calls(call: Call, reply: Reply) -> list[Json]:
    return [
        {
            "id": call.world.new_id("call_"),
            "type": "function",
            "function": {"name": made.name, "arguments": made.written},
        }
        for made in reply.calls
    ]


def _chunks(call: Call, head: Json, reply: Reply, usage: Json | None) -> list[bytes]:
    options = call.body.get("stream_options") or {}
    with_usage = bool(options.get("include_usage")) and usage is not None

    def chunk(delta: Json, stop: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": stop}
        base = {**head, "object": "chat.completion.chunk", "choices": [choice]}
        return sse({**base, "usage": None} if with_usage else base)

    content = "refusal" if reply.stop == "refusal" else "content"
    pieces = [chunk({"role": "assistant", "content": None if reply.calls else "", "refusal": None})]
    pieces += [chunk({content: delta}) for delta in reply.deltas(reply.text)]
    for index, made in enumerate(_tool_calls(call, reply)):
        pieces += [chunk({"tool_calls": [part]}) for part in _call_deltas(index, made, reply)]
    deltas = list(range(1, len(pieces)))
    pieces.append(chunk({}, STOPS.get(reply.stop, reply.stop)))
    if with_usage:
        pieces.append(sse({**head, "object": "chat.completion.chunk", "choices": [], "usage": usage}))
    pieces.append(b"data: [DONE]\n\n")
    return broken_after(pieces, deltas, call.controls, _error_event(call))


def _call_deltas(index: int, made: Json, reply: Reply) -> list[Json]:
    function: dict[str, Any] = made["function"]
    opening = {"index": index, **made, "function": {**function, "arguments": ""}}
    rest = [{"index": index, "function": {"arguments": part}} for part in reply.deltas(function["arguments"])]
    return [opening, *rest]


def _error_event(call: Call) -> bytes:
    return sse({"error": error_object(UpstreamError(500, kind=call.controls.error_type))})
