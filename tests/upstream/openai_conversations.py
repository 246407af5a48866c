"""OpenAI Conversations and the list of models: what surrounds the Responses API."""

from tests.upstream import openai_items
from tests.upstream.answers import Answer, Call, Json, UpstreamError, whole
from tests.upstream.openai_chat import headers

MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-5", "gpt-5.1", "gpt-5.6-sol", "gpt-6.1-sol", "o3")


def create(call: Call) -> Answer:
    """`POST /v1/conversations`, with or without first items."""
    conversation_id = call.world.new_id("conv_", 48, "0123456789abcdef")
    items = openai_items.given({"input": call.body.get("items")}, call.world)
    call.world.conversations[conversation_id] = items
    return whole(_conversation(call, conversation_id), headers(call.world))


def retrieve(call: Call) -> Answer:
    """`GET /v1/conversations/{id}`."""
    _found(call)
    return whole(_conversation(call, call.found["id"]), headers(call.world))


def items(call: Call) -> Answer:
    """`GET /v1/conversations/{id}/items`, newest first."""
    listed = _found(call)[::-1]
    return whole({"object": "list", "data": listed, "has_more": False}, headers(call.world))


def add_items(call: Call) -> Answer:
    """`POST /v1/conversations/{id}/items`."""
    added = openai_items.given({"input": call.body.get("items")}, call.world)
    _found(call).extend(added)
    return whole({"object": "list", "data": added, "has_more": False}, headers(call.world))


def models(call: Call) -> Answer:
    """`GET /v1/models`."""
    facts = {"object": "model", "created": 1_700_000_000, "owned_by": "openai"}
    data = [{"id": name, **facts} for name in MODELS]
    return whole({"object": "list", "data": data}, headers(call.world))


def _conversation(call: Call, conversation_id: str) -> Json:
    created = int(call.world.now())
    metadata = call.body.get("metadata") or {}
    return {"id": conversation_id, "object": "conversation", "created_at": created, "metadata": metadata}


def _found(call: Call) -> list[Json]:
    items = call.world.conversations.get(call.found["id"])
    if items is None:
        raise UpstreamError(404, f"Conversation with id '{call.found['id']}' not found.")
    return items
