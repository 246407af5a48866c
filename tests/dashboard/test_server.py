"""The server as `tokenecho dashboard` starts it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.launch.processes import free_port
from tests.analytics.cli.terminal import tokenecho
from tests.dashboard.serving import SOCKET, answered, asked, let_in, served

# An address of loopback that is not the usual one, and so is asked for like any other.
ELSEWHERE = "127.0.0.2"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where a dashboard over no database listens."""
    with served(tmp_path_factory.mktemp("server")) as found:
        yield found


def test_a_browser_on_this_machine_is_let_in(port: int) -> None:
    for host in ("127.0.0.1", "localhost"):
        origin = f"http://{host}:{port}"
        assert asked(port, "/_stcore/stream", Host=f"{host}:{port}", Origin=origin, **SOCKET) == 101


def test_a_page_of_another_origin_is_not_let_in(port: int) -> None:
    origin = "https://elsewhere.example"
    assert asked(port, "/_stcore/stream", Host=f"127.0.0.1:{port}", Origin=origin, **SOCKET) == 403


def test_another_name_for_this_machine_is_not_let_in(port: int) -> None:
    name = f"rebound.example:{port}"
    assert asked(port, "/_stcore/stream", Host=name, Origin=f"http://{name}", **SOCKET) == 403


def test_a_page_under_another_name_is_not_served_and_says_what_to_do(port: int) -> None:
    status, _, said = answered(port, "GET", "/", headers={"Host": f"rebound.example:{port}"})
    assert (status, "--name" in said) == (403, True)


def test_a_name_that_was_given_is_known(tmp_path: Path) -> None:
    with served(tmp_path, "--name", "pages.example") as port:
        host = f"pages.example:{port}"
        assert asked(port, "/_stcore/stream", Host=host, Origin=f"http://{host}", **SOCKET) == 101


def test_who_listens_elsewhere_asks_for_a_login_and_knows_that_address_only(tmp_path: Path) -> None:
    let_in(tmp_path)
    with served(tmp_path, host=ELSEWHERE) as port:
        own, other = f"{ELSEWHERE}:{port}", f"rebound.example:{port}"
        assert answered(port, "GET", "/", host=ELSEWHERE)[0] == 401
        assert answered(port, "GET", "/login", headers={"Host": other}, host=ELSEWHERE)[0] == 403
        assert answered(port, "GET", "/login", headers={"Origin": "https://other.example"}, host=ELSEWHERE)[0] == 403
        assert answered(port, "GET", "/login", headers={"Origin": f"http://{own}"}, host=ELSEWHERE)[0] == 200


@pytest.mark.parametrize("command", ["dashboard", "up"])
def test_who_listens_elsewhere_without_a_login_is_told_the_remedy(tmp_path: Path, command: str) -> None:
    options = {
        "dashboard": ["--listen", ELSEWHERE, "--port", str(free_port(ELSEWHERE))],
        "up": ["--dashboard-listen", ELSEWHERE, "--dashboard-port", str(free_port(ELSEWHERE)), "--port", "0"],
    }
    ran = tokenecho(tmp_path, command, *options[command])
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "tokenecho password NAME --role admin" in ran.stderr


def test_single_sign_on_for_nobody_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secrets.toml").write_text("[auth]\nclient_id = 'x'\n", "utf-8")
    ran = tokenecho(tmp_path, "dashboard", "--login", "--port", str(free_port()))
    assert (ran.returncode, "names nobody who may come" in ran.stderr) == (1, True)
