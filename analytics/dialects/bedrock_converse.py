"""Amazon Bedrock's Converse and ConverseStream.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html and ..._ConverseStream.html
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from analytics.dialects.anthropic_messages import kept, model_in_path
from analytics.dialects.bedrock_blocks import KINDS, part_block
from analytics.dialects.bedrock_stream import Step, error_in, streamed_parts
from analytics.dialects.breakpoints import cache_breakpoints
from analytics.dialects.call import Call
from analytics.dialects.canonical import other_block, tool_block
from analytics.dialects.exchange import Block, Json, RequestReading, ResponseReading, Role, Usage
from analytics.dialects.fields import count, items, obj, objects, picked, text, total
from analytics.dialects.recall import recalled_each

ROLES: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant"}
PARAMETERS = (
    "additionalModelRequestFields",
    "guardrailConfig",
    "inferenceConfig",
    "outputConfig",
    "performanceConfig",
    "serviceTier",
)


@dataclass(frozen=True, slots=True)
class CachePoint:
    """What comes before it is cached: https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html"""

    ttl: str | None


class BedrockConverse:
    """`/model/MODEL/converse` and `/converse-stream`."""

    parameters: tuple[str, ...] = PARAMETERS

    def read_request(self, call: Call) -> RequestReading:
        blocks, breakpoints = marked(self.contents(call.request))
        start = next((i for i, block in enumerate(blocks) if block.role != "system"), len(blocks))
        return RequestReading(
            model=model_in_path(call.path),
            streamed=call.path.endswith("-stream"),
            preamble=blocks[:start],
            history=blocks[start:],
            session_hint=session_hint(call.request),
            parameters=self.read_parameters(call.request, breakpoints),
        )

    def contents(self, request: Json) -> Iterator[Block | CachePoint]:
        """Tools, system, messages: the order in which the prompt is cached."""
        for tool in (*items(obj(request, "toolConfig"), "tools"), *model_tools(request)):
            yield from pointed(tool, tool_block)
        system = request.get("system")  # Nova's own format also takes a string
        for part in items(request, "system") or ([system] if isinstance(system, str) else []):
            yield from self.part("system", part)
        variables = obj(request, "promptVariables")
        if variables:  # the model is a stored prompt, and these are what it lacks
            yield other_block("user", variables)
        yield from recalled_each(self.message, objects(request, "messages"))

    def message(self, message: Json) -> Iterator[Block | CachePoint]:
        """The content of one message, of a request or of a reply."""
        role = ROLES.get(text(message, "role") or "user", "user")
        content = message.get("content")
        for part in content if isinstance(content, list) else [content]:
            if part is not None:
                yield from self.part(role, part)

    def part(self, role: Role, part: object) -> Iterator[Block | CachePoint]:
        if isinstance(part, str):
            yield Block(role, KINDS[role], part)
        else:
            yield from pointed(part, lambda found: part_block(role, found))

    def read_parameters(self, request: Json, breakpoints: Json) -> Json:
        found = picked(request, *self.parameters)
        additional = {k: v for k, v in obj(request, "additionalModelRequestFields").items() if k != "tools"}
        if additional:
            found["additionalModelRequestFields"] = additional
        choice = obj(request, "toolConfig").get("toolChoice")
        return found | ({"toolChoice": choice} if choice else {}) | breakpoints

    def read_response(self, call: Call) -> ResponseReading:
        answer = self.answer(call)
        code, message = read_error(call, answer)
        raw = obj(answer, "usage")
        return ResponseReading(
            model=routed_model(answer),
            response_id=call.response_headers.get("x-amzn-requestid"),
            reply=marked(self.message({**obj(answer, "output", "message"), "role": "assistant"}))[0],
            usage=read_usage(raw),
            usage_raw=raw or None,
            stop_reason=text(answer, "stopReason"),
            error_code=code,
            error_message=message,
            service_tier=text(obj(answer, "serviceTier"), "type"),
            ended=self.ended(call, answer, code),
            details=details(answer),
        )

    def answer(self, call: Call) -> Json:
        """The whole answer, or one of the same shape put together from a stream's events."""
        if not call.streamed:
            return obj(call.body)
        steps = list(self.steps(call))
        message: Json = {"content": self.joined(steps)}
        ends = {name: payload for name, payload in steps if name in ("messageStop", "metadata")}
        return {**obj(ends, "metadata"), **error_in(steps), **obj(ends, "messageStop"), "output": {"message": message}}

    def steps(self, call: Call) -> Iterator[Step]:
        """The events by name. Converse names them in the framing, InvokeModel wraps each in an object of its name."""
        for event in call.events:
            if event.name and event.name != "chunk":
                yield event.name, obj(event.value)
            else:
                yield from ((name, obj(value)) for name, value in obj(event.value).items())

    def joined(self, steps: list[Step]) -> list[Json]:
        """The content parts that a stream's events add up to."""
        return streamed_parts(steps)

    def ended(self, call: Call, answer: Json, error: str | None) -> bool:
        """`metadata`, with the usage, is a stream's last event, after `messageStop`."""
        if not call.streamed:
            return call.complete
        return bool(error) or any(name == "metadata" for name, _ in self.steps(call))


