"""Gemini generateContent, https://ai.google.dev/api/generate-content, and Code Assist, which wraps it.

SSE has CRLF line ends, and without `alt=sse` a stream is one JSON array, as Google sends them.
"""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from tests.upstream.answers import (
    SSE,
    Answer,
    Call,
    Json,
    UpstreamError,
    broken_after,
    dump,
    stream,
    utf8_json,
)
from tests.upstream.model_names import GEMINI_MINIMUMS, minimum
from tests.upstream.replies import Prompt, Reply, Tool, compose
from tests.upstream.segments import Segment, canonical, encoded, total
from tests.upstream.state import World

IMAGE_AS_TEXT = "i" * 4 * 258
HEADERS = (("server-timing", "gfet4t7; dur=42"), ("vary", "Origin"))
CACHE_LIFETIME = 3600.0

ERRORS = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "Request had invalid authentication credentials."),
    403: ("PERMISSION_DENIED", "The caller does not have permission"),
    404: ("NOT_FOUND", "Requested entity was not found."),
    429: ("RESOURCE_EXHAUSTED", "You exceeded your current quota."),
    500: ("INTERNAL", "An internal error has occurred."),
    503: ("UNAVAILABLE", "The model is overloaded. Please try again later."),
}


def pretty(value: object) -> bytes:
    return utf8_json(value, indent=2)


def pretty_answer(value: object, status: int = 200) -> Answer:
    return Answer((pretty(value) + b"\n",), status, "application/json; charset=UTF-8", HEADERS)


def word(error: UpstreamError, world: World) -> Answer:
    """An error as Google words it."""
    return pretty_answer({"error": _error_object(error)}, error.status)


def _error_object(error: UpstreamError) -> Json:
    status, message = ERRORS.get(error.status, ERRORS[500 if error.status >= 500 else 400])
    return {"code": error.status, "message": error.message or message, "status": error.kind or status}


def generate(call: Call) -> Answer:
    """`POST …/models/{model}:generateContent`."""
    reply, usage = _answered(call)
    parts = [*_thoughts(reply), *_contents(call, reply)]
    return pretty_answer(_wrapped(call, _chunk(call, parts, usage, _stop(reply))))


def stream_generate(call: Call) -> Answer:
    """`POST …/models/{model}:streamGenerateContent`: SSE with `alt=sse`, else a JSON array."""
    reply, usage = _answered(call)
    chunks = [_wrapped(call, chunk) for chunk in _stream_chunks(call, reply, usage)]
    deltas = list(range(len(chunks)))
    error = {"error": _error_object(UpstreamError(503, kind=call.controls.error_type))}
    if "alt=sse" in call.query:
        pieces = [b"data: " + dump(chunk) + b"\r\n\r\n" for chunk in chunks]
        broken = broken_after(pieces, deltas, call.controls, b"data: " + dump(error) + b"\r\n\r\n")
        return stream(broken, HEADERS, SSE.partition(";")[0])
    pieces = [(b",\r\n" if index else b"[") + pretty(chunk) for index, chunk in enumerate(chunks)]
    broken = broken_after(pieces, deltas, call.controls, b",\r\n" + pretty(error))
    return stream([*broken, b"]\n"], HEADERS, "application/json; charset=UTF-8")


