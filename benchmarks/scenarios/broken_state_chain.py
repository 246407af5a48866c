"""When a kept conversation broke and was sent whole, and when it ended or went on for other reasons."""

from dataclasses import replace
from typing import Any

from benchmarks.scenarios.call import Api, Call, Scenario, assistant, user
from benchmarks.scenarios.chats import history_of, kept_chat, resent_chat, with_thread

GONE = ("previous_response_not_found", "Previous response with id 'resp_2' not found.")
NO_THREAD = ("thread_not_found", "No usable thread state was found.")
XAI: dict[str, Any] = {"host": "api.x.ai", "model": "grok-4.3"}
ALIBABA: dict[str, Any] = {"host": "dashscope-intl.aliyuncs.com", "model": "qwen3-max"}


def broken(
    api: Api, error: tuple[str, str] | None, status: int = 400, at: int = 3, pause: float = 0.0, **fields: Any
) -> tuple[Call, ...]:
    """A kept chat whose next id is refused, and whose history is then sent whole. `fields` are those of all calls.

    Without an error the history is sent at once.
    """
    chat = kept_chat(api, at, **fields)
    asked, when = user("And what of July?"), chat[-1].at + 20 + pause
    refused = Call(
        api, when, (asked,), (), state=f"resp_{at - 1}", error=error, status=status, reported=False, **fields
    )
    whole = Call(
        api,
        when + 2,
        (*history_of(chat), asked),
        (assistant("In July none left the depot."),),
        **with_thread(api, fields, first=True),
    )
    return (*chat, *([refused] if error else []), whole)


def _switched(api: Api, model: str) -> tuple[Call, ...]:
    *chat, whole = broken(api, None)
    return (*chat, replace(whole, model=model))


def _alone(api: Api, error: tuple[str, str]) -> tuple[Call, ...]:
    """The id is refused, and the question is asked alone, in a new conversation."""
    *chat, whole = broken(api, error)
    return (*chat, replace(whole, said=whole.said[-1:]))


HITS = (
    Scenario("A stored response is gone", broken("openai.responses", GONE)),
    Scenario("A stored response is gone, answered with 404", broken("openai.responses", GONE, status=404)),
    Scenario("A thread has expired", broken("anthropic.messages", NO_THREAD, status=404, pause=600)),
    Scenario("A thread was continued twice", broken("anthropic.messages", ("thread_already_continued", "Used."))),
    Scenario(
        "A stored response is gone at Alibaba",
        broken("openai.responses", ("InvalidParameter", "Not found previous_response_id: resp_2"), **ALIBABA),
    ),
    Scenario("Another model in the middle of a chain", _switched("openai.responses", "gpt-5-mini")),
    Scenario("Another model in the middle of a thread", _switched("anthropic.messages", "claude-haiku-4-5")),
    Scenario("Another model in the middle of interactions", _switched("gemini.interactions", "gemini-2.5-pro")),
    Scenario("The second turn's id is gone already", broken("openai.responses", GONE, at=1)),
    Scenario("A client that knows when a thread has expired", broken("anthropic.messages", None, pause=900)),
)
MISSES = (
    Scenario("A chain that holds", kept_chat("openai.responses", 5)),
    Scenario("A thread that holds", kept_chat("anthropic.messages", 5)),
    Scenario("A chat without state", resent_chat("openai.responses")),
    Scenario(
        "A chat without state and with another model",
        (*(c := resent_chat("openai.chat"))[:3], replace(c[3], model="gpt-5-mini")),
    ),
    Scenario(
        "The calls are too many for a while", broken("openai.responses", ("rate_limit_exceeded", "Slow down."), 429)
    ),
    Scenario(
        "A parameter is wrong at Alibaba",
        broken("openai.responses", ("InvalidParameter", "temperature must be below 2"), **ALIBABA),
    ),
    Scenario("An id is gone, and the question is asked alone", _alone("openai.responses", GONE)),
    Scenario(
        "The model is switched and the chain goes on",
        (*(k := kept_chat("openai.responses"))[:3], replace(k[3], model="gpt-5-mini")),
    ),
    Scenario("Interactions are left for the whole history", broken("gemini.interactions", None)),
)
