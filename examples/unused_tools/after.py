"""Answers questions of a shop's support desk with tools: the two that the task needs."""

from pathlib import Path

from anthropic import Anthropic
from anthropic.types import MessageParam, ToolParam, ToolResultBlockParam

HANDBOOK = (Path(__file__).parents[1] / "handbook.md").read_text("utf-8")


def tool(name: str, about: str, /, **fields: str) -> ToolParam:
    properties = {field: {"type": "string", "description": text} for field, text in fields.items()}
    return {
        "name": name,
        "description": about,
        "input_schema": {"type": "object", "properties": properties, "required": list(fields)},
    }


TOOLS = [
    tool("stock", "How many of a part are on the shelf, and when the next ones come.", part="Its number or name."),
    tool("parcel", "Where a parcel is, as the carrier saw it last.", order="The order's number."),
    tool("invoice", "An invoice with its lines, the discounts and what was paid.", number="The invoice's number."),
    tool("refund", "Pays money back to the card or account it came from.", order="The order.", amount="In euros."),
    tool("book_repair", "Books a place in the workshop.", bicycle="What is brought.", day="The day it is brought on."),
    tool("loan_bicycle", "Whether a bicycle can be lent on a day, and its size.", day="The day.", size="The frame's."),
    tool(
        "wheel_order", "Notes an order for a wheel.", rim="The rim.", spokes="How many.", hub="The hub.", rider="Kilos."
    ),
    tool("frame_change", "Changes an order for a frame.", order="The order.", what="What is to be otherwise."),
    tool("club_member", "Whether somebody is a member of one of the four clubs.", person="The name.", club="The club."),
    tool("letter_log", "The letters of a customer and what was answered.", customer="The customer's number."),
    tool("call_owner", "Rings the owner.", why="In a sentence what has happened."),
    tool("translate", "Puts a letter into another language.", text="The letter.", language="The language's name."),
]
NEEDED = {"stock", "parcel"}  # chosen once, before the conversation begins
CHOSEN = [tool for tool in TOOLS if tool["name"] in NEEDED]
QUESTIONS = (
    "Is the stock enough for forty chains with nine rings?",
    "And the stock of brake pads for carbon rims?",
    "Where is the parcel of order 20417?",
    "Which of the two can the customer have by Saturday?",
    "And how is the stock of rim tape?",
)


def main() -> None:
    claude = Anthropic()
    messages: list[MessageParam] = []
    for question in QUESTIONS:
        messages.append({"role": "user", "content": question})
        answer(claude, messages)


def answer(claude: Anthropic, messages: list[MessageParam]) -> None:
    """Calls tools until the model has what it needs."""
    while True:
        message = claude.messages.create(
            model="claude-sonnet-5", max_tokens=500, system=HANDBOOK, tools=CHOSEN, messages=messages
        )
        messages.append({"role": "assistant", "content": message.content})
        calls = [block for block in message.content if block.type == "tool_use"]
        if not calls:
            print(message.content)
            return
        results: list[ToolResultBlockParam] = [
            {"type": "tool_result", "tool_use_id": call.id, "content": found(call.name)} for call in calls
        ]
        messages.append({"role": "user", "content": results})


def found(name: str) -> str:
    return "132 on the shelf, the next 200 on the ninth." if name == "stock" else "Scanned at the harbour on Tuesday."


if __name__ == "__main__":
    main()
