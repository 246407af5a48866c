"""Answers letters to a shop, and sends the whole conversation each time, though OpenAI keeps it."""

from pathlib import Path
from typing import Any

from openai import OpenAI

TEXTS = Path(__file__).parents[1]
HANDBOOK = (TEXTS / "handbook.md").read_text("utf-8")
LETTERS = (TEXTS / "letters.txt").read_text("utf-8").split("\n---\n")


def main() -> None:
    openai = OpenAI()
    history: list[Any] = []
    for letter in LETTERS:
        history.append({"role": "user", "content": letter.strip()})
        response = openai.responses.create(model="gpt-5.1", instructions=HANDBOOK, input=history)
        history += response.output
        print(response.output_text)


if __name__ == "__main__":
    main()
