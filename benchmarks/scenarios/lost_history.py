"""When a follow-up was sent without its conversation, and when single calls only look like it."""

from dataclasses import replace
from typing import Any

from benchmarks.scenarios.call import Api, Call, Scenario, assistant, user
from benchmarks.scenarios.chats import LONG, kept_chat, resent_chat

CLERK = "You are a clerk at the depot in Lund."
SESSION = {"metadata": {"user_id": "user_17"}}


def pair(api: Api, first: str, then: str, reply: str, gap: float = 40.0, **fields: Any) -> tuple[Call, ...]:
    """Two calls of one client, the second without the first."""
    fields = {"system": CLERK, **fields}
    answer = (assistant("There were three of them, and all had left by noon."),)
    return Call(api, 0, (user(first),), answer, **fields), Call(api, gap, (user(then),), (assistant(reply),), **fields)


NO_MESSAGE = "I don't have any previous messages from you. Could you tell me which carts you mean?"
ASKED = "Which carts left the depot in May?"
HITS = (
    Scenario("As I said", pair("openai.chat", ASKED, "As I said, only those from Lund. List them again.", NO_MESSAGE)),
    Scenario(
        "Continue", pair("anthropic.messages", ASKED, "Continue.", "This seems to be the start of our conversation.")
    ),
    Scenario(
        "Auf Deutsch",
        pair(
            "gemini.generate",
            "Welche Karren fuhren im Mai?",
            "Erkläre das genauer.",
            "Ich sehe keine vorherige Nachricht. Worum geht es?",
        ),
    ),
    Scenario(
        "En français",
        pair(
            "openai.responses",
            "Quels chariots sont partis ?",
            "Et pourquoi ceux-là ?",
            "Je ne vois pas de message précédent dans cette discussion.",
        ),
    ),
    Scenario(
        "En español",
        pair(
            "openai.chat",
            "¿Qué carros salieron en mayo?",
            "Como te dije, solo los de Lund.",
            "No veo ningún mensaje anterior.",
        ),
    ),
    Scenario(
        "Em português",
        pair("anthropic.messages", "Quais carros saíram?", "E por que esses?", "Não vejo nenhuma mensagem anterior."),
    ),
    Scenario(
        "In Chinese", pair("openai.chat", "五月有哪些车离开了？", "刚才说的那些是谁驾驶的？", "我没有看到之前的消息。")
    ),
    Scenario(
        "In Japanese",
        pair(
            "gemini.generate",
            "五月に出た荷車はどれですか。",
            "さっきの荷車は誰が運転しましたか。",
            "以前の会話は見当たりません。",
        ),
    ),
    Scenario(
        "And what about it",
        pair("openai.responses", ASKED, "And who drove them?", "I'm not sure what you're referring to."),
    ),
    Scenario(
        "The same session, and the model guesses",
        pair("anthropic.messages", ASKED, "Summarize your last answer.", "The carts left early.", parameters=SESSION),
    ),
)
MISSES = (
    *(
        Scenario(f"A chat that sends its history over {api}", resent_chat(api))
        for api in ("openai.chat", "gemini.generate")
    ),
    Scenario("A chat that is kept", kept_chat("openai.responses")),
    Scenario(
        "Two questions that stand alone", pair("openai.chat", ASKED, "Which horses were shod in June?", "None were.")
    ),
    Scenario(
        "A job whose text was left out",
        pair("openai.chat", "Classify: three carts left.", "Classify:", "You haven't provided the text to classify."),
    ),
    Scenario(
        "A story to go on with", pair("anthropic.messages", ASKED, f"Continue this story: {LONG}", "The carts left.")
    ),
    Scenario(
        "Another text to translate",
        pair("gemini.generate", "Translate: good day", "Translate: it was them", "Det var de."),
    ),
    Scenario(
        "The first call of all",
        pair("openai.chat", ASKED, "Continue.", NO_MESSAGE)[1:],
    ),
    Scenario("A day later", pair("openai.chat", ASKED, "As I said, list them again.", NO_MESSAGE, gap=86_400.0)),
    Scenario(
        "Another client, and other instructions",
        (
            pair("openai.chat", ASKED, "And why?", "Because it rained.")[0],
            replace(pair("openai.chat", ASKED, "And why?", "Because it rained.")[1], system="You explain rain."),
        ),
    ),
    Scenario(
        "The next question has a key of its own",
        tuple(
            replace(call, key=f"key-{at}")
            for at, call in enumerate(pair("openai.chat", ASKED, "As I said, list them.", NO_MESSAGE))
        ),
    ),
    Scenario(
        "Why is the sky blue",
        pair("anthropic.messages", ASKED, "Why does it rain in May?", "Warm air rises, and it cools."),
    ),
)
