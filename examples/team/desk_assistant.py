"""An assistant of the shop's staff: OpenAI's Responses API, whose provider keeps the conversation."""

from random import Random
from typing import Any, Literal

import openai

from analytics.record import Who
from examples.team import texts
from examples.team.diary import Talk
from examples.team.stage import Line, Stage, whose

INSTRUCTIONS = "You help the staff of a shop for bicycle parts with the handbook. Quote the rule that you apply."
QUESTIONS = (
    "A customer returns pedals without their box. What do we do?",
    "And if they were used?",
    "Who decides when it is above the limit?",
    "How is it entered in the stock?",
    "What do we write to the customer?",
    "Is that different for orders from abroad?",
    "How long do we keep the photographs?",
    "Make a list for the notice board of it.",
)
SNAPSHOTS = {"gpt-5.4": "gpt-5.4-2026-03-05"}
# By the last response's id; with the history beside the id; by an id that was not stored; the history sent every time.
type Way = Literal["chained", "doubled", "broken", "resent"]


def talk(stage: Stage, who: Who, way: Way, model: str, rng: Random) -> Talk:
    """A conversation about a rule, with the section of the handbook in its first message."""
    client, previous, said = stage.openai(who), None, list[Any]()
    section = texts.handbook(rng, "Returns", 60)
    for number, question in enumerate(QUESTIONS):
        new = _said("user", question if number else f"{question} This is the section:\n\n{section}")
        line = Line(texts.handbook_answer(rng, 9), model=SNAPSHOTS.get(model, ""))
        asked: dict[str, Any] = {
            "model": model,
            "instructions": INSTRUCTIONS,
            "extra_headers": line.headers | whose(who),
        }
        stored = not (way == "broken" and number == 4)
        whole = [*said, new]
        sent = whole if way in ("resent", "doubled") else [new]
        try:
            reply = client.responses.create(
                input=sent, previous_response_id=None if way == "resent" else previous, store=stored, **asked
            )
        except openai.BadRequestError:  # the id is not known: all of it once more
            reply = client.responses.create(input=whole, store=True, **asked)
        previous = reply.id
        said += [new, _said("assistant", reply.output_text)]
        yield rng.uniform(25, 200)


def _said(role: str, text: str) -> Any:
    return {"role": role, "content": text}
