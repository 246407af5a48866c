"""The scenarios of every finding, by the finding's name."""

from collections.abc import Mapping
from types import ModuleType

from benchmarks.scenarios import (
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
from benchmarks.scenarios.call import Scenario

LABELLED: tuple[ModuleType, ...] = (
    resent_history,
    unused_server_state,
    state_plus_history,
    broken_state_chain,
    uncached_prefix,
    broken_prefix,
    expired_cache,
    wasted_cache_write,
    unused_tools,
    heavy_block,
    lost_history,
    dropped_history,
    invented_reply,
    truncated_reply,
    repeated_request,
    window_pressure,
)
HITS: Mapping[str, tuple[Scenario, ...]] = {module.__name__.rpartition(".")[2]: module.HITS for module in LABELLED}
MISSES: Mapping[str, tuple[Scenario, ...]] = {module.__name__.rpartition(".")[2]: module.MISSES for module in LABELLED}
