"""Sorts letters into folders. The list has come together from two inboxes, and some letters are in both."""

from pathlib import Path

from openai import OpenAI

TEXTS = Path(__file__).parents[1]
HANDBOOK = (TEXTS / "handbook.md").read_text("utf-8")
LETTERS = (TEXTS / "letters.txt").read_text("utf-8").split("\n---\n")
INBOXES = [*LETTERS[:6], *LETTERS[3:]]


def folder(openai: OpenAI, letter: str) -> str:
    completion = openai.chat.completions.create(
        model="gpt-4.1",
        temperature=0,
        messages=[
            {"role": "system", "content": f"{HANDBOOK}\n\nName the chapter that answers this letter."},
            {"role": "user", "content": letter.strip()},
        ],
    )
    return completion.choices[0].message.content or ""


def main() -> None:
    openai = OpenAI()
    for letter in INBOXES:
        print(folder(openai, letter))


if __name__ == "__main__":
    main()
