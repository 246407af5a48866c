"""The model behind every API: what it answers, the same for the same requests in the same order."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.upstream.controls import Controls
from tests.upstream.segments import BYTES_PER_TOKEN, Segment, canonical, count, encoded

FILLER = "The quick brown fox — “naïve” as ever — jumps over 13 lazy dogs ✓ and says 你好. "


@dataclass(frozen=True, slots=True)
class Tool:
    """`schema` is None for a tool that takes plain text, as Codex's own do."""

    name: str
    schema: dict[str, Any] | None
    namespace: str | None = None


@dataclass(frozen=True, slots=True)
class Prompt:
    """A request of any API, in the terms the model needs."""

    segments: Sequence[Segment]
    question: str
    tools: Sequence[Tool] = ()
    answered: bool = False  # the request ends with a tool result
    max_tokens: int | None = None
    thinking: bool = False
    forced_tool: bool = False
    schema: dict[str, Any] | None = None  # of the JSON that the reply shall be


@dataclass(frozen=True, slots=True)
class ToolCall:
    """`text` is what a tool without a schema is called with."""

    tool: Tool
    arguments: dict[str, Any]
    text: str | None = None

    @property
    def name(self) -> str:
        return self.tool.name

    @property
    def written(self) -> str:
        """The arguments as they stand in the reply."""
        return canonical(self.arguments) if self.text is None else self.text


@dataclass(frozen=True, slots=True)
class Reply:
    """`stop` is `end`, `tool`, `length`, `filter`, `refusal` or what the controls say."""

    text: str
    thinking: str
    calls: tuple[ToolCall, ...]
    stop: str
    chunks: int

    @property
    def reasoning_tokens(self) -> int:
        return count(self.thinking)

    @property
    def tokens(self) -> int:
        """All output tokens, reasoning included."""
        calls = sum(count(call.name + call.written) for call in self.calls)
        return count(self.text) + calls + self.reasoning_tokens

    def deltas(self, text: str) -> list[str]:
        """The text in about `chunks` even parts."""
        size = max(1, -(-len(text) // max(1, self.chunks)))
        return [text[start : start + size] for start in range(0, len(text), size)]


def compose(prompt: Prompt, controls: Controls, number: int) -> Reply:
    """The reply to a prompt; `number` makes each one different."""
    wanted = prompt.thinking if controls.thinking is None else bool(controls.thinking)
    thinking = f"The user wants: {prompt.question[:60]} I will answer number {number}." if wanted else ""
    calls = _calls(prompt, controls)
    text = "" if calls else _text(prompt, controls, number)
    room = None if prompt.max_tokens is None else max(0, prompt.max_tokens - count(thinking))
    kept = text if room is None else _shortened(text, room)
    stop = controls.stop or ("tool" if calls else "end" if kept == text else "length")
    return Reply(kept, thinking, calls, stop, controls.chunks)


def _text(prompt: Prompt, controls: Controls, number: int) -> str:
    if prompt.schema:
        return canonical(_arguments(prompt.schema, 1))
    if controls.reply is not None:
        return controls.reply
    text = f"Reply {number} to “{prompt.question[:60]}”. {FILLER}"
    missing = controls.reply_bytes - len(encoded(text))
    if missing <= 0:
        return text
    return text + (FILLER * (missing // len(FILLER) + 1))[:missing].encode("ascii", "replace").decode()


def _shortened(text: str, tokens: int) -> str:
    return encoded(text)[: tokens * BYTES_PER_TOKEN].decode("utf-8", "ignore")


def _calls(prompt: Prompt, controls: Controls) -> tuple[ToolCall, ...]:
    tool = _chosen(prompt, controls)
    if tool is None:
        return ()
    return tuple(_call(tool, controls.tool_input, i) for i in range(controls.tool_calls))


def _call(tool: Tool, given: str | None, number: int) -> ToolCall:
    if tool.schema is None:
        return ToolCall(tool, {}, CITIES[number % len(CITIES)] if given is None else given)
    return ToolCall(tool, _arguments(tool.schema, number) if given is None else json.loads(given))


def _chosen(prompt: Prompt, controls: Controls) -> Tool | None:
    if not prompt.tools or controls.tool == "none":
        return None
    if controls.tool:
        return next((tool for tool in prompt.tools if tool.name == controls.tool), prompt.tools[0])
    if prompt.answered:
        return None
    question = prompt.question.lower()
    named = [tool for tool in prompt.tools if tool.name.lower() in question]
    if named or prompt.forced_tool or "weather" in question:
        return (named or [tool for tool in prompt.tools if "weather" in tool.name] or list(prompt.tools))[0]
    return None


CITIES = ("Paris", "Nairobi", "Lima", "Osaka", "Turku", "Hobart")


def _arguments(schema: dict[str, Any], number: int) -> dict[str, Any]:
    properties = schema.get("properties") or {}
    names = schema.get("required") or list(properties)
    return {name: _value(properties.get(name) or {}, number) for name in names}


def _value(schema: dict[str, Any], number: int) -> Any:
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind
    values: dict[str, Any] = {"integer": number, "number": number + 0.5, "boolean": True, "array": []}
    values["object"] = {}
    return values.get(str(kind).lower(), CITIES[number % len(CITIES)])
