"""Answers letters to a shop, and goes on from the response before: what it sends is new."""

from pathlib import Path

from openai import OpenAI

TEXTS = Path(__file__).parents[1]
HANDBOOK = (TEXTS / "handbook.md").read_text("utf-8")
LETTERS = (TEXTS / "letters.txt").read_text("utf-8").split("\n---\n")


def main() -> None:
    openai = OpenAI()
    previous_id = None
    for letter in LETTERS:
        response = openai.responses.create(
            model="gpt-5.1",
            instructions=HANDBOOK,  # not inherited: sent with every call
            input=[{"role": "user", "content": letter.strip()}],  # only what is new
            previous_response_id=previous_id,
        )
        previous_id = response.id
        print(response.output_text)


if __name__ == "__main__":
    main()
