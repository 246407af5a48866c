"""Answers letters to a shop in one chat. The number of the request stands in the latest message."""

from pathlib import Path
from uuid import uuid4

from openai import OpenAI
from openai.types.chat import ChatCompletionMessageParam

TEXTS = Path(__file__).parents[1]
HANDBOOK = (TEXTS / "handbook.md").read_text("utf-8")
LETTERS = (TEXTS / "letters.txt").read_text("utf-8").split("\n---\n")


def main() -> None:
    openai = OpenAI()
    history: list[ChatCompletionMessageParam] = []
    for letter in LETTERS:
        history.append({"role": "user", "content": f"{letter.strip()}\n\nRequest {uuid4()}"})
        completion = openai.chat.completions.create(
            model="gpt-4.1", messages=[{"role": "system", "content": HANDBOOK}, *history]
        )
        reply = completion.choices[0].message.content or ""
        history.append({"role": "assistant", "content": reply})
        print(reply)


if __name__ == "__main__":
    main()
