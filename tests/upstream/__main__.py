"""`python -m tests.upstream --port 0 --ca-dir DIR [--port-file FILE]`: the upstream as a process.

Prints one line of JSON, `{"port": …, "ca_pem": …, "base_url": …}`, and ends on SIGTERM or SIGINT.
"""

import argparse
import asyncio
import json
import signal
from pathlib import Path

from tests.upstream import certificates
from tests.upstream.app import Upstream
from tests.upstream.server import listen


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.upstream", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ca-dir", type=Path, required=True, help="where upstream-ca.pem is written")
    parser.add_argument("--port-file", type=Path, help="write the port there too")
    parser.add_argument("--host", action="append", default=[], help="one more name in the certificate")
    parser.add_argument("--plain", action="store_true", help="HTTP without TLS")
    return parser.parse_args()


async def _serve(options: argparse.Namespace) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    made = certificates.make(options.ca_dir, tuple(options.host))
    listener = await listen(Upstream(), None if options.plain else made.context, options.port)
    _announce(listener.port, made.ca_pem, options)
    await stopped.wait()
    await listener.stop()


def _announce(port: int, ca_pem: Path, options: argparse.Namespace) -> None:
    if options.port_file:
        # Readers poll for the file: it must never be seen half-written.
        partial = options.port_file.with_name(options.port_file.name + ".part")
        partial.write_text(str(port))
        partial.replace(options.port_file)
    scheme = "http" if options.plain else "https"
    url = f"{scheme}://localhost:{port}"
    print(json.dumps({"port": port, "ca_pem": str(ca_pem), "base_url": url}), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve(_arguments()))
