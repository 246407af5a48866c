"""When a request names kept state and sends what that state holds, and when it only seems so."""

from dataclasses import replace
from typing import Any

from benchmarks.scenarios.call import Api, Call, Said, Scenario, Tokens, tool_call, tool_result, user
from benchmarks.scenarios.chats import history_of, kept_chat, resent_chat, weight


def doubled(api: Api, at: int = 2, **fields: Any) -> tuple[Call, ...]:
    """A kept chat that sends all of its history beside the id, once; what was doubled is billed from then on."""
    calls = list(kept_chat(api, at + 2, **fields))
    before = history_of(tuple(calls[:at]))
    twice = sum(weight(part.text) for part in before)
    calls[at] = replace(calls[at], said=(*before, *calls[at].said))
    billed = len(calls) if api != "gemini.interactions" else at + 1
    for later in range(at, billed):
        tokens = calls[later].tokens
        calls[later] = replace(calls[later], usage=replace(tokens, input=tokens.input + twice))
    return tuple(calls)


def _conversation(api: Api) -> tuple[Call, ...]:
    """The same with `conversation` in place of the last response's id."""
    keep = {"conversation": {"id": "conv_1"}}
    calls = doubled(api)
    return tuple(replace(call, state="", parameters={"conversation": "conv_1"}, answer=keep) for call in calls)


WANTED = '{"ledgers": ["' + '", "'.join(f"ledger of {month}, volume {month + 7}" for month in range(1, 60)) + '"]}'


def _tools(*, sent: bool) -> tuple[Call, ...]:
    """An agent by ids; some clients send the call once more beside its result."""
    table = {"read": "Reads a ledger."}
    asked = Call(
        "openai.responses", 0, (user("Read it."),), (tool_call("read", "call_aaaaaaaaaaaa", WANTED),), tools=table,
        response_id="resp_0", usage=Tokens(100, 600),
    )  # fmt: skip
    said: tuple[Said, ...] = (tool_result("read", "call_aaaaaaaaaaaa", "May: three carts. " * 200),)
    said = (*asked.reply, *said) if sent else said
    return asked, Call(
        "openai.responses",
        5,
        said,
        tools=table,
        state="resp_0",
        response_id="resp_1",
        usage=Tokens(2_300 if sent else 1_700, 10),
    )


def _uncounted(api: Api) -> tuple[Call, ...]:
    """History and id, but by its own count the provider read it once."""
    return tuple(replace(call, usage=kept.usage) for call, kept in zip(doubled(api), kept_chat(api), strict=True))


XAI: dict[str, Any] = {"host": "api.x.ai", "model": "grok-4.3"}
HITS = (
    Scenario("The whole history beside the last response's id", doubled("openai.responses")),
    Scenario("The whole history beside the last message of a thread", doubled("anthropic.messages")),
    Scenario("The whole history beside the last response's id, at xAI", doubled("openai.responses", **XAI)),
    Scenario("The whole history beside the last interaction's id", doubled("gemini.interactions")),
    Scenario("The whole history beside a conversation's id", _conversation("openai.responses")),
    Scenario("On the second turn already", doubled("anthropic.messages", 1)),
    Scenario("Usage is not reported", tuple(replace(c, reported=False) for c in doubled("openai.responses"))),
)
MISSES = (
    Scenario("Only what is new, by ids", kept_chat("openai.responses")),
    Scenario("Only what is new, in a thread", kept_chat("anthropic.messages")),
    Scenario("Only what is new, by interactions", kept_chat("gemini.interactions")),
    Scenario("The whole history without an id", resent_chat("openai.responses")),
    Scenario("The user says the same thing twice", kept_chat("openai.responses", 7)),
    Scenario("A tool's result by an id", _tools(sent=False)),
    Scenario("A tool's call beside its result, by an id", _tools(sent=True)),
    Scenario("A retry of a call that went well", (*(k := kept_chat("anthropic.messages")), replace(k[-1], at=62.0))),
    Scenario("The provider counts it once", _uncounted("openai.responses")),
)
