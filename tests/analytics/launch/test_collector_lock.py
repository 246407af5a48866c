"""One collector a database."""

import subprocess
import sys
from pathlib import Path

from analytics.launch.collector_lock import CollectorLock

HOLDER = """
import sys, time
from pathlib import Path
from analytics.launch.collector_lock import CollectorLock
lock = CollectorLock(Path(sys.argv[1]))
print(lock.take(), flush=True)
time.sleep(60)
"""


def test_only_one_holds_it_and_the_next_gets_it_after(tmp_path: Path) -> None:
    first, second = CollectorLock(tmp_path / "lock"), CollectorLock(tmp_path / "lock")
    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()
    second.release()


def test_a_killed_holder_leaves_it_free(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        mine = CollectorLock(path)
        assert not mine.take()
        holder.kill()
        holder.wait()
        assert mine.take()
        mine.release()
