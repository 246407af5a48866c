"""The processes' arguments and ports."""

import itertools
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import click
import pytest

from analytics.launch.places import Places
from analytics.launch.processes import ProxySettings, check_port, free_port, proxy_arguments
from analytics.record import Who

AT = Places(Path("/data/calls.duckdb"), Path("/data"))


def sets(settings: ProxySettings) -> list[str]:
    """The mitmproxy options among the proxy's arguments."""
    arguments = proxy_arguments(settings, AT)
    return [value for name, value in itertools.pairwise(arguments) if name == "--set"]


def test_hosts_and_names_reach_the_addon() -> None:
    found = sets(ProxySettings(1, hosts=("a.example", "b.example"), who=Who("shop", "blue", None), content="none"))
    assert {"tokenecho_hosts=a.example", "tokenecho_hosts=b.example"} <= set(found)
    assert {"tokenecho_app=shop", "tokenecho_team=blue", "tokenecho_content=none"} <= set(found)


def test_a_users_own_option_stands_in_place_of_ours() -> None:
    found = sets(ProxySettings(1, options=("termlog_verbosity=debug", "confdir=/elsewhere")))
    assert [value for value in found if value.startswith(("termlog_verbosity=", "confdir="))] == [
        "termlog_verbosity=debug",
        "confdir=/elsewhere",
    ]


def test_the_target_of_a_reverse_proxy_is_an_llm_host() -> None:
    settings = ProxySettings(1, mode=("reverse:https://gateway.example:8443/base",))
    assert "tokenecho_hosts=gateway.example:8443" in sets(settings)
    assert not settings.explicit


def test_nothing_secret_is_among_the_arguments() -> None:
    settings = ProxySettings(1, mode=("upstream:http://corp.example:3128",), upstream_auth="me:hidden")
    assert "hidden" not in " ".join(proxy_arguments(settings, AT))
    assert "hidden" not in repr(settings)
    assert settings.explicit


def test_a_port_that_is_taken_is_an_error_with_the_remedy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(click.ClickException, match=r"choose another port with --port\."):
            check_port("127.0.0.1", taken.getsockname()[1], "--port")
    check_port("127.0.0.1", free_port(), "--port")


# A signal whose exception is dropped, as by a library in C that imports something; and a child that would go on.
UNHEARD = """
import os, signal, sys
from analytics.launch.processes import children, outlast, start
with children() as running:
    running["child"] = start("http.server", ["--bind", "127.0.0.1", "0"], quiet=True)
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        raise AssertionError("the signal came late")
    except SystemExit:
        print(running["child"].pid, flush=True)
    outlast(running["child"])
"""


def test_a_signal_that_was_not_heard_at_first_still_ends_all() -> None:
    ran = subprocess.run([sys.executable, "-c", UNHEARD], stdout=subprocess.PIPE, timeout=60, check=False)
    assert ran.returncode == 128 + signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(int(ran.stdout), 0)
