"""Calls to the upstream, one for each way that an answer comes."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """A request for httpx, and what it is."""

    path: str
    body: dict[str, Any]
    api: str
    # The bytes that end each message of a stream, to count them by.
    end: bytes = b""

    def __str__(self) -> str:
        return self.api


def chat(text: str = "Hello", **more: Any) -> Call:
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **more}
    return Call("/v1/chat/completions", body, "openai.chat", b"\n\n")


def messages(text: str = "Hello", **more: Any) -> Call:
    turn = {"role": "user", "content": text}
    body = {"model": "claude-sonnet-4-5", "max_tokens": 100, "messages": [turn], **more}
    return Call("/v1/messages", body, "anthropic.messages", b"\n\n")


def gemini(text: str = "Hello") -> Call:
    body = {"contents": [{"role": "user", "parts": [{"text": text}]}]}
    path = "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"
    return Call(path, body, "gemini.generate", b"\r\n\r\n")


def ollama(text: str = "Hello") -> Call:
    body = {"model": "llama3.2", "messages": [{"role": "user", "content": text}]}
    return Call("/api/chat", body, "ollama.chat", b"\n")


def bedrock(text: str = "Hello") -> Call:
    body = {"messages": [{"role": "user", "content": [{"text": text}]}]}
    path = "/model/us.anthropic.claude-sonnet-4-5-20250929-v1:0/converse-stream"
    return Call(path, body, "bedrock.converse", b":message-type")


STREAMS = (chat(stream=True), messages(stream=True), gemini(), ollama(), bedrock())
CALLS = (chat(), messages(), *STREAMS)