def pointed(part: object, read: Callable[[object], Block]) -> Iterator[Block | CachePoint]:
    """The part's block, then its cache point: a part of its own in Converse, a field of the part in Nova's format."""
    point = obj(part, "cachePoint")
    rest = {k: v for k, v in part.items() if k != "cachePoint"} if isinstance(part, dict) else part
    if rest or not point:
        yield read(rest)
    if point:
        yield CachePoint(text(point, "ttl"))


def marked(contents: Iterable[Block | CachePoint]) -> tuple[tuple[Block, ...], Json]:
    """The blocks, without the empty ones, and the cache breakpoints behind them."""
    blocks: list[Block] = []
    marks: list[tuple[int, str | None]] = []
    for found in contents:
        if isinstance(found, Block):
            blocks += [found] if kept(found) else []
        elif blocks:
            marks.append((len(blocks) - 1, found.ttl))
    return tuple(blocks), cache_breakpoints(marks)


def model_tools(request: Json) -> list[object]:
    """Tools that only this model knows (Anthropic's computer use) go beside Converse's own."""
    return items(obj(request, "additionalModelRequestFields"), "tools")


def session_hint(request: Json) -> str | None:
    return text(obj(request, "requestMetadata"), "session_id") or text(obj(request, "requestMetadata"), "sessionId")


def read_usage(raw: Json) -> Usage:
    """`inputTokens` is only what no cache had a part in: `totalTokens` adds reads and writes to it.

    https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html; Nova's own format says
    `...TokenCount`. `cacheDetails` splits the writes by their time to live.
    """
    fresh, read, written = count(raw, "inputTokens"), _cached(raw, "cacheRead"), _cached(raw, "cacheWrite")
    return Usage(
        input_tokens=total(fresh, read, written) if fresh is not None else None,
        cache_read_tokens=read,
        cache_write_tokens=written,
        cache_write_5m_tokens=_written(raw, "5m"),
        cache_write_1h_tokens=_written(raw, "1h"),
        output_tokens=count(raw, "outputTokens"),
    )


def _cached(raw: Json, what: str) -> int | None:
    found = count(raw, f"{what}InputTokens")
    return found if found is not None else count(raw, f"{what}InputTokenCount")


def _written(raw: Json, ttl: str) -> int | None:
    return total(*(count(entry, "inputTokens") for entry in objects(raw, "cacheDetails") if text(entry, "ttl") == ttl))


def routed_model(answer: Json) -> str | None:
    """The model that a prompt router chose; without a router the answer names none."""
    invoked = text(obj(answer, "trace", "promptRouter"), "invokedModelId")
    return invoked.rpartition("/")[2] if invoked else None


def details(answer: Json) -> Json:
    """Tools the server ran, and why a guardrail stepped in; the rest of its trace repeats the content."""
    found: Json = {
        "latency_ms": obj(answer, "metrics").get("latencyMs"),
        "server_tool_use": obj(answer, "usage", "serverToolUsage"),
        "guardrail_action": text(obj(answer, "trace", "guardrail"), "actionReason"),
    }
    return {name: value for name, value in found.items() if value}


def read_error(call: Call, answer: Json) -> tuple[str | None, str | None]:
    """Code and message: an exception in the stream, or the type in a header (or the body) and a bare message."""
    if text(answer, "exception"):
        return text(answer, "exception"), text(answer, "message")
    if (call.status or 0) < 400 and not text(answer, "__type"):
        return None, None
    code = call.response_headers.get("x-amzn-errortype", "").partition(":")[0]
    named = (text(answer, "__type") or "").rpartition("#")[2]
    return code or named or None, text(answer, "message") or text(answer, "Message") or call.text[:500] or None
