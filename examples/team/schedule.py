"""Who does what when, in sixteen days of a made-up team: the last of them is the day on which the demo is looked at."""

from collections.abc import Iterator
from random import Random

from analytics.record import Who
from examples.team.batches import label, query, review
from examples.team.code_agent import Task, session
from examples.team.desk_assistant import Way as StateWay
from examples.team.desk_assistant import talk as assist
from examples.team.diary import DAY_S, Talk
from examples.team.help_desk import Way
from examples.team.help_desk import talk as help_customer
from examples.team.readers import contracts, report, search
from examples.team.stage import Stage

HOUR_S = 3600.0
DAYS = 16
FREE_DAYS = (3, 4, 10, 11)
OPUS, OPUS_BEFORE = "claude-opus-5-5", "claude-opus-4-5"

type Planned = tuple[float, Talk]


def plan(stage: Stage, rng: Random) -> Iterator[Planned]:
    """Every talk with the moment at which it begins, in seconds since the first midnight."""
    for number, way in enumerate(HELP):
        who = Who("help-desk", "support", f"desk-{1 + number % 5}")
        yield _moment(rng, number, len(HELP)), help_customer(stage, who, way, rng)
    for number, (state, model) in enumerate(STATE):
        who = Who("desk-assistant", "support", f"desk-{1 + number % 5}")
        yield _moment(rng, number, len(STATE)), assist(stage, who, state, model, rng)
    for day, hour, task in SESSIONS:
        yield day * DAY_S + (hour + rng.random() / 2) * HOUR_S, session(stage, task, rng)
    yield from _reading(stage, rng)
    yield from _batches(stage, rng)


def _reading(stage: Stage, rng: Random) -> Iterator[Planned]:
    for number in range(28):
        who = Who("handbook-search", "knowledge", f"reader-{1 + number % 7}")
        yield _moment(rng, number, 28), search(stage, who, rng.randint(2, 5), 6, rng)
    for day, count in ((2, 4), (8, 6), (14, 12)):
        yield day * DAY_S + 9.5 * HOUR_S, contracts(stage, Who("contracts", "purchasing", "buyer-1"), count, 95, rng)
    for day in range(1, DAYS):
        who = Who("night-report", "data", "scheduler")
        yield day * DAY_S + 3 * HOUR_S, report(stage, who, day in (6, 13), rng)


def _batches(stage: Stage, rng: Random) -> Iterator[Planned]:
    for number in range(34):
        yield _moment(rng, number, 34), review(stage, Who("review-bot", "platform", "build-server"), rng)
    for number in range(70):
        yield _moment(rng, number, 70), label(stage, Who("inbox-labels", "growth", "mailer"), number % 9 == 4, rng)
    for number in range(9):
        who = Who("sql-helper", "data", f"analyst-{1 + number % 3}")
        yield _moment(rng, number, 9), query(stage, who, rng)


def _moment(rng: Random, number: int, of: int) -> float:
    """A moment in working hours; there is a little more to do from day to day."""
    days = [day for day in range(DAYS) if day not in FREE_DAYS]
    day = days[int(len(days) * ((number + rng.random()) / of) ** 0.8)]
    last = 13.5 if day == DAYS - 1 else 17.5
    return day * DAY_S + rng.uniform(8.5, last) * HOUR_S


DEV_1, DEV_2, DEV_3 = (Who("code-agent", "platform", f"dev-{number}") for number in (1, 2, 3))
# Day, hour, session.
SESSIONS = (
    (0, 9, Task(DEV_1, OPUS, 18)),
    (0, 14, Task(DEV_2, OPUS_BEFORE, 20, marked=False)),
    (1, 10, Task(DEV_3, OPUS, 20, taken_back=8)),
    (2, 9, Task(DEV_2, OPUS, 22, pauses=(200, 900))),
    (5, 13, Task(DEV_1, OPUS, 26, clock=True)),
    (6, 10, Task(DEV_3, OPUS, 24)),
    (7, 9, Task(DEV_2, OPUS_BEFORE, 36, marked=False)),
    (8, 11, Task(DEV_1, OPUS, 44, clock=True)),
    (9, 9, Task(DEV_3, OPUS, 30, pauses=(150, 800), overloaded=7)),
    (12, 10, Task(DEV_2, OPUS, 34, summed_up=22)),
    (13, 9, Task(DEV_1, OPUS, 68, overloaded=31)),
    (14, 14, Task(DEV_3, OPUS, 32, clock=True)),
    (15, 9, Task(DEV_2, OPUS, 28, functions=14)),
)
HELP: tuple[Way, ...] = (
    *("well", "well", "busy", "well", "window", "well", "cut", "well", "well", "forgotten"),
    *("well", "edited", "clock", "well", "well", "replaced", "well", "lost", "well", "window"),
    *("well", "well", "forgotten", "well", "busy", "well", "clock", "well", "cut", "well"),
    *("well", "replaced", "well", "edited", "well", "busy", "well", "well", "window", "well"),
)
STATE: tuple[tuple[StateWay, str], ...] = (
    ("resent", "gpt-5.4"),
    ("chained", "gpt-5.6-terra"),
    ("doubled", "gpt-5.6-terra"),
    ("resent", "gpt-5.4"),
    ("broken", "gpt-5.6-terra"),
    ("chained", "gpt-5.6-terra"),
    ("resent", "gpt-5.4"),
    ("doubled", "gpt-5.6-terra"),
    ("broken", "gpt-5.6-terra"),
    ("chained", "gpt-5.4"),
)
