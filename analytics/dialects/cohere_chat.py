"""Cohere's Chat API, versions 1 and 2, and Embed.

https://docs.cohere.com/v2/reference/chat, https://docs.cohere.com/v1/reference/chat,
https://docs.cohere.com/v2/reference/embed

Which tokens are billed: `billed_units`. "The billed input and output tokens are the tokens that you're actually billed
for": https://docs.cohere.com/v2/docs/how-does-cohere-pricing-work. `tokens` also counts what Cohere adds under the
hood. `cached_tokens` is a part of these (it often exceeds the billed input) and no price for it is published, so beside
billed units it is a detail, not a class of the bill.
"""

from collections.abc import Iterator
from dataclasses import replace

from analytics.dialects.call import Call
from analytics.dialects.canonical import dumps, other_block, tool_block, undressed
from analytics.dialects.exchange import Block, Json, RequestReading, ResponseReading, Usage
from analytics.dialects.fields import count, items, obj, objects, picked, text
from analytics.dialects.openai_chat import OpenAIChat
from analytics.dialects.openai_content import Piece, part_block, url_block

PARAMETERS = (
    "citation_options",
    "frequency_penalty",
    "k",
    "max_tokens",
    "p",
    "presence_penalty",
    "priority",
    "reasoning_effort",
    "response_format",
    "safety_mode",
    "seed",
    "stop_sequences",
    "strict_tools",
    "temperature",
    "thinking",
    "tool_choice",
)
V1_PARAMETERS = (
    *PARAMETERS,
    "citation_quality",
    "connectors",
    "force_single_step",
    "max_input_tokens",
    "prompt_truncation",
    "search_queries_only",
)
V1_ROLES = {"CHATBOT": "assistant", "SYSTEM": "system", "USER": "user"}


class CohereChatV2(OpenAIChat):
    """`/v2/chat`: OpenAI's messages; its own events, usage, documents and tool plan."""

    parameters: tuple[str, ...] = PARAMETERS

    def tools(self, request: Json) -> Iterator[Piece]:
        """Tools, and the documents that the answer may cite: part of the prompt, and no turn of the conversation."""
        for definition in items(request, "tools"):
            yield tool_block(definition), {}
        for document in items(request, "documents"):
            yield other_block("system", document, "document"), {}

    def thoughts(self, message: Json) -> Iterator[Block]:
        """`tool_plan`: what the model says to itself before it calls tools."""
        plan = text(message, "tool_plan")
        yield from [Block("assistant", "thinking", plan)] if plan else super().thoughts(message)

    def tool_result(self, message: Json) -> list[Piece]:
        """One text as it is; documents, and several parts, as canonical JSON."""
        content, ref = message.get("content"), text(message, "tool_call_id")
        only = content[0] if isinstance(content, list) and len(content) == 1 else content
        plain = only if isinstance(only, str) else text(only, "text")
        written = plain if plain is not None else dumps(undressed(content)) if content else ""
        return [(Block("tool", "tool_result", written, ref), {})]

    def answers(self, call: Call) -> list[Json]:
        return [as_chat(answer) for answer in super().answers(call)]

    def usage(self, raw: Json) -> Usage:
        return read_usage(raw)

    def details(self, answers: list[Json]) -> Json:
        raw = next((u for u in (obj(a, "usage") for a in reversed(answers)) if u), {})
        return usage_details(raw)


class CohereChatV1(CohereChatV2):
    """`/v1/chat`, and Command R in Bedrock's InvokeModel: `chat_history`, `message` and `preamble`.

    `conversation_id` keeps the history on the server.
    """

    parameters = V1_PARAMETERS

    def read_request(self, call: Call) -> RequestReading:
        conversation = text(call.request, "conversation_id")
        return replace(super().read_request(call), state_ref=f"conversation:{conversation}" if conversation else None)

    def history(self, request: Json) -> Iterator[Piece]:
        """The preamble, the turns before, the new message, and the results of the tools it called."""
        for instruction in (text(request, "preamble"), text(request, "preamble_override")):
            if instruction:
                yield part_block("system", instruction), {}
        for turn in objects(request, "chat_history"):
            yield from self.turn(turn)
        yield from self.turn({"role": "USER", **picked(request, "message", "tool_results")})

    def turn(self, turn: Json) -> Iterator[Piece]:
        role = V1_ROLES.get((text(turn, "role") or "").upper())
        if role:
            said: Json = {"role": role, "content": turn.get("message") or turn.get("user_message")}
            yield from self.message({**said, "tool_calls": v1_calls(turn)})
        for result in objects(turn, "tool_results"):
            made = picked(obj(result, "call"), "name", "parameters")
            content = dumps({"call": made, "outputs": result.get("outputs")})
            yield Block("tool", "tool_result", content, text(made, "name")), {}

    def read_response(self, call: Call) -> ResponseReading:
        said = next((c for c in (text(a, "conversation_id") for a in self.answers(call)) if c), None)
        return replace(super().read_response(call), state_id=said or text(call.request, "conversation_id"))

    def answers(self, call: Call) -> list[Json]:
        """The last event repeats the whole answer; without it there are only the pieces."""
        answers = OpenAIChat.answers(self, call)
        whole = [a | obj(a, "response") for a in answers if obj(a, "response")]
        return [v1_as_chat(answer) for answer in whole[-1:] or answers]


