"""Anthropic's Text Completions, the older API. https://platform.claude.com/docs/en/api/completions/create

One prompt string holds the conversation, its turns marked by `Human:` and `Assistant:`. Usage is not reported.
"""

import re
from collections.abc import Iterator

from analytics.dialects.anthropic_blocks import KINDS
from analytics.dialects.anthropic_messages import AnthropicMessages, Marked
from analytics.dialects.call import Call
from analytics.dialects.exchange import Block, Json, Role
from analytics.dialects.fields import obj, text

TURN = re.compile(r"(?:^|\n\n)(Human|Assistant):")
SPEAKERS: dict[str, Role] = {"Human": "user", "Assistant": "assistant"}
# Until this version each event of a stream repeated the whole completion; since then it holds only what is new.
CUMULATIVE_VERSION = "2023-01-01"


class AnthropicComplete(AnthropicMessages):
    """`/v1/complete`, whole and streamed: turns in place of messages, a completion in place of content."""

    parameters: tuple[str, ...] = ("max_tokens_to_sample", "stop_sequences", "temperature", "top_k", "top_p")

    def blocks(self, request: Json) -> Iterator[Marked]:
        """What stands before the first turn is the system prompt."""
        opening, *turns = TURN.split(text(request, "prompt") or "")
        yield Block("system", "system", opening.strip()), {}
        for speaker, said in zip(turns[::2], turns[1::2], strict=False):
            role = SPEAKERS[speaker]
            yield Block(role, KINDS[role], said.removeprefix(" ")), {}

    def answer(self, call: Call) -> Json:
        """The completion in the shape of a message."""
        if not call.events:
            whole = obj(call.body)
            return whole | {"content": (text(whole, "completion") or "").removeprefix(" ")}
        values = [obj(event.value) for event in call.events]
        pieces = [text(value, "completion") or "" for value in values]
        if call.request_headers.get("anthropic-version") == CUMULATIVE_VERSION:
            pieces = pieces[-1:]
        message: Json = {}
        for value in values:
            message |= {name: found for name, found in value.items() if found is not None}
        return message | {"content": "".join(pieces).removeprefix(" ")}
