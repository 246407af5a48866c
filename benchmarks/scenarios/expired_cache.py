"""When a pause outlasted the cache, and when it did not, or nothing could be done about it."""

from dataclasses import replace
from typing import Any

from benchmarks.scenarios.caches import LONG_AFTER, RULES, billed, marked, paused, varied
from benchmarks.scenarios.call import Api, Call, Scenario, tool_call, tool_result, user
from benchmarks.scenarios.chats import resent_chat

MINUTE = 60.0
AZURE: dict[str, Any] = {"host": "shop.openai.azure.com", "path": "/openai/v1/chat/completions"}
GROQ: dict[str, Any] = {"host": "api.groq.com", "path": "/openai/v1/chat/completions", "model": "openai/gpt-oss-120b"}
NEWER: dict[str, Any] = {"model": "gpt-5.6"}
IN_MEMORY: dict[str, Any] = {"parameters": {"prompt_cache_retention": "in_memory"}}


def _chat(api: Api, read: str, ttl: str = "", pause: float = 0.0, **fields: Any) -> tuple[Call, ...]:
    """A chat with a pause before every call that reads nothing, but the first."""
    calls = resent_chat(api, len(read), **{"system": RULES, **fields})
    calls = paused(calls, pause, *(turn for turn, letter in enumerate(read) if turn and letter == "n"))
    return billed(marked(calls, ttl) if ttl in ("5m", "1h") else calls, read, ttl)


def _slow_tool() -> tuple[Call, ...]:
    """An agent whose tests run for seven minutes each."""
    said: tuple[Any, ...] = (user("Make the tests pass. " * 400),)
    calls: list[Call] = []
    for step in range(4):
        reply = (tool_call("test", f"call_{step}"),)
        calls.append(Call("anthropic.messages", step * 7 * MINUTE, said, reply, system=RULES, tools={"test": "Tests."}))
        said = (*said, *reply, tool_result("test", f"call_{step}", f"Run {step}: two of them fail."))
    return billed(marked(calls), "nnnn", "5m")


def _growing() -> tuple[Call, ...]:
    """A pause at the start, when there was little to write again; then every message is long."""
    calls = resent_chat("anthropic.messages", 6, opening="Which carts left?", system=RULES)
    long = (tuple(replace(part, text=part.text + RULES) for part in call.said) for call in calls)
    calls = tuple(replace(call, said=said) for call, said in zip(calls, long, strict=True))
    return billed(marked(paused(calls, 7 * MINUTE, 1)), "nnaaaa", "5m")


HITS = (
    Scenario("Pauses of seven minutes", _chat("anthropic.messages", "nana", "5m", 7 * MINUTE)),
    Scenario("Pauses of a quarter of an hour, over Converse", _chat("bedrock.converse", "nanan", "5m", 15 * MINUTE)),
    Scenario("A tool that runs for longer than the cache lives", _slow_tool()),
    Scenario("Five minutes of memory at Azure", _chat("openai.chat", "nana", "", 20 * MINUTE, **AZURE)),
    Scenario("Memory was asked for, and not a day", _chat("openai.responses", "nana", "", 90 * MINUTE, **IN_MEMORY)),
    Scenario("An older model without a longer lifetime", _chat("openai.chat", "nana", "", 90 * MINUTE, model="gpt-4o")),
    Scenario(
        "Longer than the half hour of an implicit breakpoint",
        _chat("openai.responses", "nana", "30m", 45 * MINUTE, **NEWER),
    ),
    Scenario("Three hours without a call", _chat("openai.chat", "nana", "", 180 * MINUTE, **GROQ)),
    Scenario(
        "Pauses of seven minutes, texts not stored", _chat("anthropic.messages", "nana", "5m", 7 * MINUTE), "none"
    ),
)
MISSES = (
    Scenario(
        "Pauses shorter than the lifetime", paused(_chat("anthropic.messages", "naaa", "5m"), 4 * MINUTE, 1, 2, 3)
    ),
    Scenario(
        "Pauses shorter than the lifetime, over Converse",
        paused(_chat("bedrock.converse", "naaa", "5m"), 4 * MINUTE, 1, 2, 3),
    ),
    Scenario(
        "The longer lifetime was asked for", paused(_chat("anthropic.messages", "naaa", "1h"), 20 * MINUTE, 1, 2, 3)
    ),
    Scenario(
        "A pause overnight, for which no lifetime would have paid",
        _chat("anthropic.messages", "naan", "5m", 720 * MINUTE),
    ),
    Scenario("An early pause in a talk that grows, for which the longer lifetime would not have paid", _growing()),
    Scenario(
        "A pause in a short talk",
        _chat("anthropic.messages", "nana", "5m", 7 * MINUTE, system="You are a clerk.", opening="Hello."),
    ),
    Scenario("A pause, and a day of memory", paused(_chat("openai.chat", "naaa"), 90 * MINUTE, 2)),
    Scenario("A pause where no lifetime is documented", _chat("gemini.generate", "nana", "", 90 * MINUTE)),
    Scenario(
        "A pause that the cache happened to outlast",
        paused(_chat("openai.chat", "naaa", "", model="gpt-4o"), 9 * MINUTE, 2),
    ),
    Scenario("Nothing was asked to be cached", paused(_chat("anthropic.messages", "nnnn"), 7 * MINUTE, 2)),
    Scenario(
        "The instructions changed over the pause",
        billed(
            marked(
                paused(
                    varied(
                        resent_chat("anthropic.messages", 4),
                        system=lambda turn: f"Day {turn // 2}: {RULES[turn // 2 * 9_000 :]}",
                    ),
                    7 * MINUTE,
                    2,
                )
            ),
            "nana",
            "5m",
        ),
    ),
    Scenario(
        "The counts of the cache are unknown",
        tuple(replace(call, reported=False) for call in _chat("openai.chat", "nana", "", 90 * MINUTE, model="gpt-4o")),
    ),
    Scenario("The last call is long ago", (*_chat("anthropic.messages", "naaa", "5m"), LONG_AFTER)),
)
