"""`python -m proxy_addons.authority DIR`: make the proxy's certificate authority before the proxy first runs."""

import os
import sys
from pathlib import Path

from mitmproxy.certs import CertStore
from mitmproxy.options import CONF_BASENAME, KEY_SIZE


def main() -> None:
    """Make the authority's files in that folder where they are missing."""
    os.umask(0o077)
    CertStore.from_store(Path(sys.argv[1]), CONF_BASENAME, KEY_SIZE)


if __name__ == "__main__":
    main()
