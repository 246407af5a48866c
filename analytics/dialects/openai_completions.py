"""OpenAI's legacy text completions.

https://platform.openai.com/docs/api-reference/completions

The prompt is one text: a client that goes on sends a longer one. So a block never comes back, and what was resent
shows in the bytes only.
"""

from collections.abc import Iterator

from analytics.dialects.canonical import dumps, other_block
from analytics.dialects.exchange import Block, Json
from analytics.dialects.fields import items, text
from analytics.dialects.openai_chat import PARAMETERS, OpenAIChat, first
from analytics.dialects.openai_content import Piece, filled


class OpenAICompletions(OpenAIChat):
    """`/v1/completions`, whole and streamed."""

    parameters = (*PARAMETERS, "best_of", "echo")

    def history(self, request: Json) -> Iterator[Piece]:
        """The prompt: a text, several (a batch), or token ids; and the suffix that the completion leads to."""
        prompt = request.get("prompt")
        texts = [prompt] if isinstance(prompt, str) else [p for p in items(request, "prompt") if isinstance(p, str)]
        yield from ((Block("user", "user", given), {}) for given in texts)
        if prompt and not texts:
            yield other_block("user", {"prompt": prompt}), {}
        suffix = text(request, "suffix")
        if suffix:
            yield Block("user", "other", dumps({"suffix": suffix})), {}
        yield from super().history(request)

    def reply(self, answers: list[Json]) -> tuple[Block, ...]:
        """The first choice's text; some gateways answer with a chat message."""
        pieces = [text(choice, "text") or "" for answer in answers for choice in first(answer)]
        made = Block("assistant", "assistant", "".join(pieces))
        return tuple(block for block, _ in filled([(made, {})])) or super().reply(answers)
