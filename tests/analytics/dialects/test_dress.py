"""One conversation, in whatever dress a client of each API sends it, is the same blocks; another one never is."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.dialects.call import Dialect
from analytics.dialects.exchange import Json
from analytics.dialects.registry import DIALECTS
from analytics.hashing import Hasher
from tests.analytics.dialects.calls import call

HASHER = Hasher(bytes(32))
EPHEMERAL = {"cache_control": {"type": "ephemeral"}}


@dataclass(frozen=True)
class Said:
    """Texts of one speaker."""

    role: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Called:
    """A tool call and its result."""

    name: str
    arguments: tuple[tuple[str, Any], ...]
    result: str


type Step = Said | Called
# Few words, so that two conversations are often alike but for one thing.
WORDS = st.sampled_from(["a", "b", "a b", "ä", '{"a": 1}', "0"])
VALUES = st.sampled_from(["a", 1, True, [1, 2]])
ARGUMENTS = st.dictionaries(st.sampled_from("xyz"), VALUES, max_size=3).map(lambda found: tuple(sorted(found.items())))
STEPS = st.one_of(
    st.builds(Said, st.sampled_from(["user", "assistant"]), st.lists(WORDS, min_size=1, max_size=3).map(tuple)),
    st.builds(Called, WORDS, ARGUMENTS, WORDS),
)
TALKS = st.lists(STEPS, min_size=1, max_size=4)


class Tailor:
    """Dresses the same content now this way, now that."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)  # noqa: S311  # no secret

    def coin(self) -> bool:
        return self._chance.random() < 0.5

    def perhaps(self, found: dict[str, Any]) -> dict[str, Any]:
        return found if self.coin() else {}

    def ref(self) -> str:
        return f"id_{self._chance.randrange(10**6)}"

    def either(self, value: dict[str, Any]) -> object:
        """Arguments as an object or as its text."""
        return value if self.coin() else orjson.dumps(value).decode()

    def shuffled(self, value: Any) -> Any:
        """The same JSON with its keys in another order."""
        if isinstance(value, list):
            return [self.shuffled(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {key: self.shuffled(value[key]) for key in self._chance.sample(sorted(value), len(value))}

    def pieces(self, texts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """The texts as the contents of one message, or of several."""
        if self.coin():
            yield texts
        else:
            yield from ((text,) for text in texts)


def chat(talk: list[Step], by: Tailor) -> Json:
    def content(texts: tuple[str, ...]) -> object:
        if len(texts) == 1 and by.coin():
            return texts[0]
        return [{"type": "text", "text": text, **by.perhaps(EPHEMERAL)} for text in texts]

    messages: list[Json] = []
    for step in talk:
        if isinstance(step, Said):
            messages += [{"role": step.role, "content": content(texts)} for texts in by.pieces(step.texts)]
            continue
        ref = by.ref()
        function = {"name": step.name, "arguments": by.either(dict(step.arguments))}
        calls = [{"id": ref, "type": "function", "function": function}]
        messages.append({"role": "assistant", "content": None, "tool_calls": calls})
        messages.append({"role": "tool", "tool_call_id": ref, "content": content((step.result,))})
    return {"messages": messages}


def ollama(talk: list[Step], by: Tailor) -> Json:
    messages: list[Json] = []
    for step in talk:
        if isinstance(step, Said):
            messages += [{"role": step.role, "content": text, **by.perhaps({"images": None})} for text in step.texts]
            continue
        function = {"name": step.name, "arguments": by.either(dict(step.arguments))}
        messages.append({"role": "assistant", "content": "", "tool_calls": [{"function": function}]})
        messages.append({"role": "tool", "content": step.result})
    return {"messages": messages}


def responses(talk: list[Step], by: Tailor) -> Json:
    items: list[Json] = []
    for step in talk:
        dress = by.perhaps({"id": by.ref(), "status": "completed"})
        if isinstance(step, Said):
            kind = "output_text" if step.role == "assistant" else "input_text"
            for texts in by.pieces(step.texts):
                parts = [{"type": kind, "text": text, **by.perhaps({"annotations": []})} for text in texts]
                plain = len(texts) == 1 and by.coin()
                item = {"role": step.role, "content": texts[0] if plain else parts}
                items.append({**item, **dress, **by.perhaps({"type": "message"})})
            continue
        ref, arguments = by.ref(), orjson.dumps(by.shuffled(dict(step.arguments))).decode()
        items.append({"type": "function_call", "call_id": ref, "name": step.name, "arguments": arguments, **dress})
        items.append({"type": "function_call_output", "call_id": ref, "output": step.result})
    return {"input": items}


def anthropic(talk: list[Step], by: Tailor) -> Json:
    def content(texts: tuple[str, ...]) -> object:
        if len(texts) == 1 and by.coin():
            return texts[0]
        return [{"type": "text", "text": text, **by.perhaps(EPHEMERAL)} for text in texts]

    messages: list[Json] = []
    for step in talk:
        if isinstance(step, Said):
            messages += [{"role": step.role, "content": content(texts)} for texts in by.pieces(step.texts)]
            continue
        ref = by.ref()
        use = {"type": "tool_use", "id": ref, "name": step.name, "input": dict(step.arguments), **by.perhaps(EPHEMERAL)}
        messages.append({"role": "assistant", "content": [use]})
        result = {"type": "tool_result", "tool_use_id": ref, "content": content((step.result,))}
        messages.append({"role": "user", "content": [result]})
    return {"messages": messages}


def gemini(talk: list[Step], by: Tailor) -> Json:
    contents: list[Json] = []
    for step in talk:
        if isinstance(step, Said):
            role = "model" if step.role == "assistant" else "user"
            contents += [{"role": role, "parts": [{"text": text} for text in texts]} for texts in by.pieces(step.texts)]
            continue
        sealed = by.perhaps({"thoughtSignature": by.ref()})
        called = {"functionCall": {"name": step.name, "args": dict(step.arguments), **by.perhaps({"id": by.ref()})}}
        contents.append({"role": "model", "parts": [called | sealed]})
        answered = {"functionResponse": {"name": step.name, "response": {"output": step.result}}}
        contents.append({"role": "user", "parts": [answered]})
    return {"contents": contents}


def converse(talk: list[Step], by: Tailor) -> Json:
    point = {"cachePoint": {"type": "default"}}
    messages: list[Json] = []
    for step in talk:
        if isinstance(step, Said):
            for texts in by.pieces(step.texts):
                parts: list[Json] = [{"text": text} for text in texts]
                messages.append({"role": step.role, "content": [*parts, *([point] if by.coin() else [])]})
            continue
        ref = by.ref()
        use = {"toolUse": {"toolUseId": ref, "name": step.name, "input": dict(step.arguments)}}
        result = {
            "toolResult": {"toolUseId": ref, "content": [{"text": step.result}], **by.perhaps({"status": "success"})}
        }
        messages += [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
    return {"messages": messages}


def mistral(talk: list[Step], by: Tailor) -> Json:
    inputs: list[Json] = []
    for step in talk:
        if isinstance(step, Said):
            kind = "message.output" if step.role == "assistant" else "message.input"
            for texts in by.pieces(step.texts):
                parts = [{"type": "text", "text": text} for text in texts]
                content = texts[0] if len(texts) == 1 and by.coin() else parts
                inputs.append({"type": kind, "role": step.role, "content": content, **by.perhaps({"id": by.ref()})})
            continue
        ref = by.ref()
        arguments = by.either(dict(step.arguments))
        inputs.append({"type": "function.call", "tool_call_id": ref, "name": step.name, "arguments": arguments})
        inputs.append({"type": "function.result", "tool_call_id": ref, "result": step.result})
    return {"inputs": inputs}


type Render = Callable[[list[Step], Tailor], Json]
FAMILIES: dict[str, Render] = {
    "openai.chat": chat,
    "cohere.chat_v2": chat,
    "openai.responses": responses,
    "anthropic.messages": anthropic,
    "gemini.generate": gemini,
    "bedrock.converse": converse,
    "ollama.chat": ollama,
    "mistral.conversations": mistral,
}


def hashes(dialect: Dialect, request: Json) -> list[bytes]:
    return [HASHER.block(block) for block in dialect.read_request(call(request)).history]


def flat(api: str, talk: list[Step]) -> list[object]:
    """What is said, part by part. Gemini's model splits its texts as it likes, so that they are one."""
    found: list[Any] = []
    for step in talk:
        if isinstance(step, Called):
            # As JSON: 1 and true are equal in Python.
            found.append((step.name, orjson.dumps(dict(step.arguments))))
            found.append((step.name if api.startswith("gemini") else "", step.result))
            continue
        for text in step.texts:
            merged = (
                api.startswith("gemini") and step.role == "assistant" and found and found[-1][0] == "assistant says"
            )
            speech = (f"{step.role} says", text)
            found[-1:] = [(speech[0], found[-1][1] + text)] if merged else [*found[-1:], speech]
    return found


@pytest.mark.parametrize("api", FAMILIES)
@settings(deadline=None)
@given(talk=TALKS, seeds=st.tuples(st.integers(0, 2**32), st.integers(0, 2**32)))
def test_the_same_conversation_is_the_same_blocks_in_any_dress(
    api: str, talk: list[Step], seeds: tuple[int, int]
) -> None:
    one, other = (Tailor(seed) for seed in seeds)
    dressed = one.shuffled(FAMILIES[api](talk, one)), other.shuffled(FAMILIES[api](talk, other))
    assert hashes(DIALECTS[api], dressed[0]) == hashes(DIALECTS[api], dressed[1])


@pytest.mark.parametrize("api", FAMILIES)
@settings(deadline=None)
@given(talks=st.tuples(TALKS, TALKS), seed=st.integers(0, 2**32))
def test_two_conversations_are_the_same_blocks_only_where_they_say_the_same(
    api: str, talks: tuple[list[Step], list[Step]], seed: int
) -> None:
    one, other = (hashes(DIALECTS[api], FAMILIES[api](talk, Tailor(seed))) for talk in talks)
    assert (one == other) == (flat(api, talks[0]) == flat(api, talks[1]))


@pytest.mark.parametrize("api", FAMILIES)
@settings(deadline=None)
@given(talk=TALKS, at=st.integers(0, 3), seed=st.integers(0, 2**32))
def test_one_changed_word_changes_its_block_and_no_other(api: str, talk: list[Step], at: int, seed: int) -> None:
    at %= len(talk)
    step = talk[at]
    changed: Step
    if isinstance(step, Called):
        changed = replace(step, result=step.result + "!")
    else:
        changed = replace(step, texts=(*step.texts[:-1], step.texts[-1] + "!"))
    before = hashes(DIALECTS[api], FAMILIES[api](talk, Tailor(seed)))
    after = hashes(DIALECTS[api], FAMILIES[api]([*talk[:at], changed, *talk[at + 1 :]], Tailor(seed)))
    assert len(before) == len(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
