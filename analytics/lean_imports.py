"""Pandas left out of a process that has no use for it.

DuckDB and Arrow import it, where it is installed, at the first value that they are given, in case the value is one of
its own: https://duckdb.org/docs/stable/clients/python/conversion. That takes half a second and 40 to 70 MB.
"""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType


class _Without(MetaPathFinder):
    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if name == "pandas":
            raise ModuleNotFoundError("pandas is left out of this process", name=name)


def leave_out_pandas() -> None:
    """From now on, as if it were not installed. For a whole process: DuckDB and Arrow remember what they found."""
    sys.meta_path.insert(0, _Without())
