"""Applications that read at length: search in the handbook (Gemini), contracts (Chat Completions), a nightly report."""

from random import Random
from typing import Any

from google.genai import types

from analytics.record import Who
from examples.team import texts
from examples.team.diary import Talk
from examples.team.stage import Line, Stage, whose

GEMINI = "gemini-3.1-pro-preview"
SECTIONS = 90
TOPICS = ("returns", "stock", "carriers", "vouchers", "the workshop", "customs", "night shifts", "photographs")
LIBRARY = [texts.handbook(Random(number), f"Section {number}", 9) for number in range(SECTIONS)]  # noqa: S311


def search(stage: Stage, who: Who, questions: int, passages: int, rng: Random) -> Talk:
    """Questions to the handbook: each brings the passages that were found for it, and takes the old ones along."""
    client = stage.google(who)
    contents: list[Any] = []
    for _ in range(questions):
        topic, found = rng.choice(TOPICS), rng.sample(LIBRARY, passages)
        text = f"What do we do about {topic}? Answer from these passages only.\n\n{'\n\n'.join(found)}"
        contents.append(types.Content(role="user", parts=[types.Part(text=text)]))
        line = Line(texts.handbook_answer(rng, 10))
        pieces = client.models.generate_content_stream(model=GEMINI, contents=contents, config=_config(line, who))
        said = "".join(piece.text or "" for piece in pieces)
        contents.append(types.Content(role="model", parts=[types.Part(text=said)]))
        yield rng.uniform(30, 240)


def _config(line: Line, who: Who) -> types.GenerateContentConfig:
    return types.GenerateContentConfig(
        system_instruction="You answer questions of the staff. Name the section of each sentence.",
        http_options=types.HttpOptions(headers=line.headers | whose(who)),
    )


def contracts(stage: Stage, who: Who, count: int, clauses: int, rng: Random) -> Talk:
    """A comparison of contracts, each of which is put whole into one ever longer conversation."""
    client = stage.openai(who)
    messages: list[Any] = [{"role": "system", "content": "You compare contracts clause by clause. Money first."}]
    for number in range(1, count + 1):
        paper = texts.contract(rng, 1000 + number, clauses)
        messages.append({"role": "user", "content": f"How does this one differ from those before?\n\n{paper}"})
        line = Line(texts.clause_note(rng, 24))
        reply = client.chat.completions.create(
            model="gpt-4o", messages=messages, extra_headers=line.headers | whose(who)
        )
        messages.append({"role": "assistant", "content": reply.choices[0].message.content})
        yield rng.uniform(120, 280)


def report(stage: Stage, who: Who, twice: bool, rng: Random) -> Talk:
    """The report of the night from the day's rows, over Bedrock; a job that hangs is started twice."""
    line = Line(texts.sales_note(rng, 36))
    client = stage.bedrock(line.headers | whose(who))
    question = f"Write the report of the day.\n\n{texts.rows(rng, 700)}"
    for _ in range(2 if twice else 1):
        client.converse(
            modelId="us.anthropic.claude-haiku-4-5-20251001-v1:0",
            system=[{"text": "You write a page a day for the owners of a shop. Round all amounts."}],
            messages=[{"role": "user", "content": [{"text": question}]}],
            inferenceConfig={"maxTokens": 2000, "temperature": 0},
        )
        yield 900.0