class CohereEmbed:
    """`/v1/embed` and `/v2/embed`: no conversation, but input that is paid for."""

    def read_request(self, call: Call) -> RequestReading:
        return RequestReading(
            model=text(call.request, "model"),
            history=tuple(embedded(call.request)),
            parameters=picked(call.request, "embedding_types", "input_type", "output_dimension", "truncate"),
        )

    def read_response(self, call: Call) -> ResponseReading:
        answer = obj(call.body)
        raw = picked(obj(answer, "meta"), "billed_units", "tokens")
        failed = (call.status or 0) >= 400
        return ResponseReading(
            response_id=text(answer, "id"),
            usage=read_usage(raw),
            usage_raw=raw or None,
            error_code=text(answer, "error_type") if failed else None,
            error_message=text(answer, "message") if failed else None,
            ended=call.complete,
            details=usage_details(raw),
        )


def embedded(request: Json) -> Iterator[Block]:
    """The texts and images to embed; `inputs` mixes both."""
    yield from (Block("user", "user", found) for found in items(request, "texts") if isinstance(found, str) and found)
    yield from (url_block("user", "image", found) for found in items(request, "images") if isinstance(found, str))
    for entry in objects(request, "inputs"):
        yield from (part_block("user", part) for part in items(entry, "content"))


def as_chat(answer: Json) -> Json:
    """An answer of version 2, or an event of its stream, in the shape of OpenAI's.

    https://docs.cohere.com/v2/docs/streaming
    """
    said, kind = obj(answer, "delta", "message"), text(answer, "type") or ""
    if kind == "message-end":
        end = obj(answer, "delta")
        return {"choices": [picked(end, "finish_reason")], **picked(end, "usage", "error")}
    if kind.startswith("content-"):
        part = obj(said, "content")
        content = [{"type": "thinking" if "thinking" in part else "text", **part}] if part else []
        return {"choices": [{"delta": {"content": content}}]}
    if kind.startswith("tool-call-"):
        made = obj(said, "tool_calls")
        return {"choices": [{"delta": {"tool_calls": [{**made, "index": answer.get("index")}]}}]} if made else {}
    if kind == "tool-plan-delta":
        return {"choices": [{"delta": {"reasoning": said.get("tool_plan")}}]}
    return {**answer, "choices": [picked(answer, "message", "finish_reason")]} if obj(answer, "message") else answer


def v1_as_chat(answer: Json) -> Json:
    """An answer of version 1, or an event of its stream, in the shape of OpenAI's."""
    ids = picked(answer, "response_id", "generation_id")
    said: Json = {"content": answer.get("text"), "tool_calls": v1_calls(answer)}
    name = "delta" if text(answer, "event_type") and not obj(answer, "response") else "message"
    usage = picked(obj(answer, "meta"), "billed_units", "tokens", "cached_tokens")
    chat: Json = {"id": next(iter(ids.values()), None), "choices": [{name: said, **picked(answer, "finish_reason")}]}
    return chat | picked(answer, "conversation_id", "error", "message") | ({"usage": usage} if usage else {})


def v1_calls(said: Json) -> list[Json]:
    """`{name, parameters}`; these calls have no id."""
    made = objects(said, "tool_calls")
    return [{"function": {"name": call.get("name"), "arguments": call.get("parameters")}} for call in made]


def read_usage(raw: Json) -> Usage:
    """The billed units; where there are none, the tokens of the whole prompt, of which the cached ones are a part."""
    billed, tokens = obj(raw, "billed_units"), obj(raw, "tokens")
    counted = billed if count(billed, "input_tokens") is not None else tokens
    made, reasoning = count(counted, "output_tokens"), count(tokens, "reasoning_tokens")
    return Usage(
        input_tokens=count(counted, "input_tokens"),
        cache_read_tokens=count(raw, "cached_tokens") if counted is tokens else None,
        output_tokens=made,
        # Of the whole output; where that is not what is billed, more than the billed output may be reasoning.
        reasoning_tokens=reasoning if reasoning is not None and made is not None and reasoning <= made else None,
    )


def usage_details(raw: Json) -> Json:
    """What the bill does not show: the cache, the prompt with Cohere's own additions, searches, images."""
    tokens, billed = obj(raw, "tokens"), obj(raw, "billed_units")
    found = picked(raw, "cached_tokens") | picked(billed, "search_units", "images", "image_tokens")
    prompt = count(tokens, "input_tokens")
    return found | ({"prompt_tokens": prompt} if prompt is not None else {})
