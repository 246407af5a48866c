"""Calls in the words of Amazon Bedrock's Converse."""

from collections.abc import Iterable
from itertools import groupby

import orjson

from benchmarks.scenarios.call import Call, Json, Said

MODEL = "anthropic.claude-sonnet-4-5-20250929-v1:0"
HOST = "bedrock-runtime.us-east-1.amazonaws.com"
AGENT = "Boto3/1.41.2 md/Botocore#1.41.2"


def converse(call: Call) -> tuple[str, Json, Json]:
    """The path, the request and the response."""
    request: Json = {"messages": [_message(role, said) for role, said in groupby(call.said, lambda said: said.role)]}
    if call.system:
        request["system"] = [{"text": call.system}, *_point(call.system_mark)]
    if call.tools:
        request["toolConfig"] = {"tools": [{"toolSpec": _tool(*tool)} for tool in call.tools.items()]}
    ended = "tool_use" if any(said.kind == "call" for said in call.reply) else "end_turn"
    answer: Json = {"output": {"message": _message("assistant", call.reply)}, "stopReason": call.stop or ended}
    path = f"/model/{call.model or MODEL}/converse"
    return path, request, answer | ({"usage": _usage(call)} if call.reported else {})


def _message(role: str, said: Iterable[Said]) -> Json:
    return {"role": role, "content": [part for each in said for part in (_part(each), *_point(each.mark))]}


def _part(said: Said) -> Json:
    if said.kind == "call":
        return {"toolUse": {"toolUseId": said.call_id, "name": said.tool, "input": orjson.loads(said.text)}}
    if said.kind == "result":
        return {"toolResult": {"toolUseId": said.call_id, "content": [{"text": said.text}]}}
    return {"text": said.text}


def _point(ttl: str) -> list[Json]:
    return [{"cachePoint": {"type": "default", "ttl": ttl}}] if ttl else []


def _tool(name: str, about: str) -> Json:
    return {"name": name, "description": about, "inputSchema": {"json": {"type": "object", "properties": {}}}}


def _usage(call: Call) -> Json:
    tokens, written = call.tokens, call.tokens.write_5m + call.tokens.write_1h
    details = [("5m", tokens.write_5m), ("1h", tokens.write_1h)]
    return {
        "inputTokens": tokens.input - tokens.read - written,
        "outputTokens": tokens.output,
        "totalTokens": tokens.input + tokens.output,
        "cacheReadInputTokens": tokens.read,
        "cacheWriteInputTokens": written,
        "cacheDetails": [{"ttl": ttl, "inputTokens": count} for ttl, count in details if count],
    }
