"""The assistant is made to have said what the model never said.

What happens: the history that was sent holds a reply that no captured call got, in the place of the one that the model
gave; or it ends with the beginning of a reply (a prefill), which this model refuses. Replies that a client shortened or
wrote on, and conversations that began before the capture did, are none of this. Examples at the start of a conversation
are only named.

What to do: send back the replies as they came. If another text is meant as an instruction or an example, say so in the
instructions. Where a model refuses a prefill, ask for the format in the instructions, or by a schema of the output.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from analytics.findings.case import Case
from analytics.findings.hit import Hit
from analytics.findings.turn import Turn

type What = Literal["another reply", "prefill refused", "examples"]

MOST_IDS = 20
QUOTED = 200
# A reply that shares so much with the one it stands for was edited and not invented.
ALIKE = 0.5
# Words that are compared: enough to tell.
COMPARED = 400
# Examples are short, there are at least two, and they are all of one shape.
LEAST_EXAMPLES = 2
EXAMPLE_BYTES = 60
OPENING_BLOCKS = 64
# What providers say of a request that ends with the assistant's message. Anthropic: "does not support assistant message
# prefill. The conversation must end with a user message"; Bedrock the same; Mistral: "Expected last role User or Tool".
REFUSED = re.compile(r"prefill|must end with a user|expected last role|last message must|final message must", re.I)


@dataclass(frozen=True, slots=True)
class Invented:
    """`what` was found in `calls`; `parent_exchange_id` is the call whose reply was replaced in the last of them.

    `replies` counts the replies that were put in, the refused prefills or the examples. `quotes` are the text that was
    sent and the one that the model had given, their beginnings, of the last call.
    """

    what: What
    calls: int
    of_calls: int
    exchange_ids: tuple[str, ...]
    parent_exchange_id: str | None
    replies: int
    error_message: str | None
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replaced:
    """A call that sent another reply than its parent got."""

    turn: Turn
    parent: Turn
    sent: str
    given: str


def select(case: Case) -> Iterator[Hit]:
    yield from _replaced_hit(case)
    yield from _refused_hit(case)
    yield from _examples_hit(case)


def _replaced_hit(case: Case) -> Iterator[Hit]:
    found = [one for turn in case.turns if (one := _replaced(case, turn))]
    if not found:
        return
    last = found[-1]
    evidence = Invented(
        what="another reply",
        calls=len(found),
        of_calls=len(case.turns),
        exchange_ids=tuple(one.turn.exchange_id for one in found[-MOST_IDS:]),
        parent_exchange_id=last.parent.exchange_id,
        replies=len(found),
        error_message=None,
        quotes=(last.sent[:QUOTED], last.given[:QUOTED]),
    )
    yield Hit(
        exchange_id=last.turn.exchange_id,
        severity="medium",
        # A call that was not captured may have given the other reply.
        confidence="likely",
        evidence=evidence,
        advice=f"In {len(found)} calls the history holds another reply than the model gave. Send it as it came.",
        key="another reply",
    )


def _replaced(case: Case, turn: Turn) -> Replaced | None:
    """Whether the history goes on from the parent's with another reply than the parent's."""
    parent = case.parent(turn)
    if parent is None or turn.relation not in ("append", "edit") or turn.echoed_blocks or not turn.readable:
        return None
    if (
        not parent.well
        or not parent.readable
        or not parent.reply_hashes
        or turn.history_blocks <= parent.history_blocks
    ):
        return None
    before, after = case.archive.history(parent), case.archive.history(turn)
    if after[: len(before)] != before:
        return None
    sent = _only_run(case, after[len(before) :])
    if sent is None or _captured(case, sent):
        return None
    texts = case.archive.texts((*sent, *case.archive.reply(parent)))
    said, given = (_spoken(case, blocks, texts) for blocks in (sent, case.archive.reply(parent)))
    if not said or not given or _alike(said, given):
        return None
    return Replaced(turn, parent, said, given)


def _only_run(case: Case, added: Sequence[bytes]) -> tuple[bytes, ...] | None:
    """The assistant's part of what was added, if it comes first and there is one only.

    More than one means that calls were made out of sight, and that their replies are real.
    """
    pieces = case.archive.pieces(added)
    roles = [pieces[block].role if block in pieces else "" for block in added]
    end = next((at for at, role in enumerate(roles) if role != "assistant"), len(roles))
    if not end or end == len(roles) or "assistant" in roles[end:]:
        return None
    run = added[:end]
    # A call of a tool has an id of the provider's: who sends one has it from a model.
    return tuple(run) if all(pieces[block].kind in ("assistant", "thinking") for block in run) else None


def _captured(case: Case, run: Sequence[bytes]) -> bool:
    """Whether any call of the conversation got one of these blocks as its reply."""
    return any(block in case.archive.reply(turn) for turn in case.turns for block in run)


def _spoken(case: Case, blocks: Sequence[bytes], texts: dict[bytes, str]) -> str:
    pieces = case.archive.pieces(blocks)
    said = (texts.get(block, "") for block in blocks if block in pieces and pieces[block].kind == "assistant")
    return " ".join("".join(said).split())


def _alike(sent: str, given: str) -> bool:
    """Whether one was made from the other: cut at a stop word, written on, or with words changed."""
    short, long = sorted((sent.casefold(), given.casefold()), key=len)
    if short in long:
        return True
    return SequenceMatcher(None, _units(short), _units(long), autojunk=False).ratio() >= ALIKE


def _units(text: str) -> Sequence[str]:
    """Words; characters where the script has no spaces."""
    words = text.split()
    return words[:COMPARED] if len(words) > 3 else text[:COMPARED]


def _refused_hit(case: Case) -> Iterator[Hit]:
    """Requests that end with the assistant's message, and were refused for it."""
    found = [turn for turn in case.turns if _refused(case, turn)]
    if not found:
        return
    last = found[-1]
    yield Hit(
        exchange_id=last.exchange_id,
        # The call failed, and nobody got an answer.
        severity="medium",
        confidence="certain",
        evidence=Invented(
            what="prefill refused",
            calls=len(found),
            of_calls=len(case.turns),
            exchange_ids=tuple(turn.exchange_id for turn in found[-MOST_IDS:]),
            parent_exchange_id=last.parent_exchange_id,
            replies=len(found),
            error_message=(last.error_message or "")[:QUOTED],
            quotes=(),
        ),
        advice=f"{last.model or 'The model'} refuses a request that ends with the assistant's message: "
        "ask for the format in the instructions, or by a schema of the output.",
        bytes=sum(turn.request_bytes for turn in found),
        key="prefill refused",
    )


