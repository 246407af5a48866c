"""When history was cut, kept in a window or summed up, and when it only changed its dress or its end."""

from dataclasses import replace
from typing import Any

from benchmarks.scenarios.call import Api, Call, Said, Scenario, assistant, tool_call, tool_result, user
from benchmarks.scenarios.chats import kept_chat, resent_chat

REPORT = "The cart left at {} with hay, barley and two barrels of tar for the ships in Malmö. "


def _said(turn: int) -> tuple[Said, ...]:
    return (
        user(f"Question {turn}: what of the cart that left at {turn}?"),
        assistant(f"Answer {turn}. {REPORT.format(turn)}"),
    )


def windowed(api: Api, keep: int = 4, turns: int = 7, **fields: Any) -> tuple[Call, ...]:
    """A chat of which only the last messages are sent."""
    calls: list[Call] = []
    history: tuple[Said, ...] = ()
    for turn in range(turns):
        asked, answered = _said(turn)
        calls.append(Call(api, turn * 20.0, (*history, asked)[-keep - 1 :], (answered,), **fields))
        history = (*history, asked, answered)
    return tuple(calls)


def cut_once(api: Api, at: int = 5, drop: int = 4, **fields: Any) -> tuple[Call, ...]:
    """A chat whose front is cut once; it goes on from what is left."""
    calls = windowed(api, keep=100, turns=at + 2, **fields)
    return (*calls[:at], *(replace(call, said=call.said[drop:]) for call in calls[at:]))


def summed_up(api: Api) -> tuple[Call, ...]:
    """A chat whose middle gives way to a summary."""
    calls = windowed(api, keep=100, turns=7)
    summary = user("Summary of the conversation so far: carts 0 to 3 left on time with hay and barley.")
    return (*calls[:6], replace(calls[6], said=(summary, *calls[6].said[8:])))


def _instructed(api: Api) -> tuple[Call, ...]:
    """Instructions that stand among the messages, and fall out of the window."""
    calls = windowed(api, keep=4, turns=6)
    return tuple(replace(call, system="Always answer in metres." if at < 2 else "") for at, call in enumerate(calls))


def _reminded(api: Api) -> tuple[Call, ...]:
    """A client that writes a reminder behind the last message, anew on each call."""
    calls = windowed(api, keep=100, turns=5)
    return tuple(
        replace(call, said=(*call.said, user(f"Reminder: it is {at} o'clock."))) for at, call in enumerate(calls)
    )


def _agent(api: Api, *, shorten: bool) -> tuple[Call, ...]:
    """An agent's loop; with `shorten` old results of tools are left out by and by, with their calls."""
    said: tuple[Said, ...] = (user("Find the cart."),)
    calls: list[Call] = []
    for at in range(6):
        reply = (tool_call("look", f"call_{at:012}", f'{{"day": {at}}}'),)
        calls.append(Call(api, at * 9.0, said, reply, tools={"look": "Looks at a day's ledger."}))
        said = (*said, *reply, tool_result("look", f"call_{at:012}", REPORT.format(at) * 20))
        if shorten and at == 4:
            said = (said[0], *said[5:])
    return tuple(calls)


def _compacted(answer: dict[str, Any]) -> tuple[Call, ...]:
    calls = windowed("anthropic.messages", keep=100, turns=4)
    return (*calls[:3], replace(calls[3], answer=answer))


CLEARED = {
    "context_management": {
        "applied_edits": [{"type": "clear_tool_uses_20250919", "cleared_tool_uses": 4, "cleared_input_tokens": 9_000}]
    }
}
COMPACTION = {
    "output": [
        {"type": "compaction", "id": "cmp_1", "encrypted_content": "AAAA"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "All left."}]},
    ]
}
HITS = (
    *(
        Scenario(f"Only the last messages are sent over {api}", windowed(api))
        for api in ("openai.chat", "gemini.generate")
    ),
    Scenario("The front is cut once", cut_once("anthropic.messages")),
    Scenario("The front is cut once over Responses", cut_once("openai.responses")),
    Scenario("A summary in place of turns", summed_up("openai.chat")),
    Scenario("A summary in place of turns over Messages", summed_up("anthropic.messages")),
    Scenario("Instructions fall out of the window", _instructed("openai.chat")),
    Scenario("Old calls of tools are left out", _agent("openai.responses", shorten=True)),
    Scenario("The provider clears results of tools", _compacted(CLEARED)),
    Scenario(
        "The provider compacts",
        (*(c := windowed("openai.responses", 100, 4))[:3], replace(c[3], answer=COMPACTION)),
    ),
)
MISSES = (
    *(
        Scenario(f"A chat that is sent whole over {api}", resent_chat(api))
        for api in ("openai.chat", "anthropic.messages")
    ),
    Scenario("A chat that is kept", kept_chat("openai.responses")),
    Scenario("A reminder that is written anew", _reminded("anthropic.messages")),
    Scenario("A reminder that is written anew over Chat Completions", _reminded("openai.chat")),
    Scenario("An agent's loop", _agent("gemini.generate", shorten=False)),
    Scenario(
        "The last message is said otherwise",
        (
            *(c := windowed("openai.chat", 100, 4)),
            replace(c[3], at=90.0, said=(*c[3].said[:-1], user("Question 3: which?"))),
        ),
    ),
    Scenario("A retry", (*(c := windowed("gemini.generate", 100, 4)), replace(c[3], at=70.0))),
    Scenario(
        "A new conversation with the same instructions",
        (
            *windowed("openai.chat", 100, 3, system="You are a clerk."),
            Call("openai.chat", 99.0, (user("Which horses were shod?"),), system="You are a clerk."),
        ),
    ),
    Scenario(
        "Clearing was asked for, and nothing was cleared", _compacted({"context_management": {"applied_edits": []}})
    ),
)
