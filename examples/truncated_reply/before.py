"""Answers letters to a shop. With a low limit for replies: one that was cut short is asked for again with more room."""

from pathlib import Path

from google import genai
from google.genai import types

TEXTS = Path(__file__).parents[1]
HANDBOOK = (TEXTS / "handbook.md").read_text("utf-8")
LETTERS = (TEXTS / "letters.txt").read_text("utf-8").split("\n---\n")


def reply(google: genai.Client, letter: str, room: int = 20) -> str:
    response = google.models.generate_content(
        model="gemini-2.5-flash",
        contents=letter.strip(),
        config=types.GenerateContentConfig(system_instruction=HANDBOOK, max_output_tokens=room),
    )
    if response.candidates and response.candidates[0].finish_reason == types.FinishReason.MAX_TOKENS:
        return reply(google, letter, 20 * room)
    return response.text or ""


def main() -> None:
    google = genai.Client()
    for letter in LETTERS:
        print(reply(google, letter))


if __name__ == "__main__":
    main()
