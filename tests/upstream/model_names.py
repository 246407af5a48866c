"""Facts by model: the snapshot a response names, and from how many tokens on a prompt is cached."""

import re
from typing import Any

DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$|-\d{8}$")

# The dated snapshots behind the names that people ask for.
SNAPSHOTS = {
    "gpt-4o": "gpt-4o-2024-08-06",
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "gpt-4.1": "gpt-4.1-2025-04-14",
    "gpt-4.1-mini": "gpt-4.1-mini-2025-04-14",
    "gpt-5": "gpt-5-2025-08-07",
    "gpt-5-mini": "gpt-5-mini-2025-08-07",
    "gpt-5-nano": "gpt-5-nano-2025-08-07",
    "gpt-5.1": "gpt-5.1-2025-11-13",
    "o3": "o3-2025-04-16",
    "o4-mini": "o4-mini-2025-04-16",
    "claude-haiku-4-5": "claude-haiku-4-5-20251001",
    "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
    "claude-opus-4-5": "claude-opus-4-5-20251101",
}

# providers.md §3: minimum cacheable prompt, first match wins.
ANTHROPIC_MINIMUMS = (
    (r"opus-5|sonnet-5-5|haiku-5-5|(fable|mythos)-[5-9]", 512),
    (r"opus-4-7|haiku-3|3-5-haiku", 2048),
    (r"opus-4-[56]|haiku-4-5", 4096),
    (r"", 1024),
)
# https://ai.google.dev/gemini-api/docs/caching (2026-10-13, the third generation of 2026-05-07).
GEMINI_MINIMUMS = ((r"gemini-2\.5", 2048), (r"gemini-3-flash", 1024), (r"", 4096))

# A prompt is kept that many seconds after its last use, unless the request says otherwise.
RETENTIONS = {"in_memory": 300.0, "24h": 86400.0}
KEPT_FOR_A_DAY = re.compile(r"gpt-(4\.1|5)")

# From GPT-5.6 on, writes are billed and matches happen at breakpoints.
OPENAI_WRITES = re.compile(r"gpt-(5\.[6-9]|[6-9])")


def snapshot(model: str) -> str:
    """The name in the response; names from families without dated snapshots stay as they are."""
    if DATED.search(model) or model.startswith(("claude", "gemini")):
        return SNAPSHOTS.get(model, model)
    return SNAPSHOTS.get(model, f"{model}-2026-08-07" if model.startswith(("gpt-", "o")) else model)


def retention(body: dict[str, Any], model: str) -> float:
    """How long a prompt of a model before GPT-5.6 is kept, in seconds."""
    kept = "24h" if KEPT_FOR_A_DAY.match(model) else "in_memory"
    return RETENTIONS[body.get("prompt_cache_retention") or kept]


def minimum(model: str, table: tuple[tuple[str, int], ...]) -> int:
    return next(tokens for pattern, tokens in table if re.search(pattern, model))
