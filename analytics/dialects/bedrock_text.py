"""Models of Bedrock's InvokeModel that take one prompt and write one text.

Titan, Llama, Mistral, Cohere Command and Claude's old completions:
https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters.html

A prompt holds the conversation between marks of turns, so it is taken apart at them: else no turn would be seen to
repeat the one before. White space around a turn is dress.
"""

import re
from collections.abc import Iterator

from analytics.dialects.call import Call
from analytics.dialects.canonical import media_block
from analytics.dialects.exchange import Block, Json, Kind, RequestReading, ResponseReading, Role, Usage
from analytics.dialects.fields import count, items, obj, objects, picked, text

PARAMETERS = (
    "k",
    "maxTokens",
    "max_gen_len",
    "max_tokens",
    "max_tokens_to_sample",
    "num_generations",
    "p",
    "stop",
    "stopSequences",
    "stop_sequences",
    "temperature",
    "textGenerationConfig",
    "topP",
    "top_k",
    "top_p",
)
# Llama's header, Mistral's and Llama 2's instruction, and the speakers of Claude's and Titan's prompts.
TURN = re.compile(
    r"<\|(?:start_header_id|header_start)\|>(?P<header>\w+)<\|(?:end_header_id|header_end)\|>"
    r"|(?P<instruction>\[/?INST\])"
    r"|(?:^|\n\n)(?P<speaker>Human|User|Assistant|Bot):"
)
SPEAKERS: dict[str, Role] = {
    "human": "user",
    "user": "user",
    "[inst]": "user",
    "assistant": "assistant",
    "bot": "assistant",
    "[/inst]": "assistant",
    "system": "system",
    "ipython": "tool",
    "tool": "tool",
}
KINDS: dict[Role, Kind] = {"system": "system", "user": "user", "assistant": "assistant", "tool": "tool_result"}
MARKS = re.compile(r"<\|(?:begin_of_text|eot_id|eot|end_of_text)\|>|</?s>")
SYSTEM = re.compile(r"<<SYS>>(.*?)<</SYS>>", re.DOTALL)
# Where an answer keeps its text: in itself, or in the first of one of these.
LISTS = ("results", "outputs", "generations", "choices")
TEXTS = ("outputText", "generation", "completion", "text")
STOPS = ("completionReason", "stop_reason", "finish_reason")
COUNTS = (
    "inputTextTokenCount",
    "prompt_token_count",
    "tokenCount",
    "totalOutputTextTokenCount",
    "generation_token_count",
)


class BedrockText:
    """A prompt in, a text out, whole and streamed."""

    def read_request(self, call: Call) -> RequestReading:
        request = call.request
        blocks = list(prompt_blocks(text(request, "prompt") or text(request, "inputText") or ""))
        images = [found for found in items(request, "images") if isinstance(found, str)]
        blocks += [media_block("user", "image", None, image) for image in images]
        start = next((i for i, block in enumerate(blocks) if block.role != "system"), len(blocks))
        return RequestReading(
            preamble=tuple(blocks[:start]),
            history=tuple(blocks[start:]),
            parameters=picked(request, *PARAMETERS),
        )

    def read_response(self, call: Call) -> ResponseReading:
        answers = [obj(event.value) for event in call.events] or [obj(call.body)]
        parts = [part for answer in answers for part in holders(answer)]
        written = "".join(found for part in parts for found in [first_text(part, TEXTS)] if found).strip()
        stop = next((s for s in (first_text(part, STOPS) for part in reversed(parts)) if s), None)
        raw = counts(parts)
        return ResponseReading(
            reply=(Block("assistant", "assistant", written),) if written else (),
            usage=read_usage(raw),
            usage_raw=raw or None,
            stop_reason=stop,
            ended=stop is not None if call.streamed else call.complete,
        )


def prompt_blocks(prompt: str) -> Iterator[Block]:
    """The turns of a prompt; one without marks is the user's. What stands before the first mark instructs."""
    turns: list[tuple[Role, str]] = [("system", "")]
    at = 0
    for mark in TURN.finditer(prompt):
        turns[-1] = turns[-1][0], prompt[at : mark.start()]
        turns.append((SPEAKERS.get((mark[mark.lastgroup or ""] or "").lower(), "user"), ""))
        at = mark.end()
    turns[-1] = turns[-1][0], prompt[at:]
    if len(turns) == 1:
        turns = [("user", prompt)]
    for role, said in turns:
        yield from _turn(role, MARKS.sub("", said))


def _turn(role: Role, said: str) -> Iterator[Block]:
    """A turn's block, after that of the instructions that Llama 2 puts inside the first turn."""
    instructed = SYSTEM.search(said)
    if instructed:
        yield from _turn("system", instructed[1])
        said = said[: instructed.start()] + said[instructed.end() :]
    if said.strip():
        yield Block(role, KINDS[role], said.strip())


def holders(answer: Json) -> list[Json]:
    """The objects of an answer that may hold its text, its stop reason and its counts."""
    return [answer, *(part for name in LISTS for part in list(objects(answer, name))[:1])]


def first_text(part: Json, names: tuple[str, ...]) -> str | None:
    return next((found for found in (text(part, name) for name in names) if found), None)


def counts(parts: list[Json]) -> Json:
    """The answer's own counts. In a stream they are running totals: the last ones count."""
    return {name: part[name] for part in parts for name in COUNTS if count(part, name) is not None}


def read_usage(raw: Json) -> Usage:
    """Titan's names, then Llama's; each answer has only one of them."""
    given = [count(raw, name) for name in ("inputTextTokenCount", "prompt_token_count")]
    made = [count(raw, name) for name in ("totalOutputTextTokenCount", "tokenCount", "generation_token_count")]
    return Usage(input_tokens=_known(given), output_tokens=_known(made))


def _known(values: list[int | None]) -> int | None:
    return next((value for value in values if value is not None), None)
