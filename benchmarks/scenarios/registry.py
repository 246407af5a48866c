"""The scenarios of every finding, by the finding's name."""

from collections.abc import Mapping
from types import ModuleType

from benchmarks.scenarios import (
    broken_state_chain,
    resent_history,
    state_plus_history,
    unused_server_state,
)
from benchmarks.scenarios.call import Scenario

LABELLED: tuple[ModuleType, ...] = (
    resent_history,
    unused_server_state,
    state_plus_history,
    broken_state_chain,
)
HITS: Mapping[str, tuple[Scenario, ...]] = {module.__name__.rpartition(".")[2]: module.HITS for module in LABELLED}
MISSES: Mapping[str, tuple[Scenario, ...]] = {module.__name__.rpartition(".")[2]: module.MISSES for module in LABELLED}
