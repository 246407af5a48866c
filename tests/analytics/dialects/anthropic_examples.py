"""Anthropic's Messages dialect, and a request and its answer, whole and streamed."""

from analytics.dialects.anthropic_messages import AnthropicMessages
from analytics.dialects.exchange import Block, Json, RequestReading, ResponseReading
from tests.analytics.dialects.calls import call

DIALECT = AnthropicMessages()
WEATHER = {"name": "weather", "description": "Weather of a city", "input_schema": {"type": "object"}}
ASK: Json = {
    "model": "claude-sonnet-5-5",
    "max_tokens": 100,
    "tools": [WEATHER],
    "system": "Be brief.",
    "messages": [{"role": "user", "content": "Rain in Oslo?"}],
}
REPLY: list[object] = [
    {"type": "thinking", "thinking": "They want rain.", "signature": "c2ln"},
    {"type": "redacted_thinking", "data": "c2VjcmV0"},
    {"type": "text", "text": "Let me look."},
    {
        "type": "tool_use",
        "id": "toolu_1",
        "name": "weather",
        "input": {"city": "Oslo", "days": 1},
        "caller": {"type": "direct"},
    },
]
USAGE: Json = {
    "input_tokens": 10,
    "cache_read_input_tokens": 200,
    "cache_creation_input_tokens": 30,
    "cache_creation": {"ephemeral_5m_input_tokens": 20, "ephemeral_1h_input_tokens": 10},
    "output_tokens": 44,
    "output_tokens_details": {"thinking_tokens": 12},
    "service_tier": "standard",
}
ANSWER: Json = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-5-5",
    "content": REPLY,
    "stop_reason": "tool_use",
    "usage": USAGE,
}
EVENTS: list[object] = [
    {
        "type": "message_start",
        "message": {**ANSWER, "content": [], "stop_reason": None, "usage": {**USAGE, "output_tokens": 1}},
    },
    {"type": "ping"},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": "", "signature": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "They want "}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "rain."}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "signature_delta", "signature": "c2ln"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "content_block_start", "index": 1, "content_block": {"type": "redacted_thinking", "data": "c2VjcmV0"}},
    {"type": "content_block_start", "index": 2, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 2, "delta": {"type": "text_delta", "text": "Let me "}},
    {"type": "content_block_delta", "index": 2, "delta": {"type": "text_delta", "text": "look."}},
    {
        "type": "content_block_start",
        "index": 3,
        "content_block": {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}},
    },
    {
        "type": "content_block_delta",
        "index": 3,
        "delta": {"type": "input_json_delta", "partial_json": '{"days": 1, "ci'},
    },
    {"type": "content_block_delta", "index": 3, "delta": {"type": "input_json_delta", "partial_json": 'ty": "Oslo"}'}},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 30}},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 44}},
    {"type": "message_stop"},
]


def read_request(**fields: object) -> RequestReading:
    return DIALECT.read_request(call({**ASK, **fields}))


def history(*messages: object) -> tuple[Block, ...]:
    return read_request(messages=list(messages)).history


def read_answer(**fields: object) -> ResponseReading:
    return DIALECT.read_response(call(ASK, {**ANSWER, **fields}))
