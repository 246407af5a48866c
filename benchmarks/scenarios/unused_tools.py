"""When tools are described and never called, and when they are, or hardly weigh anything."""

from collections.abc import Sequence
from dataclasses import replace

from benchmarks.scenarios.call import Api, Call, Said, Scenario, tool_call, tool_result, user

LONG = "It takes many arguments, each of which has a long story. " * 12
MANY = {f"tool_{number}": LONG for number in range(6)}
APIS: tuple[Api, ...] = ("openai.chat", "openai.responses", "anthropic.messages", "gemini.generate")


def _loop(api: Api, tools: dict[str, str], called: Sequence[str]) -> tuple[Call, ...]:
    """An agent that calls these tools, one after the other."""
    said: tuple[Said, ...] = (user("Plan my journey."),)
    calls = []
    for turn, name in enumerate(called):
        reply = (tool_call(name, f"call_{turn}", f'{{"turn":{turn}}}'),)
        calls.append(Call(api, turn * 8.0, said, reply, tools=tools))
        said = (*said, *reply, tool_result(name, f"call_{turn}", f"Result {turn}."))
    return (*calls, Call(api, 90.0, said, tools=tools))


HITS = (
    *(Scenario(f"Over {api} one of six tools is called", _loop(api, MANY, ["tool_0"] * 7)) for api in APIS),
    Scenario("None is called", tuple(replace(c, tools=MANY) for c in _loop("openai.chat", MANY, ["other"] * 7))),
    Scenario("Half of them are called", _loop("anthropic.messages", MANY, ["tool_0", "tool_1", "tool_2"] * 3)),
)
MISSES = (
    *(Scenario(f"Over {api} every tool is called", _loop(api, MANY, [*MANY, "tool_0"])) for api in APIS),
    Scenario("The conversation is short", _loop("openai.chat", MANY, ["tool_0"])),
    Scenario("Seven calls, which may yet come to the other tools", _loop("anthropic.messages", MANY, ["tool_0"] * 6)),
    Scenario(
        "The tools are little beside a long text",
        tuple(replace(call, system=LONG * 120) for call in _loop("anthropic.messages", MANY, ["tool_0"] * 7)),
    ),
    Scenario("The tools say next to nothing", _loop("openai.chat", dict.fromkeys(MANY, "Short."), ["tool_0"] * 7)),
    Scenario("There are no tools", _loop("openai.responses", {}, ["tool_0"] * 7)),
    Scenario(
        "The tool that was never called is a small one",
        _loop("anthropic.messages", MANY | {"stop": "Stops."}, [*MANY, "tool_0"]),
    ),
    Scenario(
        "The calls failed",
        tuple(
            replace(call, status=500, error=("api_error", "Oh."), reply=())
            for call in _loop("anthropic.messages", MANY, ["tool_0"] * 7)
        ),
    ),
)
