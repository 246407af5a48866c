"""Calls as a HAR file, in the words of the API that each is made to."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import orjson

from benchmarks.scenarios import bedrock
from benchmarks.scenarios.call import Api, Call, Json, Said

BEGAN = datetime(2026, 11, 3, 9, 0, tzinfo=UTC)
MODELS: dict[Api, str] = {
    "openai.chat": "gpt-5.1",
    "openai.responses": "gpt-5.1",
    "anthropic.messages": "claude-sonnet-4-5",
    "gemini.generate": "gemini-2.5-flash",
    "gemini.interactions": "gemini-2.5-flash",
    "bedrock.converse": bedrock.MODEL,
}
HOSTS: dict[Api, str] = {
    "openai.chat": "api.openai.com",
    "openai.responses": "api.openai.com",
    "anthropic.messages": "api.anthropic.com",
    "gemini.generate": "generativelanguage.googleapis.com",
    "gemini.interactions": "generativelanguage.googleapis.com",
    "bedrock.converse": bedrock.HOST,
}
# Hosts whose own path comes before the API's.
PATHS = {"openrouter.ai": "/api", "dashscope-intl.aliyuncs.com": "/compatible-mode"}
AGENTS: dict[Api, str] = {
    "openai.chat": "OpenAI/Python 2.1.0",
    "openai.responses": "OpenAI/Python 2.1.0",
    "anthropic.messages": "Anthropic/Python 0.75.0",
    "gemini.generate": "google-genai-sdk/1.50.0 gl-python/3.13.0",
    "gemini.interactions": "google-genai-sdk/2.8.0 gl-python/3.13.0",
    "bedrock.converse": bedrock.AGENT,
}


def har(calls: Iterable[Call]) -> bytes:
    """The file."""
    entries = [_entry(call) for call in calls]
    return orjson.dumps(
        {"log": {"version": "1.2", "creator": {"name": "scenario", "version": "1"}, "entries": entries}}
    )


def model(call: Call) -> str:
    return call.model or MODELS[call.api]


def response_id(call: Call) -> str:
    """The response's id: the scenario's own, or one that follows from the call."""
    return call.response_id or f"resp_{blake2b(repr(call).encode(), digest_size=8).hexdigest()}"


def _entry(call: Call) -> Json:
    path, request, answer = DIALECTS[call.api](call)
    started = BEGAN + timedelta(seconds=call.at)
    body = orjson.dumps(request | call.parameters).decode()
    got = orjson.dumps(_error(call) if call.error else answer | call.answer).decode()
    return {
        "startedDateTime": started.isoformat(),
        "time": call.takes * 1000,
        "timings": {"send": 1, "wait": call.takes * 500, "receive": call.takes * 500 - 1},
        "request": {
            "method": "POST",
            "url": f"https://{call.host or HOSTS[call.api]}{PATHS.get(call.host, '')}{call.path or path}",
            "httpVersion": "HTTP/1.1",
            "headers": _headers(call),
            "postData": {"mimeType": "application/json", "text": body},
            "bodySize": len(body.encode()),
        },
        "response": {
            "status": call.status,
            "httpVersion": "HTTP/1.1",
            "headers": [{"name": "content-type", "value": "application/json"}],
            "content": {"size": len(got.encode()), "mimeType": "application/json", "text": got},
            "bodySize": len(got.encode()),
        },
    }


def _headers(call: Call) -> list[Json]:
    fields = {
        "content-type": "application/json",
        "user-agent": AGENTS[call.api],
        "authorization": f"Bearer {call.key}",
        "x-tokenecho-app": call.app,
        **call.headers,
    }
    return [{"name": name, "value": value} for name, value in fields.items()]


def _error(call: Call) -> Json:
    code, message = call.error or ("", "")
    if call.api == "anthropic.messages":
        return {"type": "error", "error": {"type": code, "message": message}}
    if call.api.startswith("gemini."):
        return {"error": {"code": call.status, "status": code, "message": message}}
    return {"error": {"code": code, "type": "invalid_request_error", "message": message}}


def _chat(call: Call) -> tuple[str, Json, Json]:
    messages = [{"role": "system", "content": call.system}] if call.system else []
    request: Json = {"model": model(call), "messages": [*messages, *map(_chat_message, call.said)]}
    if call.tools:
        request["tools"] = [{"type": "function", "function": _function(*tool)} for tool in call.tools.items()]
    tokens = call.tokens
    usage = {
        "prompt_tokens": tokens.input,
        "completion_tokens": tokens.output,
        "total_tokens": tokens.input + tokens.output,
        "prompt_tokens_details": {"cached_tokens": tokens.read},
        "completion_tokens_details": {"reasoning_tokens": tokens.reasoning},
    }
    if tokens.write_30m:
        usage["prompt_tokens_details"]["cache_write_tokens"] = tokens.write_30m  # type: ignore[index]
    calls = [_chat_message(said)["tool_calls"][0] for said in call.reply if said.kind == "call"]
    message = {"role": "assistant", "content": _text(call.reply) or None} | ({"tool_calls": calls} if calls else {})
    choice = {"index": 0, "message": message, "finish_reason": call.stop or ("tool_calls" if calls else "stop")}
    answer: Json = {"id": response_id(call), "object": "chat.completion", "model": model(call), "choices": [choice]}
    return "/v1/chat/completions", request, answer | ({"usage": usage} if call.reported else {})


def _chat_message(said: Said) -> Json:
    if said.kind == "call":
        function = {"name": said.tool, "arguments": said.text}
        made = {"id": said.call_id, "type": "function", "function": function}
        return {"role": "assistant", "content": None, "tool_calls": [made]}
    if said.kind == "result":
        return {"role": "tool", "tool_call_id": said.call_id, "content": said.text}
    return {"role": said.role, "content": said.text}


def _function(name: str, about: str) -> Json:
    return {"name": name, "description": about, "parameters": {"type": "object", "properties": {}}}


def _responses(call: Call) -> tuple[str, Json, Json]:
    request: Json = {"model": model(call), "input": [_item(said) for said in call.said]}
    if call.system:
        request["instructions"] = call.system
    if call.tools:
        request["tools"] = [{"type": "function"} | _function(*tool) for tool in call.tools.items()]
    if call.state:
        request["previous_response_id"] = call.state
    tokens = call.tokens
    usage = {
        "input_tokens": tokens.input,
        "input_tokens_details": {"cached_tokens": tokens.read},
        "output_tokens": tokens.output,
        "output_tokens_details": {"reasoning_tokens": tokens.reasoning},
        "total_tokens": tokens.input + tokens.output,
    }
    if tokens.write_30m:
        usage["input_tokens_details"]["cache_write_tokens"] = tokens.write_30m  # type: ignore[index]
    reply = [{"id": f"item_{at}", "status": "completed"} | _item(said) for at, said in enumerate(call.reply)]
    answer: Json = {"id": response_id(call), "object": "response", "model": model(call), "output": reply}
    answer |= {"status": "incomplete", "incomplete_details": {"reason": call.stop}} if call.stop else ENDED
    return "/v1/responses", request, answer | ({"usage": usage} if call.reported else {})


ENDED = {"status": "completed"}


def _item(said: Said) -> Json:
    if said.kind == "call":
        return {"type": "function_call", "call_id": said.call_id, "name": said.tool, "arguments": said.text}
    if said.kind == "result":
        return {"type": "function_call_output", "call_id": said.call_id, "output": said.text}
    kind = "input_text" if said.role == "user" else "output_text"
    return {"type": "message", "role": said.role, "content": [{"type": kind, "text": said.text}]}


def _anthropic(call: Call) -> tuple[str, Json, Json]:
    request: Json = {"model": model(call), "max_tokens": 1024, "messages": _alternating(call.said)}
    if call.system:
        request["system"] = [{"type": "text", "text": call.system} | _marked(call.system_mark)]
    if call.tools:
        schema = {"type": "object", "properties": {}}
        request["tools"] = [
            {"name": n, "description": about, "input_schema": schema} for n, about in call.tools.items()
        ]
    if call.state:
        request["thread"] = {"type": "continue", "previous_message_id": call.state}
    tokens, written = call.tokens, call.tokens.write_5m + call.tokens.write_1h
    usage = {
        "input_tokens": tokens.input - tokens.read - written,
        "cache_read_input_tokens": tokens.read,
        "cache_creation_input_tokens": written,
        "cache_creation": {"ephemeral_5m_input_tokens": tokens.write_5m, "ephemeral_1h_input_tokens": tokens.write_1h},
        "output_tokens": tokens.output,
    }
    ended = "tool_use" if any(said.kind == "call" for said in call.reply) else "end_turn"
    answer: Json = {"id": response_id(call), "type": "message", "role": "assistant", "model": model(call)}
    answer |= {"content": [_part(said) for said in call.reply], "stop_reason": call.stop or ended}
    return "/v1/messages", request, answer | ({"usage": usage} if call.reported else {})


def _alternating(said: Iterable[Said]) -> list[Json]:
    """Messages of alternating roles: the API has parallel tool calls and results in one message each."""
    messages: list[Json] = []
    for part in said:
        if messages and messages[-1]["role"] == part.role:
            messages[-1]["content"].append(_part(part))
        else:
            messages.append({"role": part.role, "content": [_part(part)]})
    return messages


def _part(said: Said) -> Json:
    if said.kind == "call":
        return {"type": "tool_use", "id": said.call_id, "name": said.tool, "input": orjson.loads(said.text)}
    if said.kind == "result":
        return {"type": "tool_result", "tool_use_id": said.call_id, "content": said.text} | _marked(said.mark)
    return {"type": "text", "text": said.text} | _marked(said.mark)


def _marked(ttl: str) -> Json:
    return {"cache_control": {"type": "ephemeral", "ttl": ttl}} if ttl else {}


def _gemini(call: Call) -> tuple[str, Json, Json]:
    request: Json = {"contents": [{"role": _speaker(said), "parts": [_gemini_part(said)]} for said in call.said]}
    if call.system:
        request["systemInstruction"] = {"parts": [{"text": call.system}]}
    if call.tools:
        functions = [{"name": name, "description": about} for name, about in call.tools.items()]
        request["tools"] = [{"functionDeclarations": functions}]
    tokens = call.tokens
    usage = {
        "promptTokenCount": tokens.input,
        "candidatesTokenCount": tokens.output - tokens.reasoning,
        "thoughtsTokenCount": tokens.reasoning,
        "totalTokenCount": tokens.input + tokens.output,
    }
    if tokens.read:
        usage["cachedContentTokenCount"] = tokens.read
    content = {"role": "model", "parts": [_gemini_part(said) for said in call.reply]}
    candidate = {"content": content, "finishReason": call.stop or "STOP", "index": 0}
    answer: Json = {"candidates": [candidate], "modelVersion": model(call), "responseId": response_id(call)}
    path = f"/v1beta/models/{model(call)}:generateContent"
    return path, request, answer | ({"usageMetadata": usage} if call.reported else {})


def _speaker(said: Said) -> str:
    return "model" if said.role == "assistant" else "user"


def _gemini_part(said: Said) -> Json:
    if said.kind == "call":
        return {"functionCall": {"name": said.tool, "args": orjson.loads(said.text)}}
    if said.kind == "result":
        return {"functionResponse": {"name": said.tool, "response": {"result": said.text}}}
    return {"text": said.text}


def _interaction(call: Call) -> tuple[str, Json, Json]:
    request: Json = {"model": model(call), "input": [_step(said) for said in call.said]}
    if call.system:
        request["system_instruction"] = call.system
    if call.tools:
        request["tools"] = [{"type": "function"} | _function(*tool) for tool in call.tools.items()]
    if call.state:
        request["previous_interaction_id"] = call.state
    tokens = call.tokens
    usage = {
        "total_input_tokens": tokens.input,
        "total_cached_tokens": tokens.read,
        "total_output_tokens": tokens.output - tokens.reasoning,
        "total_thought_tokens": tokens.reasoning,
        "total_tokens": tokens.input + tokens.output,
    }
    answer: Json = {"id": response_id(call), "object": "interaction", "model": model(call), "status": "completed"}
    answer["steps"] = [_step(said) for said in call.reply]
    return "/v1beta/interactions", request, answer | ({"usage": usage} if call.reported else {})


def _step(said: Said) -> Json:
    if said.kind == "call":
        return {"type": "function_call", "id": said.call_id, "name": said.tool, "arguments": orjson.loads(said.text)}
    if said.kind == "result":
        return {"type": "function_result", "call_id": said.call_id, "name": said.tool, "result": said.text}
    kind = "user_input" if said.role == "user" else "model_output"
    return {"type": kind, "content": [{"type": "text", "text": said.text}]}


def _text(reply: Iterable[Said]) -> str:
    return "".join(said.text for said in reply if said.kind == "text")


DIALECTS: dict[Api, Callable[[Call], tuple[str, Json, Json]]] = {
    "openai.chat": _chat,
    "openai.responses": _responses,
    "anthropic.messages": _anthropic,
    "gemini.generate": _gemini,
    "gemini.interactions": _interaction,
    "bedrock.converse": bedrock.converse,
}
