"""`tokenecho demo`: a sample with something to see, in a folder of its own, of which nothing is left."""

import signal
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from analytics.cli.demo import fill
from analytics.demo.sample import NEWEST_AGO_S, sample
from analytics.findings.registry import FINDINGS
from analytics.launch.places import Places
from analytics.launch.processes import free_port
from analytics.store.database import Database
from dashboard.budgets import read_budgets
from tests.analytics.cli.terminal import started, tokenecho

DAY_S = 86_400.0
PATIENCE_S = 90.0


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Places:
    """The demo's database."""
    folder = tmp_path_factory.mktemp("demo")
    at = Places(folder / "tokenecho.duckdb", folder)
    fill(at)
    return at


def _values(at: Places, query: str) -> list[object]:
    with Database(at.database).reading() as connection:
        return [row[0] for row in connection.execute(query).fetchall()]


def test_the_sample_is_two_weeks_that_end_now() -> None:
    now = 1_900_000_000.0
    times = [record.started_at for record in sample(now)]
    assert times == sorted(times)
    assert times[-1] == now - NEWEST_AGO_S
    assert 14 * DAY_S < times[-1] - times[0] < 16 * DAY_S


def test_nothing_in_the_sample_is_unread_or_lost(filled: Places) -> None:
    assert _values(filled, "select count(*) from raw_exchanges") == [0]
    assert _values(filled, "select count(*) from exchanges") == [sum(1 for _ in sample(0.0))]


def test_it_shows_all_findings_but_perhaps_two(filled: Places) -> None:
    found = _values(filled, "select distinct finding from findings")
    missing = {finding.name for finding in FINDINGS} - {*map(str, found)}
    assert len(missing) <= 2, missing


def test_it_looks_like_a_team(filled: Places) -> None:
    apis = _values(filled, "select distinct api from exchanges")
    assert {"openai.chat", "openai.responses", "anthropic.messages", "gemini.generate", "bedrock.converse"} == {*apis}
    assert len(_values(filled, "select distinct team from exchanges")) >= 5
    assert len(_values(filled, "select distinct user_name from exchanges")) >= 10
    [spent] = _values(filled, "select sum(cost_usd) from exchanges")
    assert isinstance(spent, float)
    assert 10 < spent < 100
    assert _values(filled, "select count(*) > 0 from exchanges where provider = 'local' and cost_usd is null") == [True]
    assert _values(filled, "select max(turns) >= 60 from conversations") == [True]
    assert _values(filled, "select count(*) > 0 from exchanges where status = 429 or not complete") == [True]


def test_its_budgets_are_spent_nearly_spent_and_ample(filled: Places) -> None:
    month = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    with Database(filled.database).reading() as connection:
        rows = connection.execute(
            "select team, sum(cost_usd) from exchanges where started_at >= ? group by team order by 2 desc nulls last",
            [month.replace(tzinfo=None)],
        ).fetchall()
    budgets = read_budgets(filled.database.parent)
    shares = [budgets["team", team] / usd for team, usd in rows[:3] if usd]
    assert len(budgets) == len(shares)
    assert [share > 1 for share in shares] == [False, True, True][: len(shares)]


def test_it_runs_in_a_folder_that_is_gone_with_it_and_leaves_the_users_alone(tmp_path: Path) -> None:
    home, temporary = _users_home(tmp_path), tmp_path / "temporary"
    temporary.mkdir()
    before = _contents(home)
    port = free_port()
    with started(home, "demo", "--port", str(port), more={"TMPDIR": str(temporary)}) as process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(3)]
        assert said[1].endswith(f"calls of a made-up team:  http://127.0.0.1:{port}\n"), said
        assert httpx.get(f"http://127.0.0.1:{port}/_stcore/health", trust_env=False).status_code == 200
        [folder] = temporary.glob("tokenecho-demo-*")
        assert (folder / "tokenecho.duckdb").exists()
        assert folder.stat().st_mode & 0o777 == 0o700
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert not [*temporary.glob("tokenecho-demo-*")]
    assert _contents(home) == before
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=1).close()


@pytest.fixture(params=[signal.SIGINT, signal.SIGHUP])
def heard(request: pytest.FixtureRequest) -> Iterator[signal.Signals]:
    """A signal that a process which is started now hears, also where these tests run under nohup."""
    number: signal.Signals = request.param
    before = signal.getsignal(number)
    if before is signal.SIG_IGN:
        signal.signal(number, signal.SIG_DFL)
    yield number
    signal.signal(number, before)


def test_a_demo_that_is_ended_early_leaves_nothing_either(tmp_path: Path, heard: signal.Signals) -> None:
    with started(tmp_path / "home", "demo", more={"TMPDIR": str(tmp_path)}) as process:
        _wait_for(lambda: bool([*tmp_path.glob("tokenecho-demo-*/*.spool")]))
        process.send_signal(heard)
        assert process.wait(60) == 0
    assert not [*tmp_path.glob("tokenecho-demo-*")]


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = tokenecho(tmp_path, "demo", "--port", str(taken.getsockname()[1]))
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "choose another port with --port" in ran.stderr


def _users_home(folder: Path) -> Path:
    """A data folder with settings that would end the demo if it read them."""
    home = folder / "home"
    home.mkdir()
    (home / "prices.toml").write_text("no = prices = here")
    (home / "tokenecho.duckdb").write_bytes(b"not for the demo")
    return home


def _contents(folder: Path) -> dict[str, tuple[bytes, float]]:
    return {str(path): (path.read_bytes(), path.stat().st_mtime) for path in folder.rglob("*")}


def _wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
