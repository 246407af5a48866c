"""Chats that several scenarios begin from: sent whole on every turn, or continued by the ids of their responses."""

from typing import Any

from benchmarks.scenarios.call import Api, Call, Said, Tokens, assistant, user

LONG = "The depot in Lund keeps its ledgers by the year, and each has an index of the carts that left. " * 120
ASKED = ("Which carts left in May?", "And in June?", "Who drove them?", "What did they carry?", "When did they return?")


def resent_chat(api: Api, turns: int = 4, opening: str = LONG, gap: float = 20.0, **fields: Any) -> tuple[Call, ...]:
    """A chat whose every call sends all that came before. `fields` are further ones of each call."""
    said: tuple[Said, ...] = (user(opening),)
    calls: list[Call] = []
    for turn in range(turns):
        reply = (assistant(f"Reply {turn}: three of them, as the index has it."),)
        calls.append(Call(api, turn * gap, said, reply, response_id=f"resp_{turn}", **fields))
        said = (*said, *reply, user(ASKED[turn % len(ASKED)]))
    return tuple(calls)


def kept_chat(api: Api, turns: int = 4, opening: str = LONG, gap: float = 20.0, **fields: Any) -> tuple[Call, ...]:
    """The same chat continued by ids: each call sends what is new, and is billed for the whole chain.

    Interactions report the tokens of what was sent only.
    """
    calls: list[Call] = []
    billed = weight(opening)
    for turn in range(turns):
        asked = ASKED[(turn - 1) % len(ASKED)] if turn else opening
        reply = f"Reply {turn}: three of them, as the index has it."
        billed += weight(asked) if turn else 0
        calls.append(
            Call(
                api,
                turn * gap,
                (user(asked),),
                (assistant(reply),),
                state=f"resp_{turn - 1}" if turn else "",
                response_id=f"resp_{turn}",
                usage=Tokens(weight(asked) if api == "gemini.interactions" else billed, weight(reply)),
                **with_thread(api, fields, first=not turn),
            )
        )
        billed += weight(reply)
    return tuple(calls)


def with_thread(api: Api, fields: dict[str, Any], *, first: bool) -> dict[str, Any]:
    """The first call of a thread says that there is to be one."""
    if api != "anthropic.messages" or not first:
        return fields
    return {**fields, "parameters": {"thread": {"type": "create"}, **fields.get("parameters", {})}}


def weight(text: str) -> int:
    """The tokens of a text in these scenarios."""
    return max(1, len(text) // 4)


def history_of(calls: tuple[Call, ...]) -> tuple[Said, ...]:
    """All that was said in a chat continued by ids."""
    return tuple(part for call in calls for part in (*call.said, *call.reply))
