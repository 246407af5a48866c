"""Answers letters to a shop: OpenAI keeps the conversation, and the application sends what is new."""

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
            instructions=HANDBOOK,
            input=[{"role": "user", "content": letter.strip()}],  # not the history: `previous_response_id` holds it
            previous_response_id=previous_id,
        )
        previous_id = response.id
        print(response.output_text)


if __name__ == "__main__":
    main()
