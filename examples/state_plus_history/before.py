"""Answers letters to a shop: OpenAI keeps the conversation, and the application sends it again all the same."""

from pathlib import Path
from typing import Any

from openai import OpenAI

TEXTS = Path(__file__).parents[1]
HANDBOOK = (TEXTS / "handbook.md").read_text("utf-8")
LETTERS = (TEXTS / "letters.txt").read_text("utf-8").split("\n---\n")


def main() -> None:
    openai = OpenAI()
    history: list[Any] = []
    previous_id = None
    for letter in LETTERS:
        history.append({"role": "user", "content": letter.strip()})
        response = openai.responses.create(
            model="gpt-5.1",
            instructions=HANDBOOK,
            input=history,
            previous_response_id=previous_id,
        )
        history += response.output
        previous_id = response.id
        print(response.output_text)


if __name__ == "__main__":
    main()
