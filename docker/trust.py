"""`python trust.py DIR`: make the proxy's authority, and put there what apps need in order to trust it.

Certificates only. The authority's private key stays in its own volume, which no app mounts.
"""

import os
import sys
from pathlib import Path

from analytics.launch.certificates import write_bundles
from analytics.launch.places import places

READABLE = 0o644


def publish(folder: Path) -> None:
    """`tokenecho-ca.crt`: the authority's certificate. `bundle.pem`: the public roots and that certificate."""
    at = places()
    write_bundles(at, os.environ)
    for source, name in ((at.authority_certificate, "tokenecho-ca.crt"), (at.client_bundle, "bundle.pem")):
        text = source.read_text("utf-8")
        if "PRIVATE KEY" in text:
            raise SystemExit(f"trust: {source} holds a private key; nothing was published")
        fresh = folder / f".{name}"
        fresh.write_text(text, "utf-8")
        fresh.chmod(READABLE)
        fresh.replace(folder / name)


if __name__ == "__main__":
    publish(Path(sys.argv[1]))
