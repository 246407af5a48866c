"""OpenAI Responses, https://platform.openai.com/docs/api-reference/responses: with state on the server.

Billed input is the whole restored chain, as OpenAI bills it (providers.md §1).
"""

import base64
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass

from tests.upstream import openai_items
from tests.upstream.answers import Answer, Call, Json, UpstreamError, sse, stream, whole
from tests.upstream.model_names import OPENAI_WRITES, snapshot
from tests.upstream.openai_chat import cached, error_object, headers
from tests.upstream.openai_events import broken, events
from tests.upstream.replies import Prompt, Reply, compose
from tests.upstream.segments import encoded, total
from tests.upstream.state import StoredResponse, World

# Responses are kept for 30 days. https://developers.openai.com/api/docs/guides/conversation-state
RETENTION = 30 * 86400.0

type Store = MutableMapping[str, StoredResponse]


@dataclass(frozen=True, slots=True)
class Made:
    """A finished response, its events, and the chain it stands at the end of."""

    response: Json
    events: list[Json]
    chain: list[Json]


def create(call: Call) -> Answer:
    """`POST /v1/responses`."""
    made = respond(call, [call.world.responses])
    if call.body.get("store") is not False:
        keep(made, call.world.responses, call.world)
    if call.body.get("stream"):
        return stream((sse(event, event["type"]) for event in made.events), headers(call.world))
    if call.controls.error_after is not None:
        raise UpstreamError(500, kind=call.controls.error_type)
    return whole(made.response, headers(call.world))


def respond(call: Call, stores: Sequence[Store]) -> Made:
    """The response to one request; `stores` are searched for `previous_response_id`."""
    body = call.body
    if not body.get("model"):
        raise UpstreamError(400, "Missing required parameter: 'model'.", param="model")
    items = _chain(call, stores)
    prompt = openai_items.read(body, items)
    reply = compose(prompt, call.controls, call.world.next_number())
    if body.get("generate") is False:
        reply = Reply("", "", (), "end", 0)
    response = _response(call, prompt, reply)
    error = error_object(UpstreamError(500, kind=call.controls.error_type))
    sequence = broken(events(response, reply), call.controls.error_after, error, response)
    return Made(response, sequence, [*items, *response["output"]])


def keep(made: Made, store: Store, world: World) -> None:
    """Remember a response, and in its conversation if it has one."""
    store[made.response["id"]] = StoredResponse(made.chain, made.response)
    world.items.update((item["id"], item) for item in made.response["output"])
    conversation = made.response.get("conversation")
    if conversation:
        world.conversations[conversation["id"]] = made.chain


def _chain(call: Call, stores: Sequence[Store]) -> list[Json]:
    """All that the model reads: what the server remembers, then what the request brings."""
    return [*restored(call.body, stores, call.world), *openai_items.given(call.body, call.world)]


def restored(body: Json, stores: Sequence[Store], world: World) -> list[Json]:
    """What the server remembers of the conversation that the request names."""
    previous, conversation = body.get("previous_response_id"), _conversation_id(body)
    if previous and conversation:
        message = "Mutually exclusive parameters: 'previous_response_id' and 'conversation'."
        raise UpstreamError(400, message, code="mutually_exclusive_parameters")
    if conversation:
        return list(_conversation(conversation, world))
    return list(_previous(previous, stores, world).items) if previous else []


def _previous(response_id: str, stores: Sequence[Store], world: World) -> StoredResponse:
    for store in stores:
        stored = store.get(response_id)
        if stored and world.now() < stored.response["created_at"] + RETENTION:
            return stored
    message = f"Previous response with id '{response_id}' not found."
    raise UpstreamError(400, message, code="previous_response_not_found", param="previous_response_id")


def _conversation_id(body: Json) -> str | None:
    conversation = body.get("conversation")
    return conversation["id"] if isinstance(conversation, dict) else conversation


def _conversation(conversation_id: str, world: World) -> list[Json]:
    if conversation_id not in world.conversations:
        raise UpstreamError(404, f"Conversation with id '{conversation_id}' not found.")
    return world.conversations[conversation_id]


STATUSES = {"length": "incomplete", "filter": "incomplete", "failed": "failed"}
REASONS = {"length": "max_output_tokens", "filter": "content_filter"}


def _response(call: Call, prompt: Prompt, reply: Reply) -> Json:
    body, world = call.body, call.world
    status = STATUSES.get(reply.stop, "completed")
    conversation = _conversation_id(body)
    reason = REASONS.get(reply.stop)
    return {
        "id": world.new_id("resp_", 48, "0123456789abcdef"),
        "object": "response",
        "created_at": int(world.now()),
        "status": status,
        "background": False,
        "completed_at": int(world.now()) if status == "completed" else None,
        "error": {"code": "server_error", "message": "The model failed."} if status == "failed" else None,
        "incomplete_details": {"reason": reason} if reason else None,
        "model": call.controls.model or snapshot(body["model"]),
        "output": list(_output(call, reply)),
        **_echoed(body),
        **({"conversation": {"id": conversation}} if conversation else {}),
        "usage": None if call.controls.usage == "none" else _usage(call, prompt, reply),
    }


