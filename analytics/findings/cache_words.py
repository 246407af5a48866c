"""Why a cache missed, in the provider's own words, where the request asked for them.

Anthropic: `diagnostics.cache_miss_reason` of a message. OpenAI: `prompt_cache_diagnostics` of a response.
Sources: https://platform.claude.com/docs/en/build-with-claude/cache-diagnostics,
openai-python 3.54.0 (types/responses/response.py).
"""

from dataclasses import dataclass
from typing import Literal

from analytics.findings.turn import Turn

type Cause = Literal["unmarked", "unexplained", "preamble", "messages", "settings", "model", "expired", "other"]

TOLD_IN = ("cache_miss_reason", "prompt_cache_diagnostics")
CAUSES: dict[str, Cause] = {
    "tools_changed": "preamble",
    "system_changed": "preamble",
    "messages_changed": "messages",
    "input_changed": "messages",
    "model_changed": "model",
    "prompt_cache_key_changed": "settings",
    "text_format_changed": "settings",
    "reasoning_effort_changed": "settings",
    "verbosity_changed": "settings",
    "service_tier_changed": "settings",
    # A summary in place of the history is another finding's business.
    "context_compacted": "other",
}


@dataclass(frozen=True, slots=True)
class Word:
    """The reason as the provider names it, what that means here, and about how many tokens were missed."""

    reason: str
    cause: Cause
    tokens: int | None

    def which(self, inferred: Cause | None) -> Cause:
        """The cause. To OpenAI instructions are input, too: there what was inferred tells which of it changed."""
        return inferred if self.reason == "input_changed" and inferred == "preamble" else self.cause


def word_of(turn: Turn) -> Word | None:
    """What the provider said of this call's miss; None where it said nothing, or that it does not know."""
    if not any(name in (turn.details_json or "") for name in TOLD_IN):
        return None
    details = turn.details
    told = details.get(TOLD_IN[0]) or details.get(TOLD_IN[1])
    if not isinstance(told, dict):
        return None
    reason = told.get("reason") or told.get("type")
    tokens = told.get("cache_missed_input_tokens", told.get("cache_missed_tokens"))
    if not isinstance(reason, str) or reason not in CAUSES:
        return None
    return Word(reason, CAUSES[reason], tokens if isinstance(tokens, int) else None)
