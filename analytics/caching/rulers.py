"""How many of a call's reported tokens lie before a place in its prompt.

Weights give the proportions, the reported totals the scale. Where an earlier call's whole request is the beginning of
this one, its reported total is exact at that place, and only what comes after it is scaled. Where a call read exactly
its preamble, what it reported is the preamble's size.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from analytics.caching.call import Call
from analytics.caching.prompt import Prefix, Prompt

# A call that grew by less than this share of what its new blocks weigh did not read all of them (dropped thinking).
GROWTH = 1 / 3
# A reported size that is further than this from the estimate is of something else.
PLAUSIBLE = 0.5

type Sizes = Mapping[tuple[str, Prefix], int]


@dataclass(frozen=True, slots=True)
class Ruler:
    """A prompt's weight and reported tokens, above the longest earlier request that it begins with."""

    weight: int
    tokens: int
    preamble_weight: int
    preamble_tokens: float
    below: "Ruler | None" = None

    def at(self, part: Prompt) -> int:
        """The tokens of a part of this prompt from its start."""
        if not part.history.depth:
            return round(_share(part.preamble.weight, self.preamble_weight) * self.preamble_tokens)
        ruler, weight = self, part.preamble.weight + part.history.weight
        below = ruler.below
        while below and weight <= below.weight:
            ruler, below = below, below.below
        base: tuple[int, float] = (self.preamble_weight, self.preamble_tokens)
        if below:
            base = (below.weight, below.tokens)
        return round(base[1] + _share(weight - base[0], ruler.weight - base[0]) * (ruler.tokens - base[1]))


class Rulers:
    """The rulers of all calls so far, by the place where each one's request ended.

    `preambles` are sizes that were learned beforehand.
    """

    def __init__(self, preambles: Sizes | None = None) -> None:
        self._ends: dict[tuple[str, Prefix], dict[Prefix, Ruler]] = {}
        self.preambles = dict(preambles or {})

    def learn(self, call: Call, part: Prompt, estimate: int) -> None:
        """The call is known to have read this part, so what it reported to have read is its size.

        Only preambles are learned, since other conversations begin with them, and only from rules that read exactly.
        """
        if part.history.depth or part.preamble is not call.prompt.preamble or not call.rule.explicit:
            return
        reported = call.reported_read or 0
        if abs(reported - estimate) <= PLAUSIBLE * estimate and reported <= call.input_tokens:
            self.preambles[call.model, part.preamble] = reported

    def measure(self, call: Call) -> Ruler:
        """The call's ruler, which later calls may build on."""
        prompt, tokens = call.prompt, call.input_tokens
        ends = self._ends.setdefault((call.model, prompt.preamble), {})
        below = _nearest(ends, prompt.history)
        if below and not _grows(below, prompt.weight, tokens):
            below = None
        if below and below.weight == prompt.weight:
            ruler = below
        else:
            ruler = Ruler(prompt.weight, tokens, prompt.preamble.weight, self._preamble(call, below), below)
        ends[prompt.history] = ruler
        return ruler

    def _preamble(self, call: Call, below: Ruler | None) -> float:
        learned = self.preambles.get((call.model, call.prompt.preamble))
        if learned is not None and learned <= (below.tokens if below else call.input_tokens):
            return learned
        if below:
            return below.preamble_tokens
        return _share(call.prompt.preamble.weight, call.prompt.weight) * call.input_tokens


def _nearest(ends: dict[Prefix, Ruler], history: Prefix) -> Ruler | None:
    if not ends:
        return None
    while history not in ends and history.parent:
        history = history.parent
    return ends.get(history)


def _grows(below: Ruler, weight: int, tokens: int) -> bool:
    """Whether the call's tokens are the earlier call's and about as many more as its new blocks weigh."""
    grown, heavier = tokens - below.tokens, weight - below.weight
    return grown == 0 if heavier == 0 else grown >= heavier * GROWTH * below.tokens / max(below.weight, 1)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0
