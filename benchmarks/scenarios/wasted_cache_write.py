"""When what was written to the cache at a premium was never read, and when it was, or may be yet."""

from dataclasses import replace
from typing import Any

from benchmarks.scenarios.caches import LONG_AFTER, RULES, billed, marked, paused, size, varied
from benchmarks.scenarios.call import Api, Call, Scenario, Tokens, user
from benchmarks.scenarios.chats import LONG, resent_chat

NEWER: dict[str, Any] = {"model": "gpt-5.6"}
SHORT = "You are a clerk of the depot. Be brief."


def _single(api: Api, ttl: str = "5m", **fields: Any) -> tuple[Call, ...]:
    """A long question that nobody continues."""
    call = Call(api, 0, (user(LONG),), **{"system": RULES, **fields})
    return *billed(marked((call,), ttl) if ttl != "30m" else (call,), "n", ttl), LONG_AFTER


def _documents(api: Api, ttl: str = "5m", **fields: Any) -> tuple[Call, ...]:
    """One document after the other, with short instructions and a mark behind each document."""
    calls = (
        Call(api, turn * 30.0, (user(f"Document {turn}. {LONG}"), user("Sum it up.")), system=SHORT, **fields)
        for turn in range(5)
    )
    return *billed(marked(calls, ttl) if ttl != "30m" else calls, "n" * 5, ttl), LONG_AFTER


def _questions(read: str, seconds: float = 40.0) -> tuple[Call, ...]:
    """Questions with the same rules, marked behind the rules."""
    calls = (
        Call(
            "anthropic.messages", turn * seconds, (user(f"What of cart {turn * 37}?"),), system=RULES, system_mark="5m"
        )
        for turn in range(len(read))
    )
    return tuple(_rules_only(call, letter) for call, letter in zip(calls, read, strict=True))


def _rules_only(call: Call, letter: str) -> Call:
    rules = size(replace(call, said=()))
    found = Tokens(size(call), read=rules) if letter == "i" else Tokens(size(call), write_5m=rules)
    return replace(call, usage=found)


def _chat(api: Api, read: str, ttl: str = "5m", **fields: Any) -> tuple[Call, ...]:
    calls = resent_chat(api, len(read), **{"system": RULES, **fields})
    return billed(marked(calls, ttl) if ttl != "30m" else calls, read, ttl)


def _asked_about(system: str) -> tuple[Call, ...]:
    """Questions about one document, each by itself; the document is marked, and read."""
    calls = tuple(
        Call("anthropic.messages", turn * 30.0, (user(LONG * 2, "5m"), user(question)), system=system)
        for turn, question in enumerate(("Which carts left in May?", "Who drove them?", "What did they carry?"))
    )
    document = size(replace(calls[0], said=calls[0].said[:1]))
    first = replace(calls[0], usage=Tokens(size(calls[0]), write_5m=document))
    return first, *(replace(call, usage=Tokens(size(call), read=document)) for call in calls[1:]), LONG_AFTER


def _two_kinds_of_documents() -> tuple[Call, ...]:
    """The rules are shared and read; each document is written, and nobody asks of it again."""
    calls = tuple(
        Call("anthropic.messages", turn * 30.0, (user(f"Document {turn}. {LONG * 8}"),), system=RULES)
        for turn in range(4)
    )
    return *billed(marked(calls), "niii", "5m"), LONG_AFTER


def _at_the_end() -> tuple[Call, ...]:
    calls = marked(resent_chat("anthropic.messages", 3, opening="Which carts left the depot? " * 120))
    long = replace(calls[-1], said=(*calls[-1].said, user(LONG, "5m")))
    plain = (replace(call, usage=Tokens(size(call))) for call in calls[:-1])
    return *plain, *billed((long,), "n", "5m"), LONG_AFTER


HITS = (
    Scenario("A single long question, marked", _single("anthropic.messages")),
    Scenario("A single long question, marked for an hour", _single("anthropic.messages", "1h")),
    Scenario("A single long question over Converse", _single("bedrock.converse")),
    Scenario("A single long question, written by the provider itself", _single("openai.responses", "30m", **NEWER)),
    Scenario("Documents that have nothing in common, marked", _documents("anthropic.messages")),
    Scenario("Documents that have nothing in common, over Converse", _documents("bedrock.converse")),
    Scenario(
        "Documents that have nothing in common, written by the provider", _documents("openai.chat", "30m", **NEWER)
    ),
    Scenario("The rules are read, and each long document is written for nobody", _two_kinds_of_documents()),
    Scenario(
        "Calls that are too far apart for any lifetime",
        (*paused(_chat("anthropic.messages", "nnn"), 9_000.0, 1, 2), LONG_AFTER),
    ),
    Scenario("A single long question, texts not stored", _single("anthropic.messages"), "none"),
)
MISSES = (
    Scenario("A chat that reads what it wrote", (*_chat("anthropic.messages", "naaa"), LONG_AFTER)),
    Scenario("A chat that reads what it wrote, over Converse", (*_chat("bedrock.converse", "naaa"), LONG_AFTER)),
    Scenario(
        "A chat that reads what the provider wrote", (*_chat("openai.responses", "naaa", "30m", **NEWER), LONG_AFTER)
    ),
    Scenario("The first call of a talk that may go on", _single("anthropic.messages")[:1]),
    Scenario(
        "The first call, an hour not yet over",
        (*_single("anthropic.messages", "1h")[:1], replace(LONG_AFTER, at=2_000.0)),
    ),
    Scenario("Another conversation reads the rules", (*_questions("ni"), LONG_AFTER)),
    Scenario("Many conversations read the rules", (*_questions("niiiii"), LONG_AFTER)),
    Scenario("Questions about one document", _asked_about(SHORT)),
    Scenario("Questions about one document, without instructions", _asked_about("")),
    Scenario("Writes that cost nothing", (Call("openai.chat", 0, (user(LONG),), system=RULES), LONG_AFTER)),
    Scenario(
        "Writes that cost nothing, at Google", (Call("gemini.generate", 0, (user(LONG),), system=RULES), LONG_AFTER)
    ),
    Scenario(
        "A short prompt",
        (*billed(marked((Call("anthropic.messages", 0, (user("Which carts left?" * 200),)),)), "n", "5m"), LONG_AFTER),
    ),
    Scenario(
        "A date broke what would have been read",
        (
            *billed(
                marked(varied(resent_chat("anthropic.messages", 4), system=lambda turn: f"It is 09:0{turn}. {RULES}")),
                "nnnn",
                "5m",
            ),
            LONG_AFTER,
        ),
    ),
    Scenario(
        "A pause that an hour would have outlasted", (*paused(_chat("anthropic.messages", "nan"), 900.0, 2), LONG_AFTER)
    ),
    Scenario(
        "A write that failed",
        (
            replace(
                _single("anthropic.messages")[0],
                error=("overloaded_error", "Overloaded."),
                status=529,
                usage=None,
                reported=False,
            ),
            LONG_AFTER,
        ),
    ),
    Scenario("A talk that was too short to be cached, but for its end", _at_the_end()),
    Scenario("A last write of a talk that read much", (*_chat("anthropic.messages", "naaaaaaa"), LONG_AFTER)),
)