def count_tokens(call: Call) -> Answer:
    """`POST …/models/{model}:countTokens`."""
    body = _request(call)
    tokens = total(_segments(body.get("generateContentRequest") or body))
    counted = {"totalTokens": tokens, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": tokens}]}
    return pretty_answer(counted)


def create_cache(call: Call) -> Answer:
    """`POST /v1beta/cachedContents`: an explicit cache, kept for an hour or its `ttl`."""
    name = call.world.new_id("cachedContents/", 12, "0123456789abcdefghijklmnopqrstuvwxyz")
    seconds = float(str(call.body.get("ttl", f"{CACHE_LIFETIME}s")).removesuffix("s"))
    expires = call.world.now() + seconds
    call.world.cached_contents[name] = {"body": call.body, "expires": expires}
    moment = datetime.fromtimestamp(call.world.now(), UTC).isoformat()
    times = {"createTime": moment, "updateTime": moment}
    times["expireTime"] = datetime.fromtimestamp(expires, UTC).isoformat()
    usage = {"totalTokenCount": total(_segments(call.body))}
    made = {"name": name, "model": call.body.get("model"), **times, "usageMetadata": usage}
    return pretty_answer(made)


def _request(call: Call) -> Json:
    """The Gemini request, which Code Assist holds one level down."""
    return call.body.get("request") or call.body if "v1internal" in call.path else call.body


def _wrapped(call: Call, chunk: Json) -> Json:
    if "v1internal" not in call.path:
        return chunk
    return {"response": chunk, "traceId": call.world.new_id("", 16, "0123456789abcdef")}


def _model(call: Call) -> str:
    name = call.found.groupdict().get("model")
    return unquote(name) if name else str(call.body.get("model", "gemini-2.5-pro"))


def _answered(call: Call) -> tuple[Reply, Json]:
    body = _request(call)
    if not body.get("contents"):
        raise UpstreamError(400, "* GenerateContentRequest.contents: contents is not specified\n")
    held = _cached_body(call, body)
    prompt = _read(body, held)
    reply = compose(prompt, call.controls, call.world.next_number())
    return reply, _usage(call, held, prompt, reply)


def _cached_body(call: Call, body: Json) -> Json | None:
    name = body.get("cachedContent")
    if not name:
        return None
    cache = call.world.cached_contents.get(name)
    if cache is None or cache["expires"] < call.world.now():
        raise UpstreamError(403, "CachedContent not found (or permission denied)")
    held: Json = cache["body"]
    return held


def _read(body: Json, held: Json | None) -> Prompt:
    settings = body.get("generationConfig") or {}
    thinking = settings.get("thinkingConfig") or {}
    last = body["contents"][-1].get("parts") or ()
    mode = ((body.get("toolConfig") or {}).get("functionCallingConfig") or {}).get("mode")
    return Prompt(
        [*_segments(held or {}), *_segments(body)],
        _question(body["contents"]),
        () if mode == "NONE" else _tools(body),
        answered=any("functionResponse" in part for part in last),
        max_tokens=settings.get("maxOutputTokens"),
        # Google's own SDK writes this one in snake case, which protobuf's JSON accepts.
        thinking=any(thinking.get(name) for name in ("includeThoughts", "include_thoughts", "thinkingBudget")),
        forced_tool=mode == "ANY",
        schema=settings.get("responseJsonSchema") or settings.get("responseSchema"),
    )


def _question(contents: list[Json]) -> str:
    for content in reversed(contents):
        texts = [part["text"] for part in content.get("parts") or () if "text" in part]
        if content.get("role", "user") == "user" and texts:
            return "\n".join(texts)
    return ""


def _tools(body: Json) -> list[Tool]:
    declared = [one for tool in body.get("tools") or () for one in tool.get("functionDeclarations") or ()]
    schemas = [one.get("parameters") or one.get("parametersJsonSchema") or {} for one in declared]
    return [Tool(one["name"], schema) for one, schema in zip(declared, schemas, strict=True)]


def _segments(body: Json) -> list[Segment]:
    found = [Segment("tools", canonical(tool)) for tool in body.get("tools") or ()]
    system = body.get("systemInstruction") or body.get("system_instruction") or {}
    found += [_segment("system", part) for part in system.get("parts") or ()]
    for content in body.get("contents") or ():
        role = "assistant" if content.get("role") == "model" else "user"
        found += [_segment(role, part) for part in content.get("parts") or ()]
    return found


def _segment(role: str, part: Json) -> Segment:
    if "text" in part:
        return Segment("thinking" if part.get("thought") else role, part["text"])
    if "functionCall" in part:
        called = part["functionCall"]
        return Segment("tool_call", called["name"] + canonical(called.get("args") or {}))
    if "functionResponse" in part:
        return Segment("tool_result", canonical(part["functionResponse"].get("response")))
    return Segment("image", IMAGE_AS_TEXT) if "inlineData" in part else Segment("other", canonical(part))


def _usage(call: Call, held: Json | None, prompt: Prompt, reply: Reply) -> Json:
    if call.controls.usage == "none":
        return {}
    model, tokens = _model(call), total(prompt.segments)
    floor = minimum(model, GEMINI_MINIMUMS)
    seed = f"gemini:{call.organisation}:{model}"
    hit = call.world.cache.by_segment(seed, prompt.segments, floor, call.world.now())
    cached = max(hit.read, total(_segments(held)) if held else 0)
    usage: Json = {
        "promptTokenCount": tokens,
        "candidatesTokenCount": reply.tokens - reply.reasoning_tokens,
        "totalTokenCount": tokens + reply.tokens,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": tokens}],
    }
    if cached:
        usage["cachedContentTokenCount"] = cached
        usage["cacheTokensDetails"] = [{"modality": "TEXT", "tokenCount": cached}]
    return usage | ({"thoughtsTokenCount": reply.reasoning_tokens} if reply.thinking else {})


STOPS = {"end": "STOP", "tool": "STOP", "length": "MAX_TOKENS", "filter": "SAFETY"}
STOPS["refusal"] = "PROHIBITED_CONTENT"


def _stop(reply: Reply) -> str:
    return STOPS.get(reply.stop, reply.stop)


def _chunk(call: Call, parts: list[Json], usage: Json, stop: str | None) -> Json:
    candidate: Json = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if stop:
        candidate["finishReason"] = stop
    made: Json = {"candidates": [candidate]}
    if usage:
        made["usageMetadata"] = usage
    model = call.controls.model or _model(call).removeprefix("models/")
    return {**made, "modelVersion": model, "responseId": call.world.new_id("", 23)}


def _stream_chunks(call: Call, reply: Reply, usage: Json) -> Iterator[Json]:
    """Every chunk carries usage; only the last one's is whole."""
    parts: list[Json] = [*_thoughts(reply), *({"text": delta} for delta in reply.deltas(reply.text))]
    parts += _contents(call, reply) if reply.calls else []
    tokens = usage.get("promptTokenCount")
    early = {"promptTokenCount": tokens, "totalTokenCount": tokens} if usage else {}
    response_id: Any = None
    for index, part in enumerate(parts or [{"text": ""}]):
        last = index >= len(parts) - 1
        chunk = _chunk(call, [part], usage if last else early, _stop(reply) if last else None)
        response_id = response_id or chunk["responseId"]
        yield {**chunk, "responseId": response_id}


def _thoughts(reply: Reply) -> list[Json]:
    return [{"text": reply.thinking, "thought": True}] if reply.thinking else []


def _contents(call: Call, reply: Reply) -> list[Json]:
    if not reply.calls:
        return [{"text": reply.text}]
    signature = base64.b64encode(encoded(reply.calls[0].written)).decode()
    return [
        {"functionCall": {"name": made.name, "args": made.arguments}, "thoughtSignature": signature}
        for made in reply.calls
    ]
