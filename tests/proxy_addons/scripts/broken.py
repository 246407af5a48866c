"""A mitmproxy script: parts of the capture addon raise, those that the file `broken_parts` names at that moment."""

import os
import sys

from mitmproxy import ctx
from mitmproxy.addonmanager import Loader

import proxy_addons.capture
import proxy_addons.links
from proxy_addons.tap import Tap
from tests.proxy_addons.breaking import BROKEN_PARTS, break_parts

proxy_addons.links.COMMAND = (sys.executable, "-P", "-m", "tests.proxy_addons.breaking")
break_parts(
    (Tap, "take_request"),
    (Tap, "take_response"),
    (proxy_addons.capture, "from_headers"),
    (proxy_addons.capture, "noted"),
)


def load(loader: Loader) -> None:
    loader.add_option("broken_parts", str, "", "A file that names the parts that are to raise.")


def configure(updated: set[str]) -> None:
    os.environ[BROKEN_PARTS] = ctx.options.broken_parts
