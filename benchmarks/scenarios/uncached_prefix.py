"""When a prompt that had been sent before was billed in full, and when it was not, or could not be helped."""

from dataclasses import replace
from typing import Any

from benchmarks.scenarios.broken_prefix import rewritten
from benchmarks.scenarios.caches import LONG_AFTER, RULES, billed, marked, paused, size, varied
from benchmarks.scenarios.call import Api, Call, Said, Scenario, Tokens, assistant, tool_call, tool_result, user
from benchmarks.scenarios.chats import LONG, resent_chat

DEEPSEEK: dict[str, Any] = {"host": "api.deepseek.com", "model": "deepseek-v4-pro"}
NEWER: dict[str, Any] = {"model": "gpt-5.6"}
BRIEF = "You are a clerk. " * 30


def _chat(api: Api, read: str, ttl: str = "", **fields: Any) -> tuple[Call, ...]:
    return billed(resent_chat(api, len(read), **{"system": RULES, **fields}), read, ttl)


def _questions(api: Api, count: int, seconds: float = 40.0, **fields: Any) -> tuple[Call, ...]:
    """Questions that have nothing to do with each other, with the same rules."""
    asked = (user(f"Question {turn}: which cart is number {turn * 37}?") for turn in range(count))
    return tuple(Call(api, turn * seconds, (said,), **{"system": RULES, **fields}) for turn, said in enumerate(asked))


def _documents() -> tuple[Call, ...]:
    """Documents that have nothing to do with each other: marks behind them would cost more than the rules save."""
    calls = (
        Call(
            "anthropic.messages", turn * 40.0, (user(f"Document {turn}. {LONG * 6}"), user("Sum it up.")), system=RULES
        )
        for turn in range(4)
    )
    return billed(calls, "nnnn")


def _loop(api: Api, steps: int) -> tuple[Call, ...]:
    """An agent that reads file after file, and marks nothing."""
    said: tuple[Said, ...] = (user("Find out why the ledger of May is short."),)
    calls: list[Call] = []
    for step in range(steps):
        reply = (tool_call("read", f"call_{step}", f'{{"page": {step}}}'),)
        calls.append(Call(api, step * 8.0, said, reply, system=RULES, tools={"read": "Reads a page."}))
        said = (*said, *reply, tool_result("read", f"call_{step}", f"Page {step}: three carts. " * 60))
    return tuple(calls)


def _only_instructions_marked() -> tuple[Call, ...]:
    """The mark behind short instructions finds them; the long text after them is sent anew each time."""
    calls = resent_chat("anthropic.messages", 6, opening=RULES * 3, system=RULES, system_mark="5m")
    rules = size(replace(calls[0], said=()))
    first = replace(calls[0], usage=Tokens(size(calls[0]), write_5m=rules))
    return first, *(replace(call, usage=Tokens(size(call), read=rules)) for call in calls[1:])


def _far_between() -> tuple[Call, ...]:
    """Every turn adds more parts than the provider looks back over from the mark at the end."""
    said: tuple[Said, ...] = (user(RULES, "5m"),)
    calls: list[Call] = []
    for turn in range(4):
        reply = (assistant(f"Noted, for day {turn}."),)
        bare = tuple(replace(part, mark="") for part in said[:-1])
        calls.append(Call("anthropic.messages", turn * 30.0, (*bare, replace(said[-1], mark="5m")), reply))
        notes = (user(f"Day {turn}, note {at}: the cart came late.") for at in range(24))
        said = (*said, *reply, *notes, user(f"And day {turn}?"))
    return billed(calls, "nnnn", "5m")


def _without_counts(calls: tuple[Call, ...]) -> tuple[Call, ...]:
    """The provider tells the tokens, and nothing of its cache."""
    usage = ({"usage": {"prompt_tokens": size(call), "completion_tokens": 9}} for call in calls)
    return tuple(replace(call, answer=each) for call, each in zip(calls, usage, strict=True))


def _counted() -> tuple[Call, ...]:
    """The tokens of the only call are counted first, twice."""
    [call] = _chat("anthropic.messages", "n")
    count = replace(call, path="/v1/messages/count_tokens", answer={"input_tokens": size(call)}, reported=False)
    return count, replace(count, at=4.0), replace(call, at=8.0)


