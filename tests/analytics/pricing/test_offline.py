"""Pricing asks nobody: it works where no socket can be opened."""

import subprocess
import sys

BLOCKED = """
import socket

def refuse(*args, **kwargs):
    raise AssertionError("a socket was opened")

socket.socket.connect = socket.socket.connect_ex = socket.create_connection = socket.getaddrinfo = refuse

from datetime import datetime, UTC
from analytics.dialects.exchange import Usage
from analytics.pricing.context_windows import context_window
from analytics.pricing.pricer import Pricer

cost = Pricer().price(
    provider="openai", host="api.openai.com", api="openai.chat", request_model="gpt-5", response_model="gpt-5",
    at=datetime(2026, 11, 20, tzinfo=UTC), usage=Usage(input_tokens=1_000_000, output_tokens=0), service_tier=None,
)
print(cost.usd, context_window("openai", "gpt-5"))
"""


def test_a_call_is_priced_with_every_socket_blocked() -> None:
    done = subprocess.run([sys.executable, "-c", BLOCKED], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("1.25 400000", "")
