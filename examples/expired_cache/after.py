"""Answers letters to a shop with Claude. Somebody reads each answer; the cache is asked to live for an hour."""

import time
from pathlib import Path

from anthropic import Anthropic
from anthropic.types import CacheControlEphemeralParam, MessageParam

TEXTS = Path(__file__).parents[1]
HANDBOOK = (TEXTS / "handbook.md").read_text("utf-8")
LETTERS = (TEXTS / "letters.txt").read_text("utf-8").split("\n---\n")
READING_S = 7 * 60
CACHED: CacheControlEphemeralParam = {"type": "ephemeral", "ttl": "1h"}


def main() -> None:
    claude = Anthropic()
    messages: list[MessageParam] = []
    for letter in LETTERS:
        messages.append({"role": "user", "content": letter.strip()})
        message = claude.messages.create(
            model="claude-sonnet-5",
            max_tokens=500,
            cache_control=CACHED,
            system=[{"type": "text", "text": HANDBOOK, "cache_control": CACHED}],
            messages=messages,
        )
        messages.append({"role": "assistant", "content": message.content})
        print(message.content)
        time.sleep(READING_S)


if __name__ == "__main__":
    main()
