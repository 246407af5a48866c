"""Usage read a second time, by other code: bytes by the standard library and botocore, fields by genai-prices.

Where genai-prices has no extractor, the provider's own fields are read, as its API reference names them.
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from botocore.eventstream import EventStreamBuffer  # type: ignore[import-untyped]
from genai_prices import extract_usage

from analytics.record import Record

type Value = Mapping[str, object]

GENAI_PRICES = {
    "anthropic.messages": ("anthropic", "default"),
    "bedrock.converse": ("aws", "default"),
    "cohere.chat_v2": ("cohere", "default"),
    "cohere.embed": ("cohere", "embeddings"),
    "gemini.generate": ("google", "default"),
    "openai.chat": ("openai", "chat"),
    "openai.completions": ("openai", "chat"),
    "openai.embeddings": ("openai", "embeddings"),
    "openai.responses": ("openai", "responses"),
    "openai.responses.retrieve": ("openai", "responses"),
}
# Where genai-prices knows a provider's own extractor; without one the shape's is used.
OWN = {
    ("azure", "openai.chat"): ("azure", "chat"),
    ("azure", "openai.responses"): ("azure", "responses"),
    ("azure", "openai.embeddings"): ("azure", "embeddings"),
    ("deepseek", "openai.chat"): ("deepseek", "chat"),
    ("groq", "openai.chat"): ("groq", "default"),
    ("mistral", "openai.chat"): ("mistral", "default"),
    ("moonshot", "openai.chat"): ("moonshotai", "chat"),
    ("openrouter", "openai.chat"): ("openrouter", "chat"),
    ("perplexity", "openai.chat"): ("perplexity", "default"),
    ("perplexity", "openai.embeddings"): ("perplexity", "embeddings"),
    ("xai", "openai.chat"): ("x-ai", "chat"),
    ("xai", "openai.responses"): ("x-ai", "responses"),
}
# Names of input, output, cache reads, cache writes and reasoning where genai-prices has no extractor.
FIELDS = {
    "gemini.interactions": (
        ("total_input_tokens", "total_tool_use_tokens"),
        ("total_output_tokens", "total_thought_tokens"),
        ("total_cached_tokens",),
        (),
        ("total_thought_tokens",),
    ),
    "gemini.generate": (
        ("promptTokenCount", "toolUsePromptTokenCount"),
        ("candidatesTokenCount", "thoughtsTokenCount"),
        ("cachedContentTokenCount",),
        (),
        ("thoughtsTokenCount",),
    ),
    "gemini.embed": (("promptTokenCount",), (), (), (), ()),
    "ollama.chat": (("prompt_eval_count",), ("eval_count",), (), (), ()),
    "ollama.generate": (("prompt_eval_count",), ("eval_count",), (), (), ()),
    "bedrock.invoke": (
        ("inputTokenCount", "cacheReadInputTokenCount", "cacheWriteInputTokenCount"),
        ("outputTokenCount",),
        ("cacheReadInputTokenCount",),
        ("cacheWriteInputTokenCount",),
        (),
    ),
}
BEDROCK_HEADERS = {
    "x-amzn-bedrock-input-token-count": "inputTokenCount",
    "x-amzn-bedrock-output-token-count": "outputTokenCount",
    "x-amzn-bedrock-cache-read-input-token-count": "cacheReadInputTokenCount",
    "x-amzn-bedrock-cache-write-input-token-count": "cacheWriteInputTokenCount",
}


@dataclass(frozen=True, slots=True)
class Said:
    """The counts of a response by the other reading; 0 where nothing was said. `raw` is the usage object itself."""

    raw: Value
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0


def usage_said(record: Record) -> Said | None:
    """What the response says of its usage; None where it says nothing."""
    holder = HOLDERS.get(record.api, _no_usage)(record)
    if not holder:
        return None
    raw = next((found for found in (_object(holder, name) for name in ("usage", "usageMetadata", "meta")) if found), {})
    extractor = OWN.get((record.provider, record.api)) or GENAI_PRICES.get(record.api)
    if extractor is None or _numbered(raw):
        return _by_fields(raw or holder, record.api)
    provider, flavor = extractor
    # The model has no part in it, and one that genai-prices does not know would be an error.
    nameless = {**holder, "model": None, "modelVersion": None}
    found = extract_usage(nameless, provider_id=provider, api_flavor=flavor).usage
    return Said(
        raw,
        _number(found.input_tokens),
        _number(found.output_tokens),
        _number(found.cache_read_tokens),
        _number(found.cache_write_tokens),
        _number(found.output_reasoning_tokens),
    )


def _by_fields(raw: Value, api: str) -> Said | None:
    sums = [sum(_number(raw.get(name)) for name in names) for names in FIELDS[api]]
    known = any(name in raw for names in FIELDS[api] for name in names)
    return Said(raw, *sums) if known else None


def _numbered(raw: Value) -> bool:
    """Whether enums came as numbers, over which genai-prices stumbles."""
    details = raw.get("promptTokensDetails")
    return isinstance(details, list) and any(isinstance(_value(entry).get("modality"), int) for entry in details)


def values(record: Record) -> list[Value]:
    """The JSON objects of a response, in order."""
    return [value for value in _flat(_parsed(record)) if isinstance(value, dict)]


def _parsed(record: Record) -> Iterator[object]:
    data = record.response.data
    if record.response_header("content-type") == "application/vnd.amazon.eventstream" and data[:2] == b"\0\0":
        yield from _eventstream(data)
        return
    try:
        yield json.loads(data)
        return
    except ValueError:
        pass
    for line in data.splitlines():
        try:
            yield json.loads(line.removeprefix(b"data:"))
        except ValueError:
            continue


def _eventstream(data: bytes) -> Iterator[object]:
    buffer = EventStreamBuffer()
    buffer.add_data(data)
    for message in buffer:
        payload = json.loads(message.payload or b"{}")
        yield json.loads(base64.b64decode(payload["bytes"])) if "bytes" in payload else payload


def _flat(found: Iterable[object]) -> Iterator[object]:
    for value in found:
        yield from value if isinstance(value, list) else [value]


def _value(value: object) -> Value:
    return value if isinstance(value, dict) else {}


def _object(value: Value, name: str) -> Value:
    return _value(value.get(name))


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _last(record: Record, *places: Callable[[Value], Value], name: str = "usage") -> Value:
    """The last object with a usage in one of those places."""
    found = [
        holder for value in values(record) for place in places for holder in [place(value)] if _object(holder, name)
    ]
    return found[-1] if found else {}


def _itself(value: Value) -> Value:
    return value


def _first_choice(value: Value) -> Value:
    choices = value.get("choices")
    return _value(choices[0]) if isinstance(choices, list) and choices else {}


def _chat(record: Record) -> Value:
    return _last(record, _first_choice, lambda value: _object(value, "x_groq"), _itself)


def _response(record: Record) -> Value:
    return _last(record, _itself, lambda value: _object(value, "response"))


def _messages(record: Record) -> Value:
    """A stream's counts are cumulative: of each the last one counts."""
    usages = [u for v in values(record) for u in (_object(_object(v, "message"), "usage"), _object(v, "usage"))]
    said = {name: found for usage in usages for name, found in usage.items() if found is not None}
    return {"usage": said} if said else {}


