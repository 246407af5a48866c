"""Answers letters to a shop: OpenAI keeps the conversation, until another model takes over."""

from pathlib import Path
from typing import Any

from openai import OpenAI

TEXTS = Path(__file__).parents[1]
HANDBOOK = (TEXTS / "handbook.md").read_text("utf-8")
LETTERS = (TEXTS / "letters.txt").read_text("utf-8").split("\n---\n")


# The first model's budget for the day lasts for four letters.
MODELS = ["gpt-5.1"] * 4 + ["gpt-5"] * (len(LETTERS) - 4)


def main() -> None:
    openai = OpenAI()
    history: list[Any] = []
    previous_id = None
    before = ""
    for letter, model in zip(LETTERS, MODELS, strict=True):
        new: list[Any] = [{"role": "user", "content": letter.strip()}]
        if model == before:
            response = openai.responses.create(
                model=model, instructions=HANDBOOK, input=new, previous_response_id=previous_id
            )
        else:  # the other model begins a chain of its own
            response = openai.responses.create(model=model, instructions=HANDBOOK, input=history + new)
        history += [*new, *response.output]
        before, previous_id = model, response.id
        print(response.output_text)


if __name__ == "__main__":
    main()
