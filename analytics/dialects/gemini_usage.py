"""Gemini's usageMetadata. https://ai.google.dev/api/generate-content#UsageMetadata

The total is the sum of four counts that do not overlap: prompt, tool-use prompt (results that Google's own tools fed
back to the model), candidates and thoughts. Cached content is a part of the prompt. Google leaves out counts of 0.
"""

from analytics.dialects.exchange import Json, Usage
from analytics.dialects.fields import total
from analytics.dialects.gemini_parts import either_count, listed

# The numbers of the `Modality` enum, for clients that ask for numbers in place of names.
AUDIO = ("AUDIO", 4)


def read_usage(raw: Json, ended: bool = True) -> Usage:
    prompt, tools, made, thoughts = (
        either_count(raw, f"{name}TokenCount") for name in ("prompt", "toolUsePrompt", "candidates", "thoughts")
    )
    given = total(prompt, tools) if prompt is not None else None
    output = total(made, thoughts)
    return Usage(
        input_tokens=given,
        cache_read_tokens=either_count(raw, "cachedContentTokenCount"),
        output_tokens=output if output is not None or not ended else _rest(raw, given),
        reasoning_tokens=thoughts,
        audio_input_tokens=_audio(raw, "promptTokensDetails"),
        audio_output_tokens=_audio(raw, "candidatesTokensDetails"),
    )


def _rest(raw: Json, given: int | None) -> int | None:
    """Output of an answer without any, such as a blocked prompt's: the reported total less the reported input."""
    everything = either_count(raw, "totalTokenCount")
    return everything - given if everything is not None and given is not None and everything >= given else None


def _audio(raw: Json, name: str) -> int | None:
    return total(*(either_count(d, "tokenCount") for d in listed(raw, name) if isinstance(d, dict) and _is_audio(d)))


def _is_audio(detail: Json) -> bool:
    return detail.get("modality") in AUDIO