def _generated(record: Record) -> Value:
    def counted(value: Value) -> Value:
        inner = _object(value, "response") or value
        return inner if any(name.endswith("TokenCount") for name in _object(inner, "usageMetadata")) else {}

    return _last(record, counted, name="usageMetadata")


def _interaction(record: Record) -> Value:
    return _last(record, _itself, lambda value: _object(value, "interaction"), lambda value: _object(value, "metadata"))


def _invoked(record: Record) -> Value:
    """As Bedrock meters it: in the headers, or in the last event of a stream."""
    headers = {name: int(record.response_header(header) or 0) for header, name in BEDROCK_HEADERS.items()}
    if any(headers.values()):
        return headers
    found = [_object(value, "amazon-bedrock-invocationMetrics") for value in values(record)]
    return next((metrics for metrics in reversed(found) if metrics), {})


def _cohere(record: Record) -> Value:
    return _last(record, _itself, lambda value: _object(value, "delta"))


def _embedded(record: Record) -> Value:
    return _last(record, _itself, name="meta")


def _ollama(record: Record) -> Value:
    return next((value for value in reversed(values(record)) if "eval_count" in value), {})


def _no_usage(record: Record) -> Value:
    return {}


HOLDERS: dict[str, Callable[[Record], Value]] = {
    "anthropic.messages": _messages,
    "bedrock.converse": lambda record: _last(record, _itself),
    "bedrock.invoke": _invoked,
    "cohere.chat_v2": _cohere,
    "cohere.embed": _embedded,
    "gemini.embed": _generated,
    "gemini.generate": _generated,
    "gemini.interactions": _interaction,
    "ollama.chat": _ollama,
    "ollama.generate": _ollama,
    "openai.chat": _chat,
    "openai.completions": _chat,
    "openai.embeddings": _chat,
    "openai.responses": _response,
    "openai.responses.retrieve": _response,
}
