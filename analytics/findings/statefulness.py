"""What findings about server-side state have in common: which calls use it, and what a chain of them holds."""

from analytics.findings.case import Case
from analytics.findings.turn import Turn


def continues_state(turn: Turn) -> bool:
    """Whether the request continues a conversation that the provider keeps; a cached content is none."""
    return turn.state_ref is not None and not turn.state_ref.startswith("cachedContent:")


def repeated(case: Case, turn: Turn) -> Turn:
    """The call that this one repeats; itself where it is no retry."""
    at = turn
    while at.relation == "retry" and (parent := case.parent(at)) is not None:
        at = parent
    return at


def continued(case: Case, turn: Turn) -> Turn | None:
    """The exchange that this one continues, past its own retries."""
    return case.parent(repeated(case, turn))


def held(case: Case, turn: Turn) -> set[bytes]:
    """The blocks of all that was said and replied up to and with this exchange, along its line."""
    found: set[bytes] = set()
    for at in case.line(turn):
        found.update(case.archive.history(at))
        found.update(case.archive.reply(at))
    return found
