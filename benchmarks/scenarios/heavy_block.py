"""When one block makes up much of what is resent, and when none does."""

from benchmarks.scenarios.call import Api, Call, Said, Scenario, assistant, tool_call, tool_result, user

FILE = "def handler(event): return event  # one of very many lines\n" * 200
SMALL = "A line or two of output."
APIS: tuple[Api, ...] = ("openai.chat", "openai.responses", "anthropic.messages", "gemini.generate")


def _loop(api: Api, results: tuple[str, ...], opening: str = "Fix the test.", system: str = "") -> tuple[Call, ...]:
    """An agent that calls a tool on every turn, and what it got."""
    said: tuple[Said, ...] = (user(opening),)
    calls = []
    for turn, result in enumerate((*results, "")):
        wish = tool_call("read", f"call_{turn}", f'{{"page":{turn}}}')
        reply = (wish,) if result else (assistant("Done."),)
        calls.append(Call(api, turn * 8.0, said, reply, system=system, tools={"read": "Reads a page."}))
        said = (*said, *reply, tool_result("read", f"call_{turn}", result))
    return tuple(calls)


HITS = (
    *(Scenario(f"Over {api} a file stays for five more calls", _loop(api, (FILE, *[SMALL] * 5))) for api in APIS),
    Scenario("A long text opens a chat", _loop("openai.chat", (SMALL,) * 5, opening=FILE)),
    Scenario("Two files stay", _loop("anthropic.messages", (FILE, f"{FILE}# 2", *[SMALL] * 5))),
)
MISSES = (
    *(Scenario(f"Over {api} every block is small", _loop(api, (SMALL,) * 6)) for api in APIS),
    Scenario("A file comes with the last call", _loop("openai.chat", (*[SMALL] * 5, FILE))),
    Scenario("A file is sent twice more", _loop("openai.chat", (SMALL, SMALL, FILE, SMALL, SMALL))),
    Scenario("The instructions are long", _loop("anthropic.messages", (SMALL,) * 6, system=FILE)),
    Scenario(
        "Many blocks of the same size, none of which stands out",
        _loop("openai.responses", tuple(f"{number} {FILE[:6_000]}" for number in range(16))),
    ),
    Scenario(
        "A file goes out with many calls that have nothing to do with each other",
        tuple(Call("openai.chat", at * 60.0, (user(f"{at} {FILE}"),)) for at in range(6)),
    ),
)
