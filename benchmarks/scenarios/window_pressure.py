"""When the context window is filling up, and when it is not."""

from collections.abc import Sequence

from benchmarks.scenarios.call import Api, Call, Said, Scenario, Tokens, assistant, user

APIS: tuple[Api, ...] = ("openai.chat", "openai.responses", "anthropic.messages", "gemini.generate")
# The windows of the models that the scenarios use by default.
WINDOWS = {
    "openai.chat": 400_000,
    "openai.responses": 400_000,
    "anthropic.messages": 200_000,
    "gemini.generate": 1_048_576,
}


def _chat(api: Api, shares: Sequence[float], model: str = "") -> tuple[Call, ...]:
    """A chat whose input fills these shares of the window."""
    said: tuple[Said, ...] = (user("Let us begin."),)
    calls = []
    for turn, share in enumerate(shares):
        reply = (assistant(f"Answer {turn}."),)
        usage = Tokens(int(share * WINDOWS[api]), 500)
        calls.append(Call(api, turn * 30.0, said, reply, usage=usage, model=model))
        said = (*said, *reply, user(f"Question {turn}?"))
    return tuple(calls)


def _rejected(api: Api, code: str, message: str) -> tuple[Call, ...]:
    call = Call(api, 0, (user("All the books of the library."),), (), status=400, error=(code, message))
    return (call,)


HITS = (
    *(Scenario(f"Over {api} it fills steadily", _chat(api, (0.4, 0.5, 0.6, 0.7, 0.8))) for api in APIS),
    Scenario("It is half full, and full in a few turns", _chat("anthropic.messages", (0.1, 0.2, 0.3, 0.4, 0.52))),
    Scenario("One call fills it nearly", _chat("openai.chat", (0.9,))),
    Scenario(
        "The call is rejected by its code",
        _rejected("openai.chat", "context_length_exceeded", "This model's maximum context length is 128000 tokens."),
    ),
    Scenario(
        "The call is rejected in words",
        _rejected("anthropic.messages", "invalid_request_error", "prompt is too long: 201000 tokens > 200000 maximum"),
    ),
)
MISSES = (
    *(Scenario(f"Over {api} a chat is short", _chat(api, (0.01, 0.02, 0.03, 0.04, 0.05))) for api in APIS),
    Scenario("It is half full and hardly grows", _chat("anthropic.messages", (0.55, 0.551, 0.552, 0.553, 0.554))),
    Scenario("It was full, and was shortened", _chat("openai.chat", (0.7, 0.6, 0.5, 0.4, 0.3))),
    Scenario("Nobody knows the model's window", _chat("openai.chat", (0.5, 0.6, 0.7, 0.8, 0.9), "my-own-model")),
    Scenario(
        "The call is rejected for something else",
        _rejected("openai.chat", "invalid_value", "Invalid value for 'temperature'."),
    ),
)
