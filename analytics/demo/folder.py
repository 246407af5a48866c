"""A folder for a demo: gone when it ends, and the only place that a demo reads or writes."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from analytics.launch.places import Places

# Tells the dashboard, a process of its own, that what it shows is a demo.
DEMO = "TOKENECHO_DEMO"


@contextmanager
def demo_folder() -> Iterator[Places]:
    """Files of a demo's own, for this process and those that it starts: the user's settings count for none of them."""
    folder = Path(tempfile.mkdtemp(prefix="tokenecho-demo-"))
    before = {name: os.environ.pop(name) for name in [*os.environ] if name.startswith("TOKENECHO_")}
    os.environ.update({"TOKENECHO_HOME": str(folder), DEMO: "1"})
    try:
        yield Places(folder / "tokenecho.duckdb", folder)
    finally:
        for name in ("TOKENECHO_HOME", DEMO):
            del os.environ[name]
        os.environ.update(before)
        shutil.rmtree(folder, ignore_errors=True)
