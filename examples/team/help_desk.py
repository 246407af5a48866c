"""The help desk of the shop: OpenAI's Chat Completions, streamed, the whole history with every question.

Some talks go wrong, each in its own way: see `Way`.
"""

import re
import tomllib
from importlib.resources import files
from random import Random
from typing import Any, Literal

import openai

from analytics.record import Who
from examples.team import texts
from examples.team.diary import Talk
from examples.team.stage import Line, Stage, whose

MODEL, ANSWERING = "gpt-5.4", "gpt-5.4-2026-03-05"
TALKS: dict[str, Any] = tomllib.loads(files(__package__).joinpath("talks.toml").read_text("utf-8"))
ORDER = re.compile(r"R-\d{5}")
# Of a conversation that is kept in a window.
WINDOW = 4
CUT_TOKENS = 24
# Well; the oldest messages left out; the second question sent alone; a reply replaced; a reply cut off and asked for
# again; the provider busy; the connection lost; a question asked otherwise; the time in the instructions.
type Way = Literal["well", "window", "forgotten", "replaced", "cut", "busy", "lost", "edited", "clock"]


def talk(stage: Stage, who: Who, way: Way, rng: Random) -> Talk:
    """A customer's talk."""
    client, messages = stage.openai(who), [_system(stage, way)]
    for number, (question, answer) in enumerate(_turns(way, rng)):
        messages = [_system(stage, way), *messages[1:], _said("user", question)]
        line, sent = _line(way, number, answer), _sent(messages, way, number)
        limit = CUT_TOKENS if way == "cut" and number == 2 else 800
        told = _ask(client, who, sent, line, limit)
        if told is None or limit == CUT_TOKENS:  # it is asked again
            yield rng.uniform(4, 15)
            told = _ask(client, who, sent, _spoken(answer), limit)
        if way == "edited" and number == 1:
            messages[-1] = _said("user", f"{question} Please look it up by my postcode, too: 3511.")
            yield 30.0
            told = _ask(client, who, messages, _spoken(answer), limit)
        held_back = way == "replaced" and number == 2
        messages.append(_said("assistant", TALKS["refused"] if held_back else told or answer))
        yield rng.uniform(20, 150)
        if way == "forgotten" and number == 1:  # the customer gives up
            return


def _turns(way: Way, rng: Random) -> list[tuple[str, str]]:
    """Questions and answers, with an order of this customer's own."""
    least = WINDOW + 1 if way == "window" else 0
    turns = rng.choice([talk["turns"] for talk in TALKS["talk"] if len(talk["turns"]) >= least])
    order, greeting = f"R-{rng.randint(10_000, 99_999)}", rng.choice(TALKS["greetings"])
    asked = [(ORDER.sub(order, question), ORDER.sub(order, answer)) for question, answer in turns]
    return [(f"{greeting} {asked[0][0]}", asked[0][1]), *asked[1:]]


def _system(stage: Stage, way: Way) -> Any:
    text = f"{TALKS['instructions']}\n{texts.handbook(Random(11), 'What the desk may promise', 42)}"  # noqa: S311
    return _said("system", f"Now: {texts.moment(stage.up.world.now())}\n{text}" if way == "clock" else text)


def _line(way: Way, number: int, answer: str) -> Line:
    if way == "forgotten" and number == 1:
        return _spoken(TALKS["unaware"])
    if way == "busy" and number == 2:
        return _spoken(answer, ("status", "429"), ("times", "1"), ("retry-after", "0.01"))
    if way == "lost" and number == 2:
        return _spoken(answer, ("cut-after", "4"))
    return _spoken(answer)


def _spoken(answer: str, *faults: tuple[str, str]) -> Line:
    return Line(answer, faults=faults, model=ANSWERING)


def _sent(messages: list[Any], way: Way, number: int) -> list[Any]:
    if way == "forgotten" and number == 1:
        return [messages[0], _said("user", "As I said, it is that order. Can you summarize it for me?")]
    if way == "window" and len(messages) > WINDOW + 2:
        return [messages[0], *messages[-WINDOW - 1 :]]
    return [*messages]


def _ask(client: openai.OpenAI, who: Who, messages: list[Any], line: Line, limit: int) -> str | None:
    """The answer, as far as it came; None where the connection broke."""
    try:
        chunks = client.chat.completions.create(
            model=MODEL,
            messages=messages,
            max_completion_tokens=limit,
            stream=True,
            stream_options={"include_usage": True},
            extra_headers=line.headers | whose(who),
        )
        return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    except (openai.APIError, OSError):
        return None


def _said(role: str, text: str) -> Any:
    return {"role": role, "content": text}
