"""Reads a list of parts by a tool, and talks about it. The list goes out with every question that comes after."""

from pathlib import Path
from typing import Any

from openai import OpenAI
from openai.types.responses import FunctionToolParam

HANDBOOK = (Path(__file__).parents[1] / "handbook.md").read_text("utf-8")
STOCK: FunctionToolParam = {
    "type": "function",
    "name": "stock",
    "description": "All parts with their numbers, how many are on the shelf, and the price.",
    "parameters": {"type": "object", "properties": {}},
    "strict": False,
}
QUESTIONS = (
    "Which parts of the stock are running out?",
    "Write to the maker of the first one, in three sentences.",
    "Shorter, please.",
    "Now the same in the past tense, for the log.",
    "Which day is best for the delivery?",
    "And who unpacks it?",
    "What do we do until then?",
    "Write that to the workshop.",
)


def stock() -> str:
    """The list, as the shop's own program prints it."""
    parts = ("chain", "cable", "brake pad", "tyre", "tube", "spoke", "saddle", "pedal", "bell", "light")
    return "\n".join(
        f"{number};{parts[number % 10]};{number * 37 % 200};{number * 13 % 90}.50" for number in range(700)
    )


def main() -> None:
    openai = OpenAI()
    history: list[Any] = []
    for question in QUESTIONS:
        history.append({"role": "user", "content": question})
        answer(openai, history)


def answer(openai: OpenAI, history: list[Any]) -> None:
    while True:
        response = openai.responses.create(model="gpt-4.1", instructions=HANDBOOK, input=history, tools=[STOCK])
        history += response.output
        calls = [item for item in response.output if item.type == "function_call"]
        if not calls:
            print(response.output_text)
            return
        history += [{"type": "function_call_output", "call_id": call.call_id, "output": stock()} for call in calls]


if __name__ == "__main__":
    main()
