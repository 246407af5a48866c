"""When a history was uploaded again that the provider could have kept, and when it could not, or need not."""

from dataclasses import replace
from typing import Any

from benchmarks.scenarios.call import Api, Call, Scenario, user
from benchmarks.scenarios.chats import LONG, kept_chat, resent_chat

XAI: dict[str, Any] = {"host": "api.x.ai", "model": "grok-4.3"}
OPENROUTER: dict[str, Any] = {"host": "openrouter.ai", "model": "openai/gpt-5.1"}


def _edited(api: Api) -> tuple[Call, ...]:
    """A client that shortens the first message before it sends it again."""
    calls = resent_chat(api, 5)
    cut = (user("[the ledgers, left out]"), *calls[3].said[1:])
    return (*calls[:3], replace(calls[3], said=cut), replace(calls[4], said=(cut[0], *calls[4].said[1:])))


HITS = (
    Scenario("A chat over Responses sends its history again", resent_chat("openai.responses")),
    Scenario("A chat over Chat Completions, whose provider has Responses", resent_chat("openai.chat")),
    Scenario("A chat over Messages, whose provider has threads", resent_chat("anthropic.messages")),
    Scenario("A chat over generateContent, whose provider has Interactions", resent_chat("gemini.generate")),
    Scenario("A chat over Grok's Responses", resent_chat("openai.responses", **XAI)),
    Scenario("A chat over Grok's Chat Completions", resent_chat("openai.chat", **XAI)),
    Scenario("Pauses of a day do not outlive a stored response", resent_chat("openai.responses", gap=86_400.0)),
)
MISSES = (
    Scenario("State is used", kept_chat("openai.responses")),
    Scenario("State is used by a thread", kept_chat("anthropic.messages")),
    Scenario("Nothing may be stored", resent_chat("openai.responses", parameters={"store": False})),
    Scenario("The organisation stores nothing", resent_chat("openai.responses", answer={"store": False})),
    Scenario(
        "Reasoning is sealed for a client that keeps it itself",
        resent_chat("openai.responses", parameters={"include": ["reasoning.encrypted_content"]}),
    ),
    Scenario("A gateway that refuses ids", resent_chat("openai.responses", **OPENROUTER)),
    Scenario("A gateway that refuses ids, by another API", resent_chat("openai.chat", **OPENROUTER)),
    Scenario("A provider that keeps nothing", resent_chat("openai.chat", host="api.deepseek.com", model="deepseek-v4")),
    Scenario("A client that edits its history over Messages", _edited("anthropic.messages")),
    Scenario("A client that edits its history over generateContent", _edited("gemini.generate")),
    Scenario("A single call", resent_chat("openai.responses", 1)),
    Scenario("Two short turns", resent_chat("gemini.generate", 3, opening="Hello.")),
    Scenario("Every pause outlives a thread", resent_chat("anthropic.messages", gap=900.0)),
    Scenario(
        "Calls that have nothing to do with each other",
        tuple(Call("openai.responses", at * 60.0, (user(f"{at}. {LONG}"),)) for at in range(4)),
    ),
)
