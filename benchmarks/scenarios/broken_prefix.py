"""When something early in a prompt changed and the cache missed, and when it was something else, or meant so."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from benchmarks.scenarios.caches import LONG_AFTER, RULES, billed, marked, paused, size, varied
from benchmarks.scenarios.call import Api, Call, Scenario, user
from benchmarks.scenarios.chats import LONG, resent_chat

DEEPSEEK: dict[str, Any] = {"host": "api.deepseek.com", "model": "deepseek-v4-pro"}
NEWER: dict[str, Any] = {"model": "gpt-5.6"}
NAMES = ("read", "list", "count", "move", "enter", "strike", "sum", "compare", "print", "send")
TOOLS = {name: f"Does what it says to a ledger: {name}. " * 40 for name in NAMES}
SHORT = "You are a clerk of the depot. Be brief. "


def _chat(api: Api, read: str, ttl: str = "", changes: dict[str, Any] | None = None, **fields: Any) -> tuple[Call, ...]:
    """A chat with long rules in which some fields change from call to call, as it is billed."""
    calls = varied(resent_chat(api, len(read), **{"system": RULES, **fields}), **(changes or {}))
    return billed(marked(calls) if ttl == "5m" else calls, read, ttl)


def _dated(turn: int) -> str:
    return f"It is 2026-11-03T09:0{turn}:2{turn}. {RULES}"


def _identified(turn: int) -> str:
    return f"{SHORT} Session {UUID(int=2**100 + turn * 7919)}. {RULES}"


def _counted(turn: int) -> str:
    return f"{RULES} You have answered {turn} questions so far."


def _reordered(turn: int) -> dict[str, str]:
    names = NAMES[turn % 10 :] + NAMES[: turn % 10]
    return {name: TOOLS[name] for name in names}


def _one_more(turn: int) -> dict[str, str]:
    return {"search": "Finds a word in a ledger. " * 9, **TOOLS} if turn >= 2 else TOOLS


def _reworded(turn: int) -> str:
    return f"{SHORT} Answer in {'prose' if turn < 2 else 'a table of three columns'}. {RULES}"


def _edited(api: Api, read: str, ttl: str = "", **fields: Any) -> tuple[Call, ...]:
    """The first message, of many, is written anew on the third call."""
    calls = resent_chat(api, len(read), **fields)
    changed = user(f"{LONG} Mind that the ledger of May is lost.")
    calls = tuple(
        replace(call, said=(changed, *call.said[1:])) if turn >= 2 else call for turn, call in enumerate(calls)
    )
    return billed(marked(calls) if ttl == "5m" else calls, read, ttl)


def rewritten() -> tuple[Call, ...]:
    """An agent rewrites one of its latest notes: what is cached up to the mark behind them is lost with it."""
    calls = resent_chat("anthropic.messages", 3, opening=LONG * 2, system=RULES)
    notes = tuple(user(f"Note {at}: the cart of day {at} came late.") for at in range(26))
    changed = (*notes[:12], user("Note 12: nothing came."), *notes[13:])
    last = (*calls[1].said[:-1], *changed, *calls[1].reply, *calls[2].said[-1:])
    second = replace(calls[1], said=(*calls[1].said[:-1], *notes[:16]))
    return billed(marked((calls[0], second, replace(calls[2], said=last))), "nai", "5m")


def _told(calls: Sequence[Call], at: int, **answer: Any) -> tuple[Call, ...]:
    """With what the provider says of the call of this number."""
    return tuple(replace(call, answer=answer) if turn == at else call for turn, call in enumerate(calls))


def _anthropic_says(reason: str) -> tuple[Call, ...]:
    calls = _chat("anthropic.messages", "nanaaa", "5m", {"tools": _one_more})
    missed = {"type": reason, "cache_missed_input_tokens": size(calls[1])}
    return _told(calls, 2, diagnostics={"cache_miss_reason": missed})


def _openai_says(reason: str) -> tuple[Call, ...]:
    calls = _chat("openai.responses", "naanaa", "30m", **NEWER)
    return _told(
        calls,
        3,
        prompt_cache_diagnostics={"type": "cache_miss", "reason": reason, "cache_missed_tokens": size(calls[2])},
    )


def _sub_agent() -> tuple[Call, ...]:
    """An agent asks a helper with other tools in between, and goes on."""
    main = _chat("anthropic.messages", "naaa", "5m", tools=TOOLS, headers={"x-claude-code-session-id": "s-1"})
    tools = {name: TOOLS[name] for name in NAMES[:3]}
    helper = resent_chat("anthropic.messages", 3, "Look for the carts of May. " * 80, system=RULES[:8_000], tools=tools)
    asked = (replace(call, at=call.at + 25.0, headers=main[0].headers) for call in helper)
    return tuple(sorted((*main, *billed(marked(asked), "naa", "5m")), key=lambda call: call.at))


def _summed_up() -> tuple[Call, ...]:
    """The history is replaced by a summary of it."""
    calls = _chat("anthropic.messages", "naaaa", "5m")
    said = (user("So far: we looked for the carts of May, and there were three of them."), user("Who drove them?"))
    after = Call("anthropic.messages", 100.0, said, system=RULES)
    return *calls, *billed(marked((after,)), "i", "5m")


def _cut() -> tuple[Call, ...]:
    """A window of the last messages, which drops the first ones."""
    calls = resent_chat("openai.chat", 8, opening="Which carts left? " * 300, system=RULES)
    return billed((replace(call, said=call.said[-5:]) for call in calls), "naaiiiii")


def _branched() -> tuple[Call, ...]:
    """The user goes back and asks the second question otherwise."""
    calls = _chat("anthropic.messages", "naaa", "5m")
    said = (*calls[1].said[:-1], user("And which of them came back?", "5m"))
    return *calls, *billed((replace(calls[1], at=90.0, said=said),), "i", "5m")


def _other_instructions() -> tuple[Call, ...]:
    """The same talk is given to another clerk, with instructions of his own."""
    calls = resent_chat("openai.chat", 6, system=RULES)
    other = "Write a title for this talk, of five words at the most, in the language of the talk. " * 60
    return billed(varied(calls, system=lambda turn: RULES if turn < 5 else other), "naaaan")


def _counting() -> tuple[Call, ...]:
    """Tokens are counted with other instructions between the calls."""
    calls = _chat("anthropic.messages", "naaa", "5m")
    count = replace(calls[1], at=30.0, path="/v1/messages/count_tokens", system=SHORT, reported=False)
    return *calls[:2], replace(count, answer={"input_tokens": 9}), *calls[2:]


def _dated_at_the_end() -> tuple[Call, ...]:
    """Every message of the user says when it was written, and is sent again as it was."""
    calls = resent_chat("openai.chat", 4, system=RULES)
    said = (
        tuple(
            replace(part, text=f"{part.text} (It is 09:0{at}.)") if part.role == "user" else part for at, part in parts
        )
        for parts in (enumerate(call.said) for call in calls)
    )
    return billed((replace(call, said=parts) for call, parts in zip(calls, said, strict=True)), "naaa")


HITS = (
    Scenario("The time in the instructions, marked", _chat("anthropic.messages", "nnnn", "5m", {"system": _dated})),
    Scenario("The time in the instructions, unmarked", _chat("anthropic.messages", "nnnn", "", {"system": _dated})),
    Scenario("A session's id in the instructions", _chat("openai.chat", "nnnn", "", {"system": _identified})),
    Scenario("A counter in the instructions", _chat("gemini.generate", "nnnn", "", {"system": _counted})),
    Scenario("Tools in another order, over Responses", _chat("openai.responses", "nnnn", "", {"tools": _reordered})),
    Scenario("Tools in another order, over Converse", _chat("bedrock.converse", "nnnn", "5m", {"tools": _reordered})),
    Scenario("One tool more, in front", _chat("anthropic.messages", "nana", "5m", {"tools": _one_more})),
    Scenario("The instructions are reworded", _chat("openai.chat", "nana", "", {"system": _reworded}, **DEEPSEEK)),
    Scenario("The instructions are reworded, marked", _chat("anthropic.messages", "nana", "5m", {"system": _reworded})),
    Scenario("An earlier message is edited", _edited("anthropic.messages", "nana", "5m")),
    Scenario("A late message is rewritten, and the mark behind it is lost", rewritten()),
    Scenario("An earlier message is edited, over Responses", _edited("openai.responses", "nana")),
    Scenario(
        "Another model", _chat("openai.chat", "naanaa", "", {"model": lambda turn: "gpt-5.1" if turn < 3 else "gpt-5"})
    ),
    Scenario(
        "Another effort",
        _chat(
            "openai.responses",
            "naanaa",
            "30m",
            {"parameters": lambda turn: {"reasoning": {"effort": "low" if turn < 3 else "high"}}},
            **NEWER,
        ),
    ),
    Scenario(
        "Another choice of tools",
        _chat(
            "anthropic.messages",
            "naaiaa",
            "5m",
            {"parameters": lambda turn: {"tool_choice": {"type": "auto" if turn < 3 else "any"}}},
            tools=TOOLS,
            opening=LONG * 2,
        ),
    ),
    Scenario(
        "Another cache key with every call",
        _chat("openai.chat", "nnnn", "", {"parameters": lambda turn: {"prompt_cache_key": f"request-{turn}"}}),
    ),
    Scenario("Anthropic says that the tools changed", _anthropic_says("tools_changed")),
    Scenario("Anthropic says that the instructions changed, too", _anthropic_says("system_changed")),
    Scenario("OpenAI says that the input changed", _openai_says("input_changed")),
    Scenario("OpenAI says that the effort changed", _openai_says("reasoning_effort_changed")),
    Scenario(
        "The time in the instructions, texts not stored",
        _chat("anthropic.messages", "nnnn", "5m", {"system": _dated}),
        "none",
    ),
    Scenario(
        "Tools in another order, texts not stored", _chat("openai.responses", "nnnn", "", {"tools": _reordered}), "none"
    ),
)
MISSES = (
    Scenario("Marks that move along", _chat("anthropic.messages", "naaa", "5m")),
    Scenario("The time in the latest message", _dated_at_the_end()),
    Scenario(
        "The time in short instructions",
        _chat("openai.chat", "nnnn", "", {"system": lambda turn: f"{SHORT} It is 09:0{turn}."}, opening="Hello."),
    ),
    Scenario("An agent's helper with tools of its own", _sub_agent()),
    Scenario("A summary in place of the history", _summed_up()),
    Scenario("A window that drops the first messages", _cut()),
    Scenario("A question that is asked otherwise", _branched()),
    Scenario("Another clerk's instructions for the same talk", _other_instructions()),
    Scenario("A pause longer than the lifetime", paused(_chat("anthropic.messages", "nana", "5m"), 900.0, 2)),
    Scenario("An automatic cache that missed once", _chat("openai.chat", "naanaa")),
    Scenario(
        "The counts of the cache are unknown",
        tuple(replace(call, reported=False) for call in _chat("openai.chat", "nnnn", "", {"system": _dated})),
    ),
    Scenario("OpenAI says that the context was compacted", _openai_says("context_compacted")),
    Scenario(
        "Anthropic cannot say why",
        _told(_chat("anthropic.messages", "naa", "5m"), 1, diagnostics={"cache_miss_reason": {"type": "unavailable"}}),
    ),
    Scenario("Tokens counted with other instructions", _counting()),
    Scenario("One call, which nobody continues", (*_chat("anthropic.messages", "n", "5m"), LONG_AFTER)),
)
