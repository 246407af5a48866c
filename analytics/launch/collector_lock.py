"""One collector a database: a lock that the system drops with the process that holds it.

SQLite's own file lock serves, since it works alike on every platform and on any file system it knows.
"""

import sqlite3
from pathlib import Path

from analytics.private import create_private


class CollectorLock:
    """Held from a successful `take` until `release` or the end of the process."""

    def __init__(self, path: Path) -> None:
        create_private(path)
        self._db = sqlite3.connect(path, timeout=0, isolation_level=None)

    def take(self) -> bool:
        """Whether this process is now the collector."""
        try:
            self._db.execute("begin exclusive")
        except sqlite3.OperationalError:
            return False
        return True

    def release(self) -> None:
        self._db.close()
