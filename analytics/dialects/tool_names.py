"""The name of the tool that a block defines or calls, by which the two are brought together."""

import orjson

from analytics.dialects.exchange import Block, Json
from analytics.dialects.fields import obj, text

# What the provider itself runs is defined under one name and called under others.
OWN = (None, "function", "custom")


def tool_name(block: Block) -> str | None:
    """The name that the user gave the tool; None where there is none, or the block is about no tool."""
    if block.kind not in ("tools", "tool_call"):
        return None
    found = _object(block.content)
    if block.kind == "tool_call":
        return text(found, "name")
    inner = obj(found, "function") or obj(found, "toolSpec") or found
    return text(inner, "name") if found.get("type") in OWN else None


def _object(content: str) -> Json:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}
