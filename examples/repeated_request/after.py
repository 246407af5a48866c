"""Sorts letters into folders. The list has come together from two inboxes; what was asked before is known."""

import hashlib
import json
from pathlib import Path
from typing import Any

from openai import OpenAI

TEXTS = Path(__file__).parents[1]
HANDBOOK = (TEXTS / "handbook.md").read_text("utf-8")
LETTERS = (TEXTS / "letters.txt").read_text("utf-8").split("\n---\n")
INBOXES = [*LETTERS[:6], *LETTERS[3:]]

answers: dict[str, str] = {}  # or a table that all workers share


def answer(openai: OpenAI, **request: Any) -> str:
    key = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
    if key not in answers:
        answers[key] = openai.chat.completions.create(**request).choices[0].message.content or ""
    return answers[key]


def folder(openai: OpenAI, letter: str) -> str:
    return answer(
        openai,
        model="gpt-4.1",
        temperature=0,
        messages=[
            {"role": "system", "content": f"{HANDBOOK}\n\nName the chapter that answers this letter."},
            {"role": "user", "content": letter.strip()},
        ],
    )


def main() -> None:
    openai = OpenAI()
    for letter in INBOXES:
        print(folder(openai, letter))


if __name__ == "__main__":
    main()