# What a response repeats of its request, with the API's defaults.
DEFAULTS: Json = {
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "reasoning": {"effort": None, "summary": None},
    "safety_identifier": None,
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}, "verbosity": "medium"},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}


def _echoed(body: Json) -> Json:
    given = {name: body[name] for name in DEFAULTS if body.get(name) is not None}
    return {**DEFAULTS, "service_tier": "default", **given}


def _output(call: Call, reply: Reply) -> Iterator[Json]:
    new_id = call.world.new_id
    hexadecimal = "0123456789abcdef"
    if reply.thinking:
        secret = base64.b64encode(encoded(reply.thinking)).decode()
        summary = [{"type": "summary_text", "text": reply.thinking}]
        yield {
            "id": new_id("rs_", 48, hexadecimal),
            "type": "reasoning",
            "summary": summary,
            "encrypted_content": f"gAAAAA{secret}",
        }
    done = {"status": "incomplete" if reply.stop == "length" else "completed"}
    if reply.text:
        part = {"type": "output_text", "annotations": [], "logprobs": [], "text": reply.text}
        if reply.stop == "refusal":
            part = {"type": "refusal", "refusal": reply.text}
        head = {"id": new_id("msg_", 48, hexadecimal), "type": "message", **done}
        yield {**head, "content": [part], "role": "assistant"}
    for made in reply.calls:
        head = {"id": new_id("fc_", 48, hexadecimal), "type": "function_call", **done}
        given = {"arguments": made.written}
        if made.text is not None:
            head = {"id": new_id("ctc_", 48, hexadecimal), "type": "custom_tool_call", **done}
            given = {"input": made.text}
        space = {"namespace": made.tool.namespace} if made.tool.namespace else {}
        yield {**head, **given, "call_id": new_id("call_"), "name": made.name, **space}


def _usage(call: Call, prompt: Prompt, reply: Reply) -> Json:
    tokens = total(prompt.segments)
    hit = cached(call, call.body["model"], prompt.segments, reply)
    split = {f"ttl_{ttl}_tokens": hit.written.get(ttl, 0) for ttl in ("30m", "12h")}
    details: Json = {"cached_tokens": hit.read, "cache_write_tokens": hit.write}
    if OPENAI_WRITES.search(call.body["model"]):
        details["cache_write_tokens_details"] = split
    return {
        "input_tokens": tokens,
        "input_tokens_details": details,
        "output_tokens": reply.tokens,
        "output_tokens_details": {"reasoning_tokens": reply.reasoning_tokens},
        "total_tokens": tokens + reply.tokens,
    }


def retrieve(call: Call) -> Answer:
    """`GET /v1/responses/{id}`."""
    return whole(_found(call).response, headers(call.world))


def delete(call: Call) -> Answer:
    """`DELETE /v1/responses/{id}`."""
    response_id = _found(call).response["id"]
    del call.world.responses[response_id]
    return whole({"id": response_id, "object": "response", "deleted": True}, headers(call.world))


def _found(call: Call) -> StoredResponse:
    stored = call.world.responses.get(call.found["id"])
    if stored is None:
        raise UpstreamError(404, f"Response with id '{call.found['id']}' not found.")
    return stored


def count_input(call: Call) -> Answer:
    """`POST /v1/responses/input_tokens`."""
    items = _chain(call, [call.world.responses])
    tokens = total(openai_items.read(call.body, items).segments)
    return whole({"object": "response.input_tokens", "input_tokens": tokens}, headers(call.world))


def compact(call: Call) -> Answer:
    """`POST /v1/responses/compact`: the user's messages and one opaque item; its id cannot be continued."""
    items = _chain(call, [call.world.responses])
    prompt = openai_items.read(call.body, items)
    note = f"compaction {call.world.next_number()} of {len(items)} items"
    secret = "gAAAAA" + base64.b64encode(note.encode()).decode()
    item = {"id": call.world.new_id("cmp_"), "type": "compaction", "encrypted_content": secret}
    reply = Reply(secret, "", (), "end", 1)
    users = [{"type": "message", **kept} for kept in items if kept.get("role") == "user"]
    compaction = {
        "id": call.world.new_id("resp_", 48, "0123456789abcdef"),
        "object": "response.compaction",
        "created_at": int(call.world.now()),
        "output": [*users, item],
        "usage": _usage(call, prompt, reply),
    }
    return whole(compaction, headers(call.world))
