"""Conversations for the simulators: texts as blocks, 100 tokens each unless said otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from analytics.caching.call import Call, Mark
from analytics.caching.prompt import Block, Prompts
from analytics.caching.table import rule_for

NAMES = {
    "anthropic": ("anthropic", "anthropic.messages", "claude-sonnet-4-5"),
    "openai": ("openai", "openai.chat", "gpt-4o"),
    "openai-24h": ("openai", "openai.chat", "gpt-5"),
    "openai-5.6": ("openai", "openai.responses", "gpt-5.6-sol"),
    "deepseek": ("deepseek", "openai.chat", "deepseek-chat"),
    "groq": ("groq", "openai.chat", "llama"),
    "none": ("openai", "openai.chat", "gpt-4"),
}


@dataclass(slots=True)
class Client:
    """Makes calls of one organisation. A block is `kind:name` or `kind:name:tokens`; `user` is the default kind."""

    provider: str = "anthropic"
    prompts: Prompts = field(default_factory=Prompts)
    number: int = 0

    def call(self, at: float, history: Sequence[str], system: Sequence[str] = (), **more: Any) -> Call:
        """A call at that many seconds. `marks` are positions, or pairs of one and a lifetime."""
        name, api, model = NAMES[self.provider]
        model = more.pop("model", model)
        rule = rule_for(name, api, model)
        assert rule
        self.number += 1
        prompt = self.prompts.prompt(map(block, system), map(block, history))
        marks = tuple(Mark(*mark) if isinstance(mark, tuple) else Mark(mark) for mark in more.pop("marks", ()))
        tokens = more.pop("tokens", prompt.weight)
        return Call(f"call-{self.number}", at, model, rule, prompt, tokens, marks, **more)


def block(text: str) -> Block:
    """`user:hello:300` as a block."""
    parts = text.split(":")
    kind = parts[0] if len(parts) > 1 else "user"
    return Block(":".join(parts[:2]).encode(), kind, int(parts[2]) if len(parts) > 2 else 100)


def words(count: int, start: int = 0) -> list[str]:
    """So many different blocks of 100 tokens, of the user and the assistant by turns."""
    return [f"{'assistant' if i % 2 else 'user'}:{i}" for i in range(start, start + count)]
