"""Answers letters to a shop, one conversation with Claude, read from the prompt cache as far as it was sent before."""

from pathlib import Path

from anthropic import Anthropic
from anthropic.types import MessageParam

TEXTS = Path(__file__).parents[1]
HANDBOOK = (TEXTS / "handbook.md").read_text("utf-8")
LETTERS = (TEXTS / "letters.txt").read_text("utf-8").split("\n---\n")


def main() -> None:
    claude = Anthropic()
    messages: list[MessageParam] = []
    for letter in LETTERS:
        messages.append({"role": "user", "content": letter.strip()})
        message = claude.messages.create(
            model="claude-sonnet-5",
            max_tokens=500,
            cache_control={"type": "ephemeral"},  # marks the end of the request, and moves along with it
            system=[{"type": "text", "text": HANDBOOK, "cache_control": {"type": "ephemeral"}}],
            messages=messages,
        )
        messages.append({"role": "assistant", "content": message.content})
        print(message.content)


if __name__ == "__main__":
    main()
