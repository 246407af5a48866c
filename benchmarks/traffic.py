"""What crosses the wire: chat requests of 25 kB, their answers, and streams whose events say when they were sent."""

import json
import random
import re
import time

REQUEST_BYTES = 25_000
REQUESTS = 32
VOCABULARY = 3000
PATH = "/v1/chat/completions"
SENT = re.compile(rb'"sent_ns":(\d+)')
LAST_EVENT = b"data: [DONE]\n\n"
WHOLE_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: req_%016x\r\n"
    b"openai-processing-ms: 12\r\ncontent-length: %d\r\n\r\n"
)
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nx-request-id: req_%016x\r\n"
    b"openai-processing-ms: 12\r\ntransfer-encoding: chunked\r\n\r\n"
)


def requests(port: int, *, streamed: bool = False) -> list[bytes]:
    """HTTP/1.1 requests to `localhost:port`, each of another conversation."""
    rng = random.Random(1)  # noqa: S311  # text, not secrets
    words = ["".join(rng.choices("etaoinshrdlucm", k=rng.randint(2, 9))) for _ in range(VOCABULARY)]
    return [_request(port, _conversation(rng, words, streamed)) for _ in range(REQUESTS)]


def _conversation(rng: random.Random, words: list[str], streamed: bool) -> bytes:
    messages: list[dict[str, str]] = []
    while len(json.dumps(messages)) < REQUEST_BYTES:
        role = "assistant" if len(messages) % 2 else "user"
        messages.append({"role": role, "content": " ".join(rng.choices(words, k=rng.randint(20, 300)))})
    return json.dumps({"model": "gpt-5.4", "stream": streamed, "messages": messages}).encode()


def _request(port: int, body: bytes) -> bytes:
    head = (
        f"POST {PATH} HTTP/1.1\r\nhost: localhost:{port}\r\naccept: application/json\r\n"
        "accept-encoding: gzip, deflate, br, zstd\r\nuser-agent: OpenAI/Python 2.30.0\r\n"
        "authorization: Bearer sk-benchmark-0123456789abcdef0123456789abcdef\r\nx-stainless-lang: python\r\n"
        "x-stainless-package-version: 2.30.0\r\nx-stainless-os: Linux\r\nx-stainless-runtime: CPython\r\n"
        f"x-stainless-retry-count: 0\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def whole_answer(number: int) -> bytes:
    """A response of 2 kB with its head."""
    text = f"Answer {number}. " + "Nothing of it is new to the provider. " * 40
    body = json.dumps(
        {
            "id": f"chatcmpl-{number:016x}",
            "object": "chat.completion",
            "created": 1_760_000_000,
            "model": "gpt-5.4-2026-03-05",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 6000, "completion_tokens": 400, "total_tokens": 6400},
        }
    ).encode()
    return WHOLE_HEAD % (number, len(body)) + body


def event(number: int, index: int) -> bytes:
    """One event of a stream as an HTTP chunk, with the time at which it was made (`time.monotonic_ns`)."""
    data = (
        b'data: {"id":"chatcmpl-%016x","object":"chat.completion.chunk","created":1760000000,'
        b'"model":"gpt-5.4-2026-03-05","choices":[{"index":0,"delta":{"content":" word%d"},"finish_reason":null}],'
        b'"sent_ns":%d}\n\n'
    )
    return chunk(data % (number, index, time.monotonic_ns()))


def chunk(data: bytes) -> bytes:
    """HTTP/1.1's chunk framing, https://www.rfc-editor.org/rfc/rfc9112#section-7.1."""
    return b"%x\r\n%b\r\n" % (len(data), data)
