"""Recorded traffic in OpenAI's shapes as calls, opened the way the collector opens them.

The recordings lie beside the repository, not in it; the provider decides which dialect of the family reads a record.
"""

import base64
import gzip
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from analytics.dialects import openai_family as family
from analytics.dialects.call import Call, Dialect
from analytics.dialects.exchange import Json
from analytics.dialects.fields import obj, text
from analytics.dialects.openai_chat import OpenAIChat
from analytics.dialects.openai_completions import OpenAICompletions
from analytics.dialects.openai_embeddings import OpenAIEmbeddings
from analytics.dialects.openai_responses import OpenAIResponses
from analytics.opening import open_call
from analytics.record import Body, Record
from analytics.wire.json_stream import loads
from tests.analytics.dialects.calls import content

RECORDINGS = Path(__file__).parents[4] / "shared" / "corpus" / "recorded.jsonl.gz"
CHATS: dict[str, Dialect] = {
    "alibaba": family.AlibabaChat(),
    "deepseek": family.DeepSeekChat(),
    "groq": family.GroqChat(),
    "local": family.LocalChat(),
    "mistral": family.MistralChat(),
    "moonshot": family.MoonshotChat(),
    "openrouter": family.OpenRouterChat(),
    "perplexity": family.PerplexityChat(),
    "together": family.TogetherChat(),
    "xai": family.XaiChat(),
}


def recordings(shape: str) -> list[tuple[Json, Call, Dialect]]:
    """The records whose dialect, in the recorder's words, begins with `shape`; skips where there are none."""
    if not RECORDINGS.exists():
        pytest.skip("the recorded traffic is not on this machine")
    found = [record for record in _records() if str(record["dialect"]).startswith(shape)]
    return [(record, open_call(_record(record)).call, _dialect(record)) for record in found]


@cache
def _records() -> tuple[Json, ...]:
    with gzip.open(RECORDINGS) as lines:
        return tuple(obj(loads(line)) for line in lines if b'"openai.' in line)


def _dialect(record: Json) -> Dialect:
    match str(record["dialect"]):
        case "openai.chat_completions":
            return CHATS.get(str(record["provider"]), OpenAIChat())
        case "openai.completions_legacy":
            return OpenAICompletions()
        case "openai.embeddings":
            return OpenAIEmbeddings()
    return OpenAIResponses()


def _record(record: Json) -> Record:
    url = urlsplit(str(record["url"]))
    return Record(
        record_id="r",
        started_at=0.0,
        method=str(record["method"]),
        scheme=url.scheme,
        host=str(record["host"]),
        port=443,
        path=f"{url.path}?{url.query}" if url.query else url.path,
        http_version="HTTP/1.1",
        request_headers=tuple(_headers(record, "request_headers")),
        request=Body(_body(record, "request")),
        provider=str(record["provider"]),
        api=str(record["dialect"]),
        status=int(str(record["status"])),
        response_headers=tuple(_headers(record, "response_headers")),
        response=Body(_body(record, "response")),
    )


def _headers(record: Json, name: str) -> Iterator[tuple[str, str]]:
    """Without the encoding and the length: the recorder decompressed the bodies and left the headers."""
    for key, value in obj(record, name).items():
        if key.lower() not in ("content-encoding", "content-length"):
            yield key.lower(), str(value)


def _body(record: Json, side: str) -> bytes:
    body = text(record, f"{side}_body") or ""
    return base64.b64decode(body) if record[f"{side}_body_encoding"] == "base64" else body.encode("utf-8", "replace")


def echo_rate(shape: str) -> float:
    """How often the reply comes back: of the calls whose history goes on in the recording's next call, and there with
    a block of the assistant's, the share where it goes on with the very reply."""
    found = [
        (str(record["source_path"]), int(str(record["index"])), dialect.read_request(call), dialect.read_response(call))
        for record, call, dialect in recordings(shape)
    ]
    found.sort(key=lambda turn: turn[:2])
    same = total = 0
    for (path, _, asked, answer), (next_path, _, going_on, _) in pairwise(found):
        before, after, reply = content(asked.history), content(going_on.history), content(answer.reply)
        rest = after[len(before) :]
        if path == next_path and before and after[: len(before)] == before and reply and rest[:1] != []:
            total += rest[0][0] == "assistant"
            same += rest[: len(reply)] == reply
    return same / total
