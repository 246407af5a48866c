"""Where our usage differs from the independent reading, and why: each rule checks the figures it explains."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from analytics.dialects.exchange import Usage
from analytics.record import Record
from benchmarks.independent import Said, values

COUNTS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One response, read twice."""

    record: Record
    ours: Usage
    said: Said | None

    @property
    def equal(self) -> bool:
        """Whether both say the same; a part that one of them leaves out is 0 in the other."""
        if self.said is None or not self.ours.reported:
            return self.said is None and not self.ours.reported
        return not self.gaps()

    def gaps(self) -> Mapping[str, int]:
        """By how much ours is more, for each count that differs."""
        found = {name: (getattr(self.ours, name) or 0) - getattr(self.said, name, 0) for name in COUNTS}
        return {name: gap for name, gap in found.items() if gap}

    def raw(self, *path: str) -> int:
        """The count at that path of the usage object, 0 where there is none."""
        value: object = self.said.raw if self.said else {}
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value if isinstance(value, int) else 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One known difference."""

    name: str
    text: str
    explains: Callable[[Comparison], bool]


def explanation(found: Comparison) -> Rule | None:
    """The rule that explains this difference to the token; None where none does."""
    return next((rule for rule in RULES if rule.explains(found)), None)


def _reasoning_outside(found: Comparison) -> bool:
    reasoning = found.raw("completion_tokens_details", "reasoning_tokens")
    parts = found.raw("prompt_tokens") + found.raw("completion_tokens") + reasoning
    return found.gaps() == {"output_tokens": reasoning} and parts == found.raw("total_tokens")


def _audio_beside(found: Comparison) -> bool:
    audio = found.raw("prompt_tokens_details", "audio_tokens")
    parts = found.raw("prompt_tokens") + audio + found.raw("completion_tokens")
    return (
        found.record.provider == "mistral"
        and found.gaps() == {"input_tokens": audio}
        and parts == found.raw("total_tokens")
    )


def _cached_on_top(found: Comparison) -> bool:
    return found.record.provider == "moonshot" and found.gaps() == {"cache_read_tokens": found.raw("cached_tokens")}


def _cohere_reasoning(found: Comparison) -> bool:
    reasoning = found.raw("tokens", "reasoning_tokens")
    return found.record.api == "cohere.chat_v2" and found.gaps() == {"reasoning_tokens": reasoning}


def _polled(found: Comparison) -> bool:
    return found.record.api == "openai.responses.retrieve" and not found.ours.reported


def _model_counts_more(found: Comparison) -> bool:
    """The output is the one that the model's own last event names, and more than Bedrock's metrics."""
    usages = [usage for value in values(found.record) if isinstance(usage := value.get("usage"), dict)]
    own = [usage["output_tokens"] for usage in usages if "output_tokens" in usage]
    gaps = found.gaps()
    return (
        found.record.api == "bedrock.invoke"
        and own[-1:] == [found.ours.output_tokens]
        and list(gaps) == ["output_tokens"]
        and gaps["output_tokens"] > 0
    )


RULES = (
    Rule(
        "reasoning beside completion",
        "Grok's `completion_tokens` leave reasoning out, whoever serves it; ours add it where the total proves it",
        _reasoning_outside,
    ),
    Rule(
        "audio beside prompt",
        "Mistral's `prompt_tokens` leave audio out; ours add it where the total proves it",
        _audio_beside,
    ),
    Rule(
        "cached tokens on top",
        "Moonshot says `cached_tokens` beside the details, where genai-prices does not look",
        _cached_on_top,
    ),
    Rule(
        "reasoning of Cohere",
        "`tokens.reasoning_tokens`, kept where the billed output can hold them; genai-prices reads billed units only",
        _cohere_reasoning,
    ),
    Rule(
        "a poll",
        "fetching a stored response repeats the usage of the call that made it, and is no new spending",
        _polled,
    ),
    Rule(
        "the model counts more",
        "of a streamed tool call, Claude 3.5's own output count is above Bedrock's metrics; ours is the model's",
        _model_counts_more,
    ),
)
