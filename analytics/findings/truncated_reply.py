"""A reply was cut short.

What happens: the model stopped because of a limit (tokens, the context window), a filter or a refusal, not because it
had finished. The reply was paid for all the same, and where the same request was sent again after it, twice.

What to do: raise the limit if replies regularly reach it (reasoning counts against it, too), or ask for less at a
time; where the window is full, shorten the history; where a filter or a refusal stopped it, a retry of the same
request will mostly be stopped again.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from analytics.findings.case import Case
from analytics.findings.hit import Hit, Severity
from analytics.findings.money import total, usd
from analytics.findings.second_try import needless_usd
from analytics.findings.turn import Turn

# Stop values that cut a reply short, in lower case, by cause. The values are those of each API's own page:
# https://platform.openai.com/docs/api-reference/chat/object https://platform.openai.com/docs/api-reference/responses/object
# https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons
# https://ai.google.dev/api/generate-content#FinishReason https://ai.google.dev/api/interactions-api
# https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html https://docs.cohere.com/reference/chat
# https://docs.mistral.ai/api https://github.com/ollama/ollama/blob/main/docs/api.md
CAUSES = {
    "token limit": ("length", "max_tokens", "max_output_tokens", "budget_exceeded", "reason_max_len", "incomplete"),
    "context window": ("model_length", "model_context_window_exceeded", "reason_max_context", "error_limit"),
    "filter": (
        *("content_filter", "content_filtered", "guardrail_intervened", "safety", "recitation", "blocklist", "spii"),
        *("prohibited_content", "language", "image_safety", "image_prohibited_content", "image_recitation"),
        "error_toxic",
    ),
    "refusal": ("refusal",),
    "malformed": ("malformed_function_call", "malformed_model_output", "malformed_tool_use", "unexpected_tool_call"),
    "time limit": ("timeout", "reason_time_limit"),
}
NAMED = {
    "token limit": "the token limit",
    "context window": "the context window",
    "filter": "a filter",
    "refusal": "a refusal",
    "malformed": "a malformed tool call",
    "time limit": "the time limit",
}
CAUSE_OF = {value: cause for cause, values in CAUSES.items() for value in values}
LIMITS = (
    *("max_tokens", "max_completion_tokens", "max_output_tokens", "maxOutputTokens", "maxTokens", "num_predict"),
    *("max_new_tokens", "maxTokenCount", "max_gen_len", "max_tokens_to_sample"),
)
# Objects of the request in which some APIs have them.
PLACES = (
    *("generationConfig", "generation_config", "inferenceConfig", "textGenerationConfig", "options"),
    *("completion_args", "request"),
)
# Whoever allows so few tokens wants no more: a yes or no, a label, the warming of a cache.
FEW_TOKENS = 16
MOST_IDS = 20


@dataclass(frozen=True, slots=True)
class Truncated:
    """`repeats` are calls that sent the request again after the reply had been cut short."""

    cause: str
    stop_reasons: dict[str, int]
    calls: int
    of_calls: int
    output_tokens: int | None
    reasoning_tokens: int | None
    limits: list[int]
    exchange_ids: list[str]
    repeats: list[str]


def select(case: Case) -> Iterator[Hit]:
    cut = sorted((turn for turn in case.turns if _cause(turn)), key=_cause)
    for cause, turns in groupby(cut, _cause):
        yield _hit(case, cause, list(turns))


def _cause(turn: Turn) -> str:
    """Why it was cut short; empty where it was not, or where next to nothing was asked for."""
    found = CAUSE_OF.get((turn.stop_reason or "").lower(), "")
    limit = _limit(turn) if found == "token limit" else None
    return "" if limit is not None and limit <= FEW_TOKENS else found


def _limit(turn: Turn) -> int | None:
    """The most tokens that the request allowed the reply, where it said so."""
    asked = turn.parameters
    nested = (asked.get(name) for name in PLACES)
    places = (asked, *(found for found in nested if isinstance(found, dict)))
    found = (place.get(name) for place in places for name in LIMITS)
    return next((value for value in found if isinstance(value, int) and not isinstance(value, bool)), None)


def _hit(case: Case, cause: str, turns: list[Turn]) -> Hit:
    # A repeat whose parent was thrown away: what the cut reply cost bought nothing.
    wasted = [turn for turn in turns if _repeats(case, turn)]
    repeats = [repeat.exchange_id for turn in wasted for repeat in _repeats(case, turn)]
    again = [(turn, billed) for turn in wasted if (billed := _billed_repeat(case, turn))]
    money = total(needless_usd(turn, billed) for turn, billed in again) if again else None
    evidence = Truncated(
        cause=cause,
        stop_reasons=dict(Counter(turn.stop_reason or "" for turn in turns)),
        calls=len(turns),
        of_calls=len(case.turns),
        output_tokens=_sum(turn.output_tokens for turn in turns),
        reasoning_tokens=_sum(turn.reasoning_tokens for turn in turns),
        limits=sorted({limit for turn in turns if (limit := _limit(turn)) is not None}),
        exchange_ids=[turn.exchange_id for turn in turns[:MOST_IDS]],
        repeats=repeats[:MOST_IDS],
    )
    return Hit(
        exchange_id=turns[0].exchange_id,
        severity=_severity(cause, wasted, turns),
        confidence="certain",
        evidence=evidence,
        advice=_advice(evidence, money),
        tokens=_sum(turn.input_tokens for turn in turns),
        usd=money,
        paid_usd=total(turn.cost_usd for turn in turns),
        key=cause,
    )


def _repeats(case: Case, turn: Turn) -> list[Turn]:
    return [child for child in case.children.get(turn.exchange_id, ()) if child.relation == "retry"]


def _billed_repeat(case: Case, turn: Turn) -> Turn | None:
    """The first repeat that was answered: a refused one is not billed, and is repeated itself."""
    waiting = _repeats(case, turn)
    while waiting:
        repeat = waiting.pop(0)
        if repeat.input_tokens is not None:
            return repeat
        waiting += _repeats(case, repeat)
    return None


def _severity(cause: str, wasted: list[Turn], turns: list[Turn]) -> Severity:
    """High where nobody got anything for the money: only reasoning came, or the call was repeated."""
    empty = any(turn.output_tokens and turn.reasoning_tokens == turn.output_tokens for turn in turns)
    if wasted or empty:
        return "high"
    return "medium" if cause in ("token limit", "context window", "malformed") else "low"


def _advice(evidence: Truncated, money: float | None) -> str:
    verb = "was" if evidence.calls == 1 else "were"
    count = f"{evidence.calls} of {evidence.of_calls} replies {verb} cut short by {NAMED[evidence.cause]}"
    limit = f" of {evidence.limits[-1]:,} tokens" if evidence.limits and evidence.cause == "token limit" else ""
    again = f", and the request was sent again: {usd(money)} bought nothing" if evidence.repeats else ""
    return f"{count}{limit}{again}."


def _sum(values: Iterator[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None
