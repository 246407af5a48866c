"""Anthropic's Messages API, and the shape that gateways, Vertex AI and Bedrock's InvokeModel copied.

https://platform.claude.com/docs/en/api/messages
"""

import re
from collections.abc import Iterator

from analytics.dialects.anthropic_blocks import KINDS, part_block
from analytics.dialects.anthropic_stream import streamed_message
from analytics.dialects.anthropic_usage import read_usage, usage_outside_total
from analytics.dialects.breakpoints import cache_breakpoints
from analytics.dialects.call import Call
from analytics.dialects.canonical import tool_block
from analytics.dialects.exchange import Block, Json, RequestReading, ResponseReading, Role
from analytics.dialects.fields import items, obj, objects, picked, text
from analytics.dialects.recall import recalled_each
from analytics.wire.json_stream import loads

PARAMETERS = (
    "anthropic_beta",
    "anthropic_version",
    "billing_policy",
    "cache_control",
    "container",
    "diagnostics",
    "fallbacks",
    "inference_geo",
    "max_tokens",
    "output_config",
    "output_format",
    "service_tier",
    "speed",
    "stop_sequences",
    "temperature",
    "thinking",
    "thread",
    "tool_choice",
    "top_k",
    "top_p",
)
DETAILS = ("container", "context_management", "diagnostics", "input_transformations", "stop_sequence")
USAGE_DETAILS = ("inference_geo", "iterations", "server_tool_use", "speed", "fallback_credit")
ROLES: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant"}

# A block with the `cache_control` that its part wore.
type Marked = tuple[Block, Json]

# Vertex: .../publishers/anthropic/models/MODEL:streamRawPredict. Bedrock: /model/MODEL/invoke-with-response-stream.
_MODEL_IN_PATH = re.compile(r"/models?/(?P<model>.+?)(?::\w*[rR]awPredict|/invoke[\w-]*|/converse[\w-]*)$")
_SESSION = re.compile(r"_session_([0-9A-Za-z-]+)$")


class AnthropicMessages:
    """`/v1/messages`, whole and streamed; on Vertex AI and Bedrock the model is in the path."""

    parameters: tuple[str, ...] = PARAMETERS

    def read_request(self, call: Call) -> RequestReading:
        request = call.request
        marked = [pair for pair in self.blocks(request) if kept(pair[0])]
        blocks = tuple(block for block, _ in marked)
        opening = next((i for i, block in enumerate(blocks) if block.role != "system"), len(blocks))
        return RequestReading(
            model=text(request, "model") or model_in_path(call.path),
            streamed=request.get("stream") is True or "stream" in call.path.rpartition("/")[2].lower(),
            preamble=blocks[:opening],
            history=blocks[opening:],
            state_ref=thread_ref(request),
            session_hint=session_hint(request),
            parameters=self.read_parameters(call, marked),
        )

    def blocks(self, request: Json) -> Iterator[Marked]:
        """Tools, system, messages: the order in which the prompt is rendered and cached."""
        yield from recalled_each(marked_definition, items(request, "tools"))
        system = request.get("system")
        for part in items(request, "system") or ([system] if isinstance(system, str) else []):
            yield part_block("system", part), cache_mark(part)
        yield from recalled_each(self.message, objects(request, "messages"))

    def message(self, message: Json) -> Iterator[Marked]:
        """The blocks of one message, of a request or of a reply."""
        role = ROLES.get(text(message, "role") or "user", "user")
        content = message.get("content")
        if isinstance(content, str):
            yield Block(role, KINDS[role], content), {}
        for part in items(message, "content"):
            yield part_block(role, part), cache_mark(part)

    def read_parameters(self, call: Call, marked: list[Marked]) -> Json:
        """The request's own fields, the beta header, and where the cache breakpoints are.

        The automatic breakpoint (`cache_control` of the request itself) stands on the last block.
        """
        request = call.request
        found = picked(request, *self.parameters) | uninstructed(request)
        beta = call.request_headers.get("anthropic-beta")
        if beta:
            found.setdefault("anthropic_beta", beta)
        servers = [picked(server, "name", "url") for server in objects(request, "mcp_servers")]
        if servers:
            found["mcp_servers"] = servers
        marks = [(i, text(mark, "ttl")) for i, (_, mark) in enumerate(marked) if mark]
        if marked and obj(request, "cache_control"):
            marks.append((len(marked) - 1, text(request["cache_control"], "ttl")))
        return found | cache_breakpoints(marks)

    def read_response(self, call: Call) -> ResponseReading:
        message = self.answer(call)
        error, raw = read_error(call, message), obj(message, "usage")
        return ResponseReading(
            model=serving_model(message),
            response_id=text(message, "id"),
            reply=tuple(b for b, _ in self.message({**message, "role": "assistant"}) if kept(b)),
            usage=read_usage(raw),
            usage_raw=raw or None,
            stop_reason=text(message, "stop_reason"),
            error_code=text(error, "code"),
            error_message=text(error, "message"),
            service_tier=text(raw, "service_tier"),
            state_id=text(message, "id") if obj(call.request, "thread") else None,
            ended=ended(call, message, error),
            details=self.details(message, raw),
        )

    def answer(self, call: Call) -> Json:
        """The message: as it came, or put together from its events. Vertex wraps an error in an array."""
        if call.events:
            return streamed_message(call.events)
        return next(iter(objects({"answers": call.body}, "answers")), {}) or obj(call.body)

    def details(self, message: Json, raw: Json) -> Json:
        found = picked(message, *DETAILS) | picked(raw, *USAGE_DETAILS)
        reason = obj(message, "diagnostics").get("cache_miss_reason")
        outside = usage_outside_total(raw, serving_model(message))
        # A refusal's `fallback_credit_token` is worth money to whoever holds it.
        stop = {k: v for k, v in obj(message, "stop_details").items() if k != "fallback_credit_token" and v is not None}
        extra = {"cache_miss_reason": reason, "usage_outside_total": outside, "stop_details": stop}
        return found | {name: value for name, value in extra.items() if value}


