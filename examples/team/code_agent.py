"""A coding agent on the order service, with tools: Anthropic's Messages API, streamed.

Its sessions show one thing each: a cache that works, a clock in the instructions, pauses that outlast the cache, no
caching at all, a history that is summed up, work that is taken back.
"""

import json
from dataclasses import dataclass
from random import Random
from typing import Any

from analytics.record import Who
from examples.team import texts
from examples.team.diary import Talk
from examples.team.stage import Line, Stage, whose

INSTRUCTIONS = (
    "You are a careful engineer at work on the order service of a shop for bicycle parts. Read before you write, keep "
    "changes small, and run the tests after each of them. Money is Decimal, never float. Say what you did in the end."
)
PATHS = ("path", "The file, from the root of the repository.")
# Name, what it does, and its one argument. The agent uses the first four.
TOOLS = (
    ("read_file", "Reads a file of the repository and gives its lines with their numbers.", *PATHS),
    ("search", "Searches all files for a word and gives the lines that hold it.", "word", "What to look for."),
    ("edit_file", "Applies a change, given as a unified diff, to the working tree.", "diff", "The change."),
    ("run_tests", "Runs the tests of one module and gives their output.", "module", "The module's name."),
    ("read_log", "Gives the newest lines of the service's log.", "lines", "How many lines."),
    ("open_ticket", "Opens a ticket in the tracker of the team, with a title and a text.", "title", "One line."),
    ("query_database", "Runs a read-only query in the copy of the database of last night.", "sql", "The query."),
    ("deploy", "Brings the current branch to the test system, once its tests have passed.", "branch", "The branch."),
    ("fetch_page", "Fetches a page of the internal wiki as text, without its pictures.", "address", "The page."),
    ("draw_chart", "Draws a chart from rows of numbers and gives the address of the picture.", "rows", "The rows."),
    (
        "ask_colleague",
        "Sends a question to a person of the team and waits for the answer.",
        "question",
        "The question.",
    ),
    ("book_time", "Books working time on a ticket, in quarters of an hour.", "ticket", "The ticket's number."),
)
ADVICE = (
    " Use it when the answer cannot be had from what was read before, and not twice for the same thing. The result is "
    "cut at 400 lines; ask for less at a time if you need all of it. Errors come back as text: read them before trying "
    "again. Nothing that this tool gives may be repeated outside of the company."
)
STEPS = ("search", "read_file", "read_file", "edit_file", "run_tests", "read_file", "edit_file", "run_tests")
MODULES = ("invoice", "refund", "voucher", "parcel", "price", "stock")
REQUESTS = (
    "Refunds of split orders are off by a cent now and then. Find out why, and put it right.",
    "Now do the same for vouchers, please.",
    "The tests of the carriers take long. Which of them can share their data?",
    "Add a check that nobody releases an order twice.",
    "Good. Write down in the module's docstring what you changed.",
    "One more thing: rename the limits, so that one can tell them apart.",
)


OVERLOADED = (("status", "529"), ("times", "1"), ("retry-after", "0.01"))


@dataclass(frozen=True, slots=True)
class Task:
    """A session. `pauses` are seconds from step to step, the least and the most; `marked`: it asks for caching.

    `clock` puts the time into the instructions. `summed_up` is the step after which the history becomes a summary,
    `taken_back` the one after which the last two are done otherwise, `overloaded` the one that the provider refuses
    once. `functions` is the length of a file that is read.
    """

    who: Who
    model: str
    steps: int
    pauses: tuple[float, float] = (4.0, 40.0)
    marked: bool = True
    clock: bool = False
    summed_up: int = 0
    taken_back: int = 0
    overloaded: int = 0
    functions: int = 12


def session(stage: Stage, task: Task, rng: Random) -> Talk:
    client = stage.anthropic(task.who)
    messages: list[Any] = [_user(REQUESTS[0])]
    for step in range(task.steps):
        module = rng.choice(MODULES)
        line = _line(rng, step, module, task)
        reply = client.messages.create(
            model=task.model,
            max_tokens=4096,
            stream=False,
            system=_system(stage, task),
            tools=_tools(task.marked),
            messages=_sent(messages, task.marked),
            extra_headers=line.headers | whose(task.who),
        )
        messages.append({"role": "assistant", "content": [block.model_dump() for block in reply.content]})
        messages.append(_answer(line, reply, step, _result(rng, line.tool, module, task)))
        if step + 1 == task.summed_up:
            messages = [messages[0], _user(_summary(rng)), *messages[-4:]]
        if step + 1 == task.taken_back:
            messages = [*messages[:-5], _user("No, not like that: leave the rounding alone and start from the limits.")]
        yield rng.uniform(*task.pauses)


def _line(rng: Random, step: int, module: str, task: Task) -> Line:
    tool = "" if step % 11 == 10 else STEPS[step % len(STEPS)]
    faults = OVERLOADED if step + 1 == task.overloaded else ()
    arguments = {
        "search": {"word": module},
        "read_file": {"path": f"shop/{module}s.py"},
        "edit_file": {"diff": texts.patch(rng, module, 8)},
        "run_tests": {"module": module},
    }
    if not tool:
        return Line(texts.work_note(rng, 16), faults=faults)
    return Line(tool=tool, arguments=json.dumps(arguments[tool]), faults=faults)


def _answer(line: Line, reply: Any, step: int, result: str) -> Any:
    """What the user or the tool says to a reply."""
    if not line.tool:
        return _user(REQUESTS[1 + step // 11 % (len(REQUESTS) - 1)])
    used = next(block.id for block in reply.content if block.type == "tool_use")
    return {"role": "user", "content": [{"type": "tool_result", "tool_use_id": used, "content": result}]}


def _result(rng: Random, tool: str, module: str, task: Task) -> str:
    match tool:
        case "search":
            return texts.search_hits(rng, module, 24)
        case "read_file":
            return texts.numbered(texts.source_file(rng, module, task.functions))
        case "run_tests":
            return texts.test_run(rng, module, 36, rng.choice((0, 0, 1, 2)))
    return f"applied to shop/{module}s.py"


def _summary(rng: Random) -> str:
    return "So far, in short: " + texts.work_note(rng, 8)


def _user(text: str) -> Any:
    return {"role": "user", "content": [{"type": "text", "text": text}]}


def _system(stage: Stage, task: Task) -> Any:
    text = f"{INSTRUCTIONS}\n\n{texts.handbook(Random(7), 'How the order service is built', 45)}"  # noqa: S311
    if task.clock:
        moment = texts.moment(stage.up.world.now())
        text = f"It is {moment}.\n{text}"
    return [{"type": "text", "text": text, **_mark(task.marked)}]


def _tools(marked: bool) -> Any:
    *others, last = [_tool(*tool) for tool in TOOLS]
    return [*others, {**last, **_mark(marked)}]


def _tool(name: str, does: str, argument: str, meaning: str) -> Any:
    properties = {argument: {"type": "string", "description": meaning}}
    schema = {"type": "object", "properties": properties, "required": [argument]}
    return {"name": name, "description": does + ADVICE, "input_schema": schema}


def _sent(messages: list[Any], marked: bool) -> list[Any]:
    """The history as it is sent: the mark for the cache is behind the newest block."""
    last = messages[-1]
    content = [*last["content"][:-1], {**last["content"][-1], **_mark(marked)}]
    return [*messages[:-1], {**last, "content": content}]


def _mark(marked: bool) -> dict[str, Any]:
    return {"cache_control": {"type": "ephemeral"}} if marked else {}
