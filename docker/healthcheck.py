"""`python healthcheck.py [proxy] [collector] [dashboard]`: exit code 0 where each of these roles does its work.

Without an argument: each role that runs in this container. Standard library only, so that it starts fast.
"""

import http.client
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

FRESH_S = 15.0
LISTENING = "0A"  # TCP_LISTEN in /proc/net/tcp
MARKS = {"proxy": "proxy_addons", "collector": "collect", "dashboard": "streamlit"}


def database() -> Path:
    """The database's path, as the command line finds it."""
    return Path(os.environ.get("TOKENECHO_DB") or Path(os.environ.get("TOKENECHO_HOME", "/data"), "tokenecho.duckdb"))


def proxy() -> str | None:
    """Its port is open, and a proxy wrote its heartbeat into the spool a moment ago.

    Not by a connection: in transparent mode one that was never redirected is an error in the proxy's log.
    """
    port = int(os.environ.get("TOKENECHO_PORT") or 8080)
    if port not in listening_ports():
        return f"nobody listens on port {port}"
    spool = Path(f"{database()}.spool")
    with closing(sqlite3.connect(f"{spool.as_uri()}?mode=ro", uri=True, timeout=2)) as db:
        (seen_at,) = db.execute("select max(seen_at) from proxies").fetchone()
    age = time.time() - (seen_at or 0)
    return None if age < FRESH_S else f"the last heartbeat is {age:.0f} s old"


def listening_ports() -> set[int]:
    """The TCP ports that somebody listens on in this network namespace."""
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    rows = [line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
    return {int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == LISTENING}


def collector() -> str | None:
    """Its lock is held, so that a read of the lock's file is refused."""
    lock = Path(f"{database()}.collector.lock")
    with closing(sqlite3.connect(f"{lock.as_uri()}?mode=ro", uri=True, timeout=0)) as db:
        try:
            db.execute("pragma schema_version").fetchone()
        except sqlite3.OperationalError as error:
            return None if "locked" in str(error) else f"{lock}: {error}"
    return "no collector holds the lock"


def dashboard() -> str | None:
    """Streamlit says so. https://docs.streamlit.io/deploy/tutorials/docker"""
    port = int(os.environ.get("TOKENECHO_DASHBOARD_PORT") or 8501)
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=3)) as connection:
        connection.request("GET", "/_stcore/health")
        status = connection.getresponse().status
    return None if status == http.client.OK else f"the dashboard answers {status}"


CHECKS: dict[str, Callable[[], str | None]] = {"proxy": proxy, "collector": collector, "dashboard": dashboard}


def running() -> list[str]:
    """The roles whose processes this container has."""
    lines = [_arguments(process) for process in Path("/proc").iterdir() if process.name.isdigit()]
    return [role for role, mark in MARKS.items() if any(mark in arguments for arguments in lines)]


def _arguments(process: Path) -> list[str]:
    try:
        return (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except OSError:  # it has ended
        return []


def problem(role: str) -> str | None:
    """What is wrong with that role, if anything."""
    try:
        return CHECKS[role]()
    except (OSError, sqlite3.Error, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"


def main() -> None:
    """Print what is wrong, for `docker inspect`, and exit with 1."""
    roles = sys.argv[1:] or running()
    problems = {role: wrong for role in roles if (wrong := problem(role))}
    for role, wrong in problems.items():
        print(f"{role}: {wrong}")
    if not roles:
        print("no role runs here")
    sys.exit(1 if problems or not roles else 0)


if __name__ == "__main__":
    main()
