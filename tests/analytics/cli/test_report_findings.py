"""What `tokenecho report` says of findings, in every format."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from click.testing import Result

from benchmarks.scenarios import repeated_request, unused_tools
from benchmarks.scenarios.call import Call, user
from benchmarks.scenarios.examined import collected
from tests.analytics.cli.terminal import called

HOSTILE = "<img src=x onerror=alert(1)>|[link](javascript:alert(1))`\x1b[31m"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a database in which tools were not used, and an app of a hostile name repeated a request."""
    made = tmp_path_factory.mktemp("reported")
    tools = next(scenario for scenario in unused_tools.HITS if "anthropic" in scenario.name)
    twice = [scenario for scenario in repeated_request.HITS if "gemini" in scenario.name][1]
    collected((*tools.calls, *(replace(call, at=call.at + 3600, app=HOSTILE) for call in twice.calls)), made)
    return made


def run(folder: Path, *arguments: str) -> Result:
    return called(folder, "report", "--db", str(folder / "calls.duckdb"), *arguments)


def test_programs_get_the_sum_the_kinds_and_the_largest(folder: Path) -> None:
    told = orjson.loads(run(folder, "--json").stdout)
    assert {kind["finding"] for kind in told["kinds"]} == {row["finding"] for row in told["findings"]}
    assert {"unused_tools", "repeated_request"} <= {kind["finding"] for kind in told["kinds"]}
    money = {row["finding"]: row["usd"] for row in told["findings"]}
    smaller = {row["finding"] for row in told["findings"] if row["lever"] == "history"}
    assert told["avoidable"]["usd"] == pytest.approx(
        sum(usd or 0 for name, usd in money.items() if name not in smaller)
    )
    assert told["avoidable"]["smaller_history_usd"] == pytest.approx(money["unused_tools"])
    assert (told["count"], told["muted"], told["waiting"]) == (len(told["findings"]), 0, 0)
    # What only informs is no finding to act upon.
    assert "resent_history" not in money


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_every_format_names_them_with_their_money_and_advice(folder: Path, form: str) -> None:
    printed = run(folder, "--format", form).stdout
    told = orjson.loads(run(folder, "--json").stdout)
    for row in told["findings"]:
        assert row["finding_id"] in printed
    for words in ("What was found", "of 6 tools were never called", "overlaps with"):
        assert words in printed


def test_a_hostile_name_is_text_in_markdown(folder: Path) -> None:
    printed = run(folder, "--format", "markdown").stdout
    assert r"\<img src=x onerror=alert(1)\>\|\[link\](javascript:alert(1))\` \[31m" in printed
    assert "\x1b" not in printed
    cells = {line.replace(r"\|", "").count("|") for line in printed.splitlines() if "img src" in line}
    assert cells <= {7, 9, 10}


def test_what_is_muted_is_counted_and_left_out(folder: Path) -> None:
    called(folder, "mute", "--db", str(folder / "calls.duckdb"), "unused_tools", "--reason", "Known.")
    printed = run(folder).stdout
    assert "unused_tools" not in printed
    assert ["muted", "1"] in [line.split() for line in printed.splitlines()]
    (folder / "mutes.toml").unlink()


def test_what_is_not_examined_yet_is_said(tmp_path: Path) -> None:
    database = collected((Call("openai.chat", 0, (user("Hello."),)),), tmp_path)
    assert "not examined" not in run(tmp_path).stdout
    with database.writing() as connection:
        connection.execute("insert into unexamined select conversation_id, null, true from links")
    assert "not examined yet  1 conversations" in run(tmp_path).stdout


def test_it_is_written_to_a_file_where_one_is_named(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "report.md"
    ran = run(folder, "--format", "markdown", "-o", str(target))
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert target.read_text("utf-8").startswith("## Totals")
    nowhere = run(folder, "-o", str(tmp_path / "none" / "report.txt"))
    assert (nowhere.exit_code, "cannot be written: No such file or directory." in nowhere.stderr) == (1, True)
