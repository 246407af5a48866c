"""OpenAI Responses: whole, streamed, in the background, compacted, and over WebSocket; and who copied it.

https://platform.openai.com/docs/api-reference/responses
https://developers.openai.com/api/docs/guides/websocket-mode
https://developers.openai.com/api/docs/guides/conversation-state
"""

from collections import Counter
from collections.abc import Iterator

from analytics.dialects.call import Call
from analytics.dialects.canonical import other_block
from analytics.dialects.exchange import Json, RequestReading, ResponseReading, Usage
from analytics.dialects.fields import count, items, obj, picked, text
from analytics.dialects.openai_content import (
    Piece,
    all_in_output,
    breakpoints,
    content_pieces,
    definition_pieces,
    deployment,
    error_code,
    error_of,
    filled,
    known,
    opening,
    reported_cost,
    session_hint,
)
from analytics.dialects.openai_items import HOSTED, item_pieces, item_references
from analytics.dialects.openai_response_events import final_response, is_end, responses_of, streamed_items
from analytics.dialects.recall import recalled_each
from analytics.dialects.sampling import NAME, Sampling

PARAMETERS = (
    "access_programs",
    "background",
    "background_options",
    "cache_control",
    "context_management",
    "enable_thinking",
    "frequency_penalty",
    "generate",
    "image",
    "include",
    "max_output_tokens",
    "max_tokens",
    "max_tool_calls",
    "models",
    "moderation",
    "parallel_tool_calls",
    "plugins",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_options",
    "prompt_cache_retention",
    "provider",
    "reasoning",
    "search_parameters",
    "service_tier",
    "store",
    "stream_id",
    "stream_options",
    "temperature",
    "text",
    "tool_choice",
    "top_logprobs",
    "top_p",
    "truncation",
)
# Of the response: what later stages read, and what says more than the request did.
DETAILS = (
    "background",
    "input_transformations",
    "prompt_cache_diagnostics",
    "prompt_cache_options",
    "prompt_cache_retention",
    "status",
    "tool_usage",
    "truncation",
)


