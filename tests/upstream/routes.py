"""Which endpoint answers which path: one ordered tuple, first match wins."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.upstream import (
    anthropic_messages,
    bedrock,
    code_assist,
    codex,
    gemini,
    gemini_interactions,
    ollama,
    openai_chat,
    openai_conversations,
    openai_responses,
    telemetry,
)
from tests.upstream.answers import Answer, Call, UpstreamError
from tests.upstream.state import World

type Handle = Callable[[Call], Answer]
type Word = Callable[[UpstreamError, World], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """An endpoint and the way its provider words errors."""

    method: str
    pattern: re.Pattern[str]
    handle: Handle
    word: Word


def _routes(word: Word, *rows: tuple[str, str, Handle]) -> tuple[Route, ...]:
    return tuple(Route(method, re.compile(pattern + "$"), handle, word) for method, pattern, handle in rows)


# Prefixes are free, so that /v1, /backend-api/codex, Azure's /openai/v1 and gateways' own paths all work.
ROUTES: tuple[Route, ...] = (
    *_routes(
        openai_chat.word,
        ("POST", r"(?:.*/deployments/(?P<deployment>[^/]+)|/.*)?/chat/completions", openai_chat.complete),
        ("POST", r"(?:/.*)?/responses/compact", openai_responses.compact),
        ("POST", r"(?:/.*)?/responses/input_tokens", openai_responses.count_input),
        ("POST", r"(?:/.*)?/responses", openai_responses.create),
        ("GET", r"(?:/.*)?/responses/(?P<id>[^/]+)", openai_responses.retrieve),
        ("DELETE", r"(?:/.*)?/responses/(?P<id>[^/]+)", openai_responses.delete),
        ("POST", r"(?:/.*)?/v1/conversations", openai_conversations.create),
        ("GET", r"(?:/.*)?/v1/conversations/(?P<id>[^/]+)", openai_conversations.retrieve),
        ("GET", r"(?:/.*)?/v1/conversations/(?P<id>[^/]+)/items", openai_conversations.items),
        ("POST", r"(?:/.*)?/v1/conversations/(?P<id>[^/]+)/items", openai_conversations.add_items),
        ("GET", r"(?:/.*)?/v1/models", openai_conversations.models),
        ("GET", r"(?:/.*)?/codex/models", codex.models),
        ("GET", r"/backend-api/wham/accounts/check", codex.accounts),
    ),
    *_routes(
        anthropic_messages.word,
        ("POST", r"(?:/.*)?/v1/messages/count_tokens", anthropic_messages.count_tokens),
        ("POST", r"(?:/.*)?/v1/messages", anthropic_messages.create),
    ),
    *_routes(
        gemini.word,
        ("POST", r"/v1beta/cachedContents", gemini.create_cache),
        ("POST", r"/(?:.*/)?interactions", gemini_interactions.create),
        ("GET", r"/(?:.*/)?interactions/(?P<id>[^/]+)", gemini_interactions.retrieve),
        ("POST", r"/v1internal:generateContent", gemini.generate),
        ("POST", r"/v1internal:streamGenerateContent", gemini.stream_generate),
        ("POST", r"/v1internal:countTokens", gemini.count_tokens),
        ("POST", r"/v1internal:loadCodeAssist", code_assist.load),
        ("POST", r"/v1internal:(?:fetchAdminControls|listExperiments|record\w+|retrieveUserQuota)", code_assist.accept),
        ("POST", r"/.*/models/(?P<model>[^/:]+):generateContent", gemini.generate),
        ("POST", r"/.*/models/(?P<model>[^/:]+):streamGenerateContent", gemini.stream_generate),
        ("POST", r"/.*/models/(?P<model>[^/:]+):countTokens", gemini.count_tokens),
    ),
    *_routes(ollama.word, ("POST", r"/api/chat", ollama.chat)),
    *_routes(
        bedrock.word,
        ("POST", r"/model/(?P<model>[^/]+)/converse", bedrock.converse),
        ("POST", r"/model/(?P<model>[^/]+)/converse-stream", bedrock.converse_stream),
    ),
    *_routes(
        telemetry.word,
        ("POST", r"/v1/telemetry", telemetry.accept),
        ("POST", r"/api/event_logging/batch", telemetry.accept),
    ),
)


def find(method: str, path: str) -> tuple[Route, re.Match[str]] | None:
    for route in ROUTES:
        match = route.pattern.match(path)
        if match and method == route.method:
            return route, match
    return None
