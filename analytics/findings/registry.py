"""All findings, in one explicit tuple."""

from types import ModuleType

from analytics.findings import (
    broken_prefix,
    broken_state_chain,
    dropped_history,
    expired_cache,
    heavy_block,
    invented_reply,
    lost_history,
    repeated_request,
    resent_history,
    state_plus_history,
    truncated_reply,
    uncached_prefix,
    unused_server_state,
    unused_tools,
    wasted_cache_write,
    window_pressure,
)
from analytics.findings.hit import Finding, Lever, never, nothing


def _finding(module: ModuleType, lever: Lever) -> Finding:
    """The finding that is this file: its name, docstring and `select`, and its `due` and `reads` where it has them."""
    name = module.__name__.rpartition(".")[2]
    text, due, reads = (module.__doc__ or "").strip(), getattr(module, "due", never), getattr(module, "reads", nothing)
    return Finding(name, lever, text, module.select, due, reads)


FINDINGS: tuple[Finding, ...] = (
    _finding(resent_history, "history"),
    _finding(unused_server_state, "state"),
    _finding(state_plus_history, "state"),
    _finding(broken_state_chain, "state"),
    _finding(uncached_prefix, "caching"),
    _finding(broken_prefix, "caching"),
    _finding(expired_cache, "caching"),
    _finding(wasted_cache_write, "caching"),
    _finding(unused_tools, "history"),
    _finding(heavy_block, "history"),
    _finding(lost_history, "history"),
    _finding(dropped_history, "history"),
    _finding(invented_reply, "calls"),
    _finding(truncated_reply, "calls"),
    _finding(repeated_request, "calls"),
    _finding(window_pressure, "history"),
)