class OpenAIResponses:
    """`/v1/responses`, `/v1/responses/compact`, `GET /v1/responses/{id}` and the WebSocket."""

    parameters: tuple[str, ...] = PARAMETERS

    def read_request(self, call: Call) -> RequestReading:
        request = self.request(call)
        pieces = filled([*self.preamble(request), *self.items(request)])
        blocks, start = tuple(block for block, _ in pieces), opening(pieces)
        references = item_references(request)
        return RequestReading(
            model=text(request, "model") or self.model_in_path(call),
            streamed=request.get("stream") is True or over_websocket(call),
            preamble=blocks[:start],
            history=blocks[start:],
            state_ref=self.state_ref(request),
            session_hint=session_hint(call, request) or text(obj(request, "client_metadata"), "thread_id"),
            parameters=picked(request, *self.parameters)
            | breakpoints(pieces)
            | ({"item_references": references} if references else {}),
        )

    def request(self, call: Call) -> Json:
        """The request's fields; some WebSocket clients nest them under `response`."""
        nested = obj(call.request, "response") if call.request.get("type") == "response.create" else {}
        return {**call.request, **nested}

    def model_in_path(self, call: Call) -> str | None:
        """The model where the body does not name it."""
        return deployment(call.path)

    def preamble(self, request: Json) -> Iterator[Piece]:
        """Tools, instructions, and a prompt template that the provider keeps."""
        yield from recalled_each(definition_pieces, items(request, "tools"))
        yield from content_pieces("system", request.get("instructions"))
        prompt = obj(request, "prompt")
        if prompt:
            yield other_block("system", {"prompt": prompt}), {}

    def items(self, request: Json) -> Iterator[Piece]:
        """`input`: a string, or items."""
        given = request.get("input")
        found = given if isinstance(given, list) else [given]
        yield from recalled_each(item_pieces, (item for item in found if item is not None))

    def state_ref(self, request: Json) -> str | None:
        """The response or the conversation that the request continues."""
        previous = text(request, "previous_response_id")
        if previous:
            return f"previous_response_id:{previous}"
        conversation = text(request, "conversation") or text(obj(request, "conversation"), "id")
        return f"conversation:{conversation}" if conversation else None

    def read_response(self, call: Call) -> ResponseReading:
        *earlier, events = responses_of(self.events(call))
        response = final_response(events) if events else obj(call.body)
        output = streamed_items(events) if events else items(response, "output")
        error = self.error(call, response, events)
        raw = obj(response, "usage") or None
        return ResponseReading(
            model=text(response, "model"),
            response_id=text(response, "id"),
            reply=tuple(block for item in output for block, _ in item_pieces(item)),
            usage=self.usage(raw or {}),
            usage_raw=raw,
            stop_reason=self.stop_reason(response),
            error_code=error_code(error),
            error_message=text(error, "message") or (call.text[:500] or None if not response else None),
            service_tier=text(response, "service_tier"),
            state_id=self.state_id(call, response),
            ended=self.ended(call, events, error),
            details=self.details(response, output) | self.superseded(earlier),
        )

    def events(self, call: Call) -> list[Json]:
        """The stream's events, without those of another lane of a shared WebSocket."""
        lane = text(self.request(call), "stream_id")
        found = [event.value for event in call.events if isinstance(event.value, dict)]
        return [event for event in found if not lane or event.get("stream_id", lane) == lane]

    def error(self, call: Call, response: Json, events: list[Json]) -> Json:
        """The error of the response, of an `error` event, or instead of a response."""
        if obj(response, "error"):
            return obj(response, "error")
        bad = call.status is not None and call.status >= 400
        answers = [event for event in events if text(event, "type") in ("error", None)] or [response]
        found = (error_of(answer, bad or answer.get("type") == "error") for answer in answers)
        return next((error for error in found if error), {})

    def stop_reason(self, response: Json) -> str | None:
        """Why it stopped; None while it has not."""
        status = text(response, "status")
        if status == "incomplete":
            return text(obj(response, "incomplete_details"), "reason") or status
        return status if status not in ("queued", "in_progress") else None

    def state_id(self, call: Call, response: Json) -> str | None:
        """What a later request can continue from. A response that is not stored lives on in its WebSocket only."""
        conversation = text(obj(response, "conversation"), "id")
        if conversation or response.get("object") == "response.compaction":
            return conversation
        stored = known(response.get("store"), self.request(call).get("store"))
        return None if stored is False and not over_websocket(call) else text(response, "id")

    def ended(self, call: Call, events: list[Json], error: Json) -> bool:
        if not events:
            return call.complete
        return bool(error) or any(map(is_end, events))

    def usage(self, raw: Json) -> Usage:
        """Input and output are all-in: the details are parts of them."""
        given, made = obj(raw, "input_tokens_details"), obj(raw, "output_tokens_details")
        by_ttl = obj(given, "cache_write_tokens_details")
        prompt, output = count(raw, "input_tokens"), count(raw, "output_tokens")
        reasoning = count(made, "reasoning_tokens")
        return Usage(
            input_tokens=prompt,
            cache_read_tokens=count(given, "cached_tokens"),
            cache_write_tokens=count(given, "cache_write_tokens"),
            cache_write_30m_tokens=count(by_ttl, "ttl_30m_tokens"),
            cache_write_12h_tokens=count(by_ttl, "ttl_12h_tokens"),
            output_tokens=all_in_output(prompt, output, reasoning, count(raw, "total_tokens")),
            reasoning_tokens=reasoning,
            audio_input_tokens=count(given, "audio_tokens"),
            audio_output_tokens=count(made, "audio_tokens"),
            reported_cost_usd=self.cost(raw),
        )

    def cost(self, raw: Json) -> float | None:
        """What the provider says it charged."""
        return reported_cost(raw)

    def details(self, response: Json, output: list[object]) -> Json:
        """The cache's own diagnosis, hosted tools (which cost by the call), compaction, and the ids of the items."""
        kinds = [text(item, "type") for item in output]
        hosted = Counter(kind for kind in kinds if kind in HOSTED or kind == "image_generation_call")
        ids = [ref for ref in (text(item, "id") for item in output) if ref]
        found = picked(response, *DETAILS) | picked(obj(response, "reasoning"), "context")
        more = {
            "hosted_tools": dict(hosted) or None,
            "compactions": kinds.count("compaction") or None,
            "compacted": True if response.get("object") == "response.compaction" else None,
            "conversation": text(obj(response, "conversation"), "id"),
            "item_ids": ids or None,
        }
        return found | picked(dict(more), *more)

    def superseded(self, earlier: list[list[Json]]) -> Json:
        """Responses of the same exchange before the last one: paid for as well."""
        finals = [final_response(events) for events in earlier]
        if not finals:
            return {}
        found: Json = {"superseded": [picked(final, "id", "model", "status", "usage") for final in finals]}
        spent = [Sampling("superseded", text(final, "model"), self.usage(obj(final, "usage"))) for final in finals]
        billed = [one.entry() for one in spent if one.usage.reported]
        return found | ({NAME: billed} if billed else {})


def over_websocket(call: Call) -> bool:
    """Whether the request was a frame."""
    return (text(call.request, "type") or "").startswith("response.")
