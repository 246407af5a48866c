"""Anthropic's usage object. https://platform.claude.com/docs/en/api/messages

How the bill adds up: the top-level counts, at the rates of the model that answered, plus every entry of
`usage_outside_total`, at the rates of its own model. `iterations` lists each sampling of the call:

- `message`, `fallback_message`: in the top-level counts (a loop over server tools has several, summed there).
- `compaction`: the pass that summarises the context. Not in the top-level counts; billed at the same model's rates.
  https://platform.claude.com/docs/en/build-with-claude/compaction
- `advisor_message`: another model asked in passing. Not in the top-level counts; it names its own model.
- `message` of a model that declined before a fallback answered: not in the top-level counts. Whether it is billed
  depends on how far it came; it is listed, and not added to a cost without saying so.
  https://platform.claude.com/docs/en/build-with-claude/refusals-and-fallback
"""

from analytics.dialects.exchange import Json, Usage
from analytics.dialects.fields import count, obj, objects, text, total
from analytics.dialects.sampling import Sampling


def read_usage(raw: Json) -> Usage:
    """`input_tokens` is only what no cache had a part in: reads and writes come on top. Thinking is in the output."""
    fresh, read, written = (
        count(raw, name) for name in ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    )
    short, long = writes_by_ttl(raw, written)
    return Usage(
        input_tokens=total(fresh, read, written) if fresh is not None else None,
        cache_read_tokens=read,
        cache_write_tokens=written,
        cache_write_5m_tokens=short,
        cache_write_1h_tokens=long,
        output_tokens=count(raw, "output_tokens"),
        reasoning_tokens=count(obj(raw, "output_tokens_details"), "thinking_tokens"),
    )


def writes_by_ttl(raw: Json, written: int | None) -> tuple[int | None, int | None]:
    """The writes with 5 minutes and with 1 hour to live, None where they do not add up to all writes.

    In a stream only `message_start` splits them, and the total may grow after it.
    """
    parts = obj(raw, "cache_creation")
    short, long = count(parts, "ephemeral_5m_input_tokens"), count(parts, "ephemeral_1h_input_tokens")
    return (short, long) if total(short, long) == written else (None, None)


def usage_outside_total(raw: Json, model: str | None) -> list[Json]:
    """The samplings that the top-level counts leave out, each with its `type`, its `model` and its counts."""
    entries = list(objects(raw, "iterations"))
    handed_over = any(text(entry, "type") == "fallback_message" for entry in entries)
    found = (entry for entry in entries if _outside(entry, model, handed_over))
    return [Sampling(text(one, "type"), text(one, "model") or model, read_usage(one)).entry() for one in found]


def _outside(entry: Json, model: str | None, handed_over: bool) -> bool:
    match text(entry, "type"):
        case "compaction" | "advisor_message":
            return True
        case "message":
            return handed_over and text(entry, "model") not in (None, model)
    return False
