"""Answers letters to a shop. With room for the whole reply from the beginning."""

from pathlib import Path

from google import genai
from google.genai import types

TEXTS = Path(__file__).parents[1]
HANDBOOK = (TEXTS / "handbook.md").read_text("utf-8")
LETTERS = (TEXTS / "letters.txt").read_text("utf-8").split("\n---\n")


def reply(google: genai.Client, letter: str) -> str:
    response = google.models.generate_content(
        model="gemini-2.5-flash",
        contents=letter.strip(),
        config=types.GenerateContentConfig(system_instruction=HANDBOOK, max_output_tokens=400),
    )
    return response.text or ""


def main() -> None:
    google = genai.Client()
    for letter in LETTERS:
        print(reply(google, letter))


if __name__ == "__main__":
    main()
