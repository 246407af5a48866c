"""Applications without long talks: reviews of changes, labels for messages, and queries from the team's own server."""

from random import Random
from typing import Any

from analytics.record import Who
from examples.team import texts
from examples.team.diary import Talk
from examples.team.help_desk import TALKS
from examples.team.stage import OWN_SERVER, Line, Stage, whose

LABELS = ("delivery", "invoice", "warranty", "return", "account", "praise")
GUIDE = "Label the message with one word of this list: " + ", ".join(LABELS) + "."
SCHEMA = "Tables: " + "; ".join(f"{table}({', '.join(texts.COLUMNS)})" for table in texts.TABLES)
ASKED = (
    "Which carrier was late most often last month?",
    "Leave out the orders that were refunded.",
    "Now by country, please.",
    "Is that more than the year before?",
    "Give me the ten largest orders among them.",
)


def review(stage: Stage, who: Who, rng: Random) -> Talk:
    """A change reviewed in one call, with a mark for the cache behind what nobody will send again."""
    module = rng.choice(texts.NOUNS)
    system = f"You review changes.\n{texts.handbook(Random(5), 'What a change needs', 30)}"  # noqa: S311
    change = {"type": "text", "text": "Please review.\n" + texts.patch(rng, module, rng.randint(60, 160))}
    message: Any = {"role": "user", "content": [{**change, "cache_control": {"type": "ephemeral"}}]}
    stage.anthropic(who).messages.create(
        model="claude-sonnet-5-5",
        max_tokens=2000,
        system=system,
        messages=[message],
        extra_headers=Line(texts.work_note(rng, 22)).headers | whose(who),
    )
    yield 0.0


def label(stage: Stage, who: Who, again: bool, rng: Random) -> Talk:
    """A message labelled; a job that was handed out twice does it again."""
    asked = [talk["turns"][0][0] for talk in rng.sample(TALKS["talk"], 3)]
    message = " And another thing: ".join([f"{rng.choice(TALKS['greetings'])} {asked[0]}", *asked[1:]])
    guide = f"{GUIDE}\n{texts.handbook(Random(3), 'What belongs where', 36)}"  # noqa: S311
    for _ in range(2 if again else 1):
        stage.openai(who).chat.completions.create(
            model="gpt-4.1",
            temperature=0,
            max_completion_tokens=12,
            messages=[{"role": "system", "content": guide}, {"role": "user", "content": message}],
            extra_headers=Line(rng.choice(LABELS)).headers | whose(who),
        )
        yield 45.0


def query(stage: Stage, who: Who, rng: Random) -> Talk:
    """Questions about the warehouse's tables to a model that the team runs itself."""
    client = stage.openai(who, f"https://{OWN_SERVER}/v1")
    messages: list[Any] = [{"role": "system", "content": f"Answer with one SQL query.\n{SCHEMA}"}]
    for question in ASKED:
        messages.append({"role": "user", "content": question})
        table, least = rng.choice(texts.TABLES), rng.randint(10, 900)
        sql = f"select carrier, count(*) from {table} where weight_g > {least} group by 1"  # noqa: S608  # never run
        reply = client.chat.completions.create(
            model="qwen3-coder-30b", messages=messages, extra_headers=Line(sql).headers | whose(who)
        )
        messages.append({"role": "assistant", "content": reply.choices[0].message.content})
        messages.append({"role": "user", "content": f"The result:\n{texts.rows(rng, 60)}"})
        yield rng.uniform(20, 120)
