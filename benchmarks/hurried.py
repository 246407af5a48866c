"""Runs a program whose pauses pass on the local providers' clock only: `python -m benchmarks.hurried PROGRAM`.

The program sleeps as it would at home. `UPSTREAM_CLOCK` is the address that moves the providers' clock.
"""

import os
import runpy
import ssl
import sys
import time
from pathlib import Path
from typing import SupportsIndex
from urllib.parse import urlencode
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

CLOCK = "UPSTREAM_CLOCK"
# A shorter pause is a client's own before it tries again.
LEAST_S = 5.0


def hurry(url: str) -> None:
    """Have every longer pause of this process pass on that clock instead of here."""
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=ssl.create_default_context()))
    sleep = time.sleep

    def pass_by(seconds: float | SupportsIndex) -> None:
        if float(seconds) < LEAST_S:
            sleep(seconds)
        else:
            opener.open(f"{url}?{urlencode({'seconds': float(seconds)})}", data=b"").close()

    time.sleep = pass_by


def main(program: Path) -> None:
    hurry(os.environ[CLOCK])
    sys.path.insert(0, str(program.parent))
    sys.argv = [str(program)]
    runpy.run_path(str(program), run_name="__main__")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
