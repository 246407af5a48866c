"""Ollama's own API: newline-delimited JSON, streamed unless told otherwise. https://docs.ollama.com/api

`prompt_eval_count` and `eval_count` are all-in; a cache is never reported.
"""

import hashlib
from collections.abc import Iterator

from analytics.dialects.call import Call
from analytics.dialects.canonical import call_block, dumps, media_block, tool_block
from analytics.dialects.exchange import Block, Json, Kind, RequestReading, ResponseReading, Role, Usage
from analytics.dialects.fields import count, items, obj, objects, picked, text

ROLES: dict[str, Role] = {"system": "system", "user": "user", "assistant": "assistant", "tool": "tool"}
KINDS: dict[Role, Kind] = {"system": "system", "user": "user", "assistant": "assistant", "tool": "tool_result"}
COUNTS = ("prompt_eval_count", "eval_count", "prompt_eval_duration", "eval_duration", "total_duration", "load_duration")


class OllamaChat:
    """`/api/chat`, whole and streamed."""

    parameters: tuple[str, ...] = ("format", "keep_alive", "options", "think")

    def read_request(self, call: Call) -> RequestReading:
        request = call.request
        blocks = tuple(block for block in self.blocks(request) if kept(block))
        opening = next((i for i, block in enumerate(blocks) if block.role != "system"), len(blocks))
        return RequestReading(
            model=text(request, "model"),
            streamed=request.get("stream") is not False,
            preamble=(*map(tool_block, items(request, "tools")), *blocks[:opening]),
            history=blocks[opening:],
            state_ref=self.state_ref(request),
            parameters=picked(request, *self.parameters),
        )

    def blocks(self, request: Json) -> Iterator[Block]:
        for message in objects(request, "messages"):
            yield from self.message(message)

    def message(self, message: Json) -> Iterator[Block]:
        """The blocks of one message, of a request or of a reply."""
        role = ROLES.get(text(message, "role") or "user", "user")
        thought = text(message, "thinking")
        if thought:
            yield Block("assistant", "thinking", thought)
        ref = (text(message, "tool_call_id") or text(message, "tool_name")) if role == "tool" else None
        yield Block(role, KINDS[role], text(message, "content") or "", ref)
        for image in items(message, "images"):
            yield media_block(role, "image", None, image if isinstance(image, str) else dumps(image))
        for made in objects(message, "tool_calls"):
            function = obj(made, "function")
            yield call_block(function.get("name"), function.get("arguments"), made.get("id") or function.get("name"))

    def state_ref(self, request: Json) -> str | None:
        """Chat has no state: the messages are all there is."""
        return None

    def read_response(self, call: Call) -> ResponseReading:
        lines = [obj(event.value) for event in call.events] or [obj(call.body)]
        last = lines[-1]
        failed = next((line["error"] for line in lines if line.get("error")), None)
        raw = picked(last, *COUNTS)
        done = last.get("done") is True or call.done
        return ResponseReading(
            model=next((name for name in (text(line, "model") for line in lines) if name), None),
            reply=tuple(block for block in self.reply(lines) if kept(block)),
            usage=Usage(input_tokens=count(last, "prompt_eval_count"), output_tokens=count(last, "eval_count")),
            usage_raw=raw or None,
            stop_reason=text(last, "done_reason"),
            error_message=failed if isinstance(failed, str) else text(failed, "message"),
            state_id=self.state_id(last),
            ended=done or bool(failed) if call.events else call.complete and call.body is not None,
        )

    def reply(self, lines: list[Json]) -> Iterator[Block]:
        messages = [obj(line, "message") for line in lines]
        yield from self.message(
            {
                "role": "assistant",
                "content": joined(messages, "content"),
                "thinking": joined(messages, "thinking"),
                "tool_calls": [made for message in messages for made in items(message, "tool_calls")],
                "images": [image for message in messages for image in items(message, "images")],
            }
        )

    def state_id(self, last: Json) -> str | None:
        return None


class OllamaGenerate(OllamaChat):
    """`/api/generate`: one prompt. Its `context` is the conversation so far as tokens, carried by the client."""

    parameters: tuple[str, ...] = (*OllamaChat.parameters, "raw")

    def blocks(self, request: Json) -> Iterator[Block]:
        yield Block("system", "system", text(request, "system") or "")
        yield from self.message({"role": "user", "content": request.get("prompt"), "images": request.get("images")})
        yield Block("user", "other", text(request, "suffix") or "")

    def state_ref(self, request: Json) -> str | None:
        found = context_digest(request)
        return f"context:{found}" if found else None

    def reply(self, lines: list[Json]) -> Iterator[Block]:
        answer = {"content": joined(lines, "response"), "thinking": joined(lines, "thinking")}
        yield from self.message({"role": "assistant", **answer})

    def state_id(self, last: Json) -> str | None:
        return context_digest(last)


class OllamaEmbed(OllamaChat):
    """`/api/embed`, and `/api/embeddings`, its older form: texts in, vectors out, no history."""

    parameters: tuple[str, ...] = ("dimensions", "keep_alive", "options", "truncate")

    def blocks(self, request: Json) -> Iterator[Block]:
        given = request.get("input", request.get("prompt"))
        for value in given if isinstance(given, list) else [given]:
            yield Block("user", "user", value if isinstance(value, str) else "")

    def reply(self, lines: list[Json]) -> Iterator[Block]:
        return iter(())


def joined(lines: list[Json], name: str) -> str:
    return "".join(text(line, name) or "" for line in lines)


def kept(block: Block) -> bool:
    """An empty tool result is an answer; an empty text is nothing."""
    return bool(block.content) or block.kind == "tool_result"


def context_digest(value: Json) -> str | None:
    """A name for a `context`: the answer's and the next request's are the same list."""
    context = items(value, "context")
    return hashlib.sha256(dumps(context).encode("utf-8", "replace")).hexdigest()[:32] if context else None
