"""Looks letters to a shop up in its handbook, one an hour. OpenAI writes each to the prompt cache."""

import time
from pathlib import Path

from openai import OpenAI

TEXTS = Path(__file__).parents[1]
HANDBOOK = (TEXTS / "handbook.md").read_text("utf-8")
LETTERS = (TEXTS / "letters.txt").read_text("utf-8").split("\n---\n")
HOUR_S = 3600


def main() -> None:
    openai = OpenAI()
    chapters = []
    for letter in LETTERS:
        response = openai.responses.create(
            model="gpt-5.6-sol",
            input=f"{letter.strip()}\n\nWhich chapter of this handbook answers the letter?\n\n{HANDBOOK}",
        )
        chapters.append(response.output_text)
        time.sleep(HOUR_S)
    told = openai.responses.create(model="gpt-5.6-sol", input="Count these chapters:\n" + "\n".join(chapters))
    print(told.output_text)


if __name__ == "__main__":
    main()