def _failed() -> tuple[Call, ...]:
    """The only call is refused twice before it is answered."""
    [call] = _chat("anthropic.messages", "n")
    refused = replace(call, error=("overloaded_error", "Overloaded."), status=529, usage=None, reported=False)
    return refused, replace(refused, at=3.0), replace(call, at=9.0)


HITS = (
    Scenario("A chat that marks nothing", _chat("anthropic.messages", "nnnn")),
    Scenario("A chat over Converse without a cache point", _chat("bedrock.converse", "nnnn")),
    Scenario("An agent's loop that marks nothing", billed(_loop("anthropic.messages", 8), "n" * 8)),
    Scenario(
        "A chat with Claude behind a gateway, unmarked",
        _chat("openai.chat", "nnnn", host="openrouter.ai", model="anthropic/claude-sonnet-4.5"),
    ),
    Scenario("Questions with the same long rules, unmarked", billed(_questions("anthropic.messages", 8), "n" * 8)),
    Scenario("Only the instructions are marked, before a long text", _only_instructions_marked()),
    Scenario("More between two marks than is looked back over", _far_between()),
    Scenario("Pauses that only the longer lifetime outlasts, unmarked", _chat("anthropic.messages", "nnnn", gap=900.0)),
    Scenario("Short questions of long documents with the same rules", _documents()),
    Scenario("Something in between drops the marks", marked(_chat("anthropic.messages", "nnnn"))),
    Scenario("Something in between drops the cache points", marked(_chat("bedrock.converse", "nnnn"))),
    Scenario("An automatic cache that never hits", _chat("openai.chat", "nnnnnn")),
    Scenario("An automatic cache that never hits, over Responses", _chat("openai.responses", "nnnnnn")),
    Scenario("An implicit cache that never hits", _chat("gemini.generate", "nnnnnn")),
    Scenario("A cache of whole requests that never hits", _chat("openai.chat", "nnnnnn", **DEEPSEEK)),
)
MISSES = (
    Scenario(
        "Marks that move along and are found",
        billed(marked(resent_chat("anthropic.messages", 4, system=RULES)), "naaa", "5m"),
    ),
    Scenario(
        "Cache points that are found", billed(marked(resent_chat("bedrock.converse", 4, system=RULES)), "naaa", "5m")
    ),
    Scenario("An automatic cache that works", _chat("openai.chat", "naaa")),
    Scenario("An implicit cache that works", _chat("gemini.generate", "naaa")),
    Scenario("Implicit breakpoints that work", _chat("openai.responses", "naaa", "30m", **NEWER)),
    Scenario(
        "Below the model's minimum",
        _chat("anthropic.messages", "nnnn", opening=BRIEF * 7, system=BRIEF, model="claude-haiku-4-5"),
    ),
    Scenario("A prompt of few words", _chat("openai.chat", "nnnnnn", opening="Hello.", system=BRIEF)),
    Scenario("The counts of the cache are unknown", _without_counts(resent_chat("openai.chat", 6, system=RULES))),
    Scenario("An automatic cache that missed once", _chat("openai.chat", "naanaa")),
    Scenario("An automatic cache that missed once in a short talk", _chat("gemini.generate", "nan")),
    Scenario("One call, which nobody continues", (*_chat("anthropic.messages", "n"), LONG_AFTER)),
    Scenario(
        "Calls that have nothing in common",
        billed(varied(_questions("anthropic.messages", 5), system=lambda turn: f"Depot {turn}. {RULES}"), "nnnnn"),
    ),
    Scenario(
        "Questions hours apart, for which no mark would pay",
        billed(_questions("anthropic.messages", 5, 9_000.0), "nnnnn"),
    ),
    Scenario(
        "A chat with pauses of hours, for which no mark would pay",
        paused(_chat("anthropic.messages", "nnn"), 9_000.0, 1, 2),
    ),
    Scenario("Calls in parallel, before there was an answer", billed(_questions("openai.chat", 6, 0.01), "nnnnnn")),
    Scenario("Tokens counted beforehand", _counted()),
    Scenario("A call that failed at first", _failed()),
    Scenario("A model whose rule is not known", _chat("anthropic.messages", "nnnn", model="claude-instant-1")),
    Scenario("A late message is rewritten, and the mark behind it is lost", rewritten()),
    Scenario("Something in between sets the marks", _chat("anthropic.messages", "naaa", "5m")),
)
