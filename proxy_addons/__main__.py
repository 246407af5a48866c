"""`python -m proxy_addons …`: mitmdump with the tokenecho addon, writing files that only their owner may read."""

import os
import sys
from pathlib import Path

from mitmproxy.tools.main import mitmdump


def main() -> None:
    """Run mitmdump with this package's addon before any that the arguments name."""
    os.umask(0o077)
    script = Path(__file__).with_name("main.py")
    mitmdump(["-s", str(script), *sys.argv[1:]])


if __name__ == "__main__":
    main()
