"""When the same request was sent again, and when it only looks like it."""

from dataclasses import replace

from benchmarks.scenarios.call import Api, Call, Scenario, assistant, user

LONG = "Summarise this for the board: " + "revenue rose in the north and fell in the south; " * 12
FAILED = {"openai.chat": ("server_error", 500), "anthropic.messages": ("overloaded_error", 529)}


def _call(api: Api, at: float, text: str = LONG, **changes: object) -> Call:
    return replace(Call(api, at, (user(text),), (assistant(f"So it is, at {at}."),)), **changes)  # type: ignore[arg-type]


def _failed(api: Api, at: float) -> Call:
    code, status = FAILED.get(api, ("unavailable", 503))
    return _call(api, at, reply=(), status=status, error=(code, "Try again later."))


APIS: tuple[Api, ...] = ("openai.chat", "openai.responses", "anthropic.messages", "gemini.generate")
HITS = (
    *(Scenario(f"Over {api} it is tried again after an error", (_failed(api, 0), _call(api, 3))) for api in APIS),
    *(Scenario(f"Over {api} it is asked again a minute later", (_call(api, 0), _call(api, 60))) for api in APIS),
    Scenario(
        "The SDK says that it tries again after its patience ended",
        (_call("openai.chat", 0, takes=9.0), _call("openai.chat", 5, headers={"x-stainless-retry-count": "1"})),
    ),
    Scenario(
        "Two workers ask at once what has one answer only",
        tuple(_call("openai.chat", at, takes=5.0, parameters={"temperature": 0}) for at in (0, 0.7)),
    ),
    Scenario("A job runs twice in an hour", tuple(_call("openai.responses", at) for at in (0, 3600))),
)
MISSES = (
    Scenario("Two questions differ in a word", (_call("openai.chat", 0), _call("openai.chat", 60, LONG + "Now."))),
    Scenario("Two models are asked", (_call("openai.chat", 0), _call("openai.chat", 60, model="gpt-5-mini"))),
    Scenario("Other instructions", (_call("openai.chat", 0), _call("openai.chat", 60, system="In French."))),
    Scenario(
        "Three answers are asked for at once",
        tuple(_call("openai.chat", at, takes=5.0) for at in (0, 0.3, 0.6)),
    ),
    Scenario(
        "Another temperature", (_call("openai.chat", 0), _call("openai.chat", 60, parameters={"temperature": 1.5}))
    ),
    Scenario("Two keys", (_call("anthropic.messages", 0), _call("anthropic.messages", 60, key="another-key"))),
    Scenario("Two apps", (_call("gemini.generate", 0), _call("gemini.generate", 60, app="desk"))),
    Scenario("A greeting", (_call("openai.chat", 0, "Hello."), _call("openai.chat", 60, "Hello."))),
    Scenario("The next day", (_call("anthropic.messages", 0), _call("anthropic.messages", 90_000))),
    Scenario(
        "A conversation at the provider in which the user says the same again",
        tuple(_call("openai.responses", at, parameters={"conversation": "conv_1"}) for at in (0, 60)),
    ),
)
