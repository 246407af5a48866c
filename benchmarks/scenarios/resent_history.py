"""When history was sent again, and when it was not, or hardly."""

from benchmarks.scenarios.call import Api, Call, Said, Scenario, Tokens, assistant, tool_call, tool_result, user

LONG = "The quick brown fox jumps over the lazy dog. " * 300
APIS: tuple[Api, ...] = ("openai.chat", "openai.responses", "anthropic.messages", "gemini.generate")


def _chat(api: Api, opening: str, turns: int) -> tuple[Call, ...]:
    """A chat whose every call sends all that came before."""
    said: tuple[Said, ...] = (user(opening),)
    calls = []
    for turn in range(turns):
        reply = (assistant(f"Answer {turn}: that depends."),)
        calls.append(Call(api, turn * 20.0, said, reply, system="You are a clerk."))
        said = (*said, *reply, user(f"And what about case {turn}?"))
    return tuple(calls)


def _loop(api: Api) -> tuple[Call, ...]:
    """An agent that reads a file and goes on."""
    first = Call(api, 0, (user("Fix the test."),), (tool_call("read", "c1"),), system=LONG, tools={"read": "Reads."})
    said = (*first.said, *first.reply, tool_result("read", "c1", LONG))
    second = Call(api, 9, said, (tool_call("read", "c2"),), system=LONG, tools={"read": "Reads."})
    said = (*said, *second.reply, tool_result("read", "c2", LONG))
    return first, second, Call(api, 15, said, system=LONG, tools={"read": "Reads."})


HITS = (
    *(Scenario(f"A chat over {api} begins with a long text", _chat(api, LONG, 4)) for api in APIS),
    *(Scenario(f"An agent's loop over {api}", _loop(api)) for api in APIS),
)
MISSES = (
    *(Scenario(f"A chat of few words over {api}", _chat(api, "Hello.", 4)) for api in APIS),
    Scenario(
        "Long calls that have nothing to do with each other",
        tuple(Call("openai.chat", at * 60.0, (user(f"{at}. {LONG}"),)) for at in range(5)),
    ),
    Scenario(
        "The provider keeps the history",
        (
            Call("openai.responses", 0, (user(LONG),), response_id="resp_a"),
            Call("openai.responses", 9, (user("And?"),), state="resp_a", usage=Tokens(3_500), response_id="resp_b"),
            Call("openai.responses", 20, (user("So?"),), state="resp_b", usage=Tokens(3_600)),
        ),
    ),
    Scenario(
        "A chat whose usage is unknown",
        tuple(
            Call("openai.chat", c.at, c.said, c.reply, c.system, reported=False) for c in _chat("openai.chat", LONG, 3)
        ),
    ),
)