def _refused(case: Case, turn: Turn) -> bool:
    if turn.well or not 400 <= (turn.status or 0) < 500 or not REFUSED.search(turn.error_message or ""):
        return False
    last = case.archive.history(turn)[-1:]
    return any(piece.role == "assistant" for piece in case.archive.pieces(last).values())


def _examples_hit(case: Case) -> Iterator[Hit]:
    """Short replies of one shape that the first call begins with, and that every later one sends again."""
    first = case.turns[0]
    if first.relation != "new" or not first.readable or len(case.turns) == 1 or first.history_blocks > OPENING_BLOCKS:
        return
    examples = _examples(case, first) if first.history_blocks > 2 * LEAST_EXAMPLES else ()
    if len(examples) < LEAST_EXAMPLES:
        return
    yield Hit(
        exchange_id=first.exchange_id,
        severity="info",
        # A conversation of short replies that began before the capture looks the same.
        confidence="possible",
        evidence=Invented(
            what="examples",
            calls=len(case.turns),
            of_calls=len(case.turns),
            exchange_ids=(first.exchange_id,),
            parent_exchange_id=None,
            replies=len(examples),
            error_message=None,
            quotes=tuple(text[:QUOTED] for text in examples[:2]),
        ),
        advice=f"The conversation begins with {len(examples)} replies that look like examples.",
        key="examples",
    )


def _examples(case: Case, first: Turn) -> tuple[str, ...]:
    """The assistant's texts of the opening, if user and assistant take turns and the texts are of one shape."""
    history = case.archive.history(first)
    pieces = case.archive.pieces(history)
    found = [pieces[block] for block in history if block in pieces]
    kinds = [piece.kind for piece in found]
    if kinds != ["user", "assistant"] * (len(kinds) // 2) + ["user"]:
        return ()
    if any(piece.bytes > EXAMPLE_BYTES for piece in found if piece.kind == "assistant"):
        return ()
    texts = case.archive.texts(history[1::2])
    said = tuple(texts.get(block, "") for block in history[1::2])
    return said if _one_shape(said) else ()


def _one_shape(texts: Sequence[str]) -> bool:
    """Whether they are labels, objects, or begin alike: a talk's replies are sentences, each its own."""
    labels = all(text and len(text.split()) <= 3 and text[-1] not in ".?!" for text in texts)
    objects = all(text[:1] in "{[" and text[-1:] in "}]" for text in texts if text) and all(texts)
    return labels or objects
