"""What a call that failed or was cut short cost for nothing, once its request was sent again."""

from analytics.findings.money import total
from analytics.findings.stretch import stretch_usd
from analytics.findings.turn import Turn


def needless_usd(first: Turn, again: Turn) -> float | None:
    """What would not have been paid had the first call succeeded; None where a price is unknown.

    That is the first reply, and one reading of the prompt: the cheaper one, since whichever call is the only one finds
    the cache as the first one did. Another model has a cache of its own, and reads its prompt anyway.
    """
    reading, once_more = _input_usd(first), _input_usd(again)
    if reading is None or once_more is None:
        return None
    saved = min(reading, once_more) if first.model == again.model else reading
    return total((_output_usd(first), saved))


def _input_usd(turn: Turn) -> float | None:
    return None if turn.input_tokens is None else stretch_usd(turn, 0, turn.input_tokens)


def _output_usd(turn: Turn) -> float | None:
    """Nothing where nothing came."""
    return turn.output_usd if turn.output_tokens else 0.0
