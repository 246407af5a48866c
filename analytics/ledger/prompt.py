"""What a request itself came to, where the reported input is the sum of several readings of it. Pure.

https://platform.claude.com/docs/en/api/messages: `usage.iterations` lists each sampling of a call.
"""

from analytics.dialects.anthropic_usage import read_usage
from analytics.dialects.exchange import Block, Json, ResponseReading, Usage
from analytics.dialects.fields import items, obj, objects, text
from analytics.wire.json_stream import loads


def prompt_tokens(usage: Usage, details: Json) -> int | None:
    """The input tokens of the request as it was sent; None where the server changed it before the model read it.

    A loop over server tools reads the request once more for each round: what was sent is its first reading.
    """
    rounds = list(objects(details, "iterations"))
    if usage.input_tokens is None or _changed(rounds, details):
        return None
    if len(rounds) < 2:
        return usage.input_tokens
    first = read_usage(rounds[0]).input_tokens
    return first if first is not None and first <= usage.input_tokens else None


def looped(response: ResponseReading) -> bool:
    """Whether tools that the server runs had it read more than was sent, without a list of its readings."""
    listed = bool(items(response.details, "iterations"))
    return not listed and any(map(_of_server, response.reply))


def _of_server(block: Block) -> bool:
    """A tool's result in a reply, or a call that names what kind of server tool it calls."""
    if block.kind != "tool_call" or '"type":' not in block.content:
        return block.kind == "tool_result"
    try:
        return "type" in obj(loads(block.content.encode("utf-8", "replace")))
    except ValueError:  # arguments of an extreme depth
        return False


def _changed(rounds: list[Json], details: Json) -> bool:
    """Whether the context was compacted, cleared of old results, or handed to another model."""
    if any(text(entry, "type") not in ("message", None) for entry in rounds):
        return True
    return bool(items(obj(details, "context_management"), "applied_edits"))