def marked_definition(definition: object) -> list[Marked]:
    """A tool's definition."""
    return [(tool_block(definition), cache_mark(definition))]


def kept(block: Block) -> bool:
    """An empty tool result is an answer; an empty text is nothing.

    Nor is a text of white space only: the model may write one, the API refuses it, so clients leave it out.
    """
    return block.kind == "tool_result" or not (block.content == "" or block.content.isspace())


def cache_mark(part: object) -> Json:
    """The part's `cache_control`; a tool result may wear it on one of its own parts."""
    mark = obj(part, "cache_control")
    return mark or next((m for m in (obj(inner, "cache_control") for inner in items(part, "content")) if m), {})


def thread_ref(request: Json) -> str | None:
    """https://platform.claude.com/docs/en/build-with-claude/message-threads"""
    previous = text(obj(request, "thread"), "previous_message_id")
    return f"thread.previous_message_id:{previous}" if previous else None


def session_hint(request: Json) -> str | None:
    """`metadata.user_id`, or the session in it: Claude Code writes `user_…_session_ID`, later `{"session_id": …}`."""
    user = text(obj(request, "metadata"), "user_id")
    if not user:
        return None
    try:
        session = text(loads(user.encode()), "session_id")
    except ValueError:
        session = None
    found = _SESSION.search(user)
    return session or (found[1] if found else user)


def uninstructed(request: Json) -> Json:
    """How the context is to be managed, without the summary's own prompt."""
    found: Json = {}
    if obj(request, "compaction"):
        found["compaction"] = picked(obj(request, "compaction"), "type")
    managed = obj(request, "context_management")
    if managed:
        edits = [{k: v for k, v in edit.items() if k != "instructions"} for edit in objects(managed, "edits")]
        found["context_management"] = {"edits": edits}
    return found


def model_in_path(path: str) -> str | None:
    found = _MODEL_IN_PATH.search(path)
    return found["model"] if found else None


def serving_model(message: Json) -> str | None:
    """The model that wrote the end of the reply: a fallback may have taken over from the one that was asked.

    https://platform.claude.com/docs/en/build-with-claude/refusals-and-fallback
    """
    tried = list(objects(obj(message, "usage"), "iterations"))
    served = [text(entry, "model") for entry in tried if text(entry, "type") == "fallback_message"]
    handed = [text(obj(p, "to"), "model") for p in objects(message, "content") if text(p, "type") == "fallback"]
    return next((m for m in (*reversed(served), *reversed(handed)) if m), None) or text(message, "model")


def read_error(call: Call, message: Json) -> Json:
    """`code` and `message` of an error, {} where there is none.

    The finest code counts: `error.details.error_code` where there is one (threads), else the error's type. Vertex
    names a `status`, Bedrock has the type in a header and only a `message` in the body.
    """
    found = message.get("error")
    error = {"message": found} if isinstance(found, str) else obj(found)
    if error:
        codes = (text(obj(error, "details"), "error_code"), *(text(error, name) for name in ("type", "status", "code")))
        return {"code": next((code for code in codes if code), None), "message": text(error, "message")}
    if (call.status or 0) < 400:
        return {}
    return {"code": call.response_headers.get("x-amzn-errortype", "").partition(":")[0], **picked(message, "message")}


def ended(call: Call, message: Json, error: Json) -> bool:
    if not call.events:
        return call.complete and (call.body is not None or not call.streamed)
    stopped = any(text(event.value, "type") == "message_stop" for event in call.events)
    return stopped or bool(error or text(message, "stop_reason"))
