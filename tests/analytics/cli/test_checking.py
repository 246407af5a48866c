"""`tokenecho check`: what a pipeline makes of limits, of what is unknown, and of what is muted."""

from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from click.testing import Result

from benchmarks.scenarios import repeated_request, unused_tools
from benchmarks.scenarios.call import Call, user
from benchmarks.scenarios.examined import collected
from tests.analytics.cli.terminal import called


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With a database in which tools were not used, and another app repeated a request."""
    made = tmp_path_factory.mktemp("checked")
    tools = next(scenario for scenario in unused_tools.HITS if "anthropic" in scenario.name)
    twice = [scenario for scenario in repeated_request.HITS if "gemini" in scenario.name][1]
    collected((*tools.calls, *(replace(call, at=call.at + 3600, app="desk") for call in twice.calls)), made)
    return made


@pytest.fixture
def unmuted(folder: Path) -> Path:
    (folder / "mutes.toml").unlink(missing_ok=True)
    return folder


def run(folder: Path, command: str, *arguments: str) -> Result:
    return called(folder, command, "--db", str(folder / "calls.duckdb"), *arguments)


def test_a_pipeline_fails_where_a_limit_is_exceeded(unmuted: Path) -> None:
    assert run(unmuted, "check", "--max-echo", "0.99").exit_code == 0
    failed = run(unmuted, "check", "--max-echo", "0.1", "--max-cost", "100", "--fail-on", "unused_tools")
    assert failed.exit_code == 1
    assert "failed  echo_share" in failed.stdout
    assert "passed  cost_usd" in failed.stdout
    assert "failed  unused_tools: 1, at most 0; `tokenecho explain` " in failed.stdout


def test_a_program_is_told_the_ids_of_what_failed(unmuted: Path) -> None:
    [listed] = orjson.loads(run(unmuted, "findings", "--finding", "unused_tools", "--json").stdout)
    told = orjson.loads(run(unmuted, "check", "--fail-on", "unused_tools", "--json").stdout)
    assert told["result"] == "failed"
    assert told["checks"] == [
        {
            "check": "unused_tools",
            "limit": 0,
            "value": 1,
            "result": "failed",
            "note": None,
            "findings": [listed["finding_id"]],
        }
    ]


def test_money_of_smaller_histories_is_not_added_to_what_is_avoidable(unmuted: Path) -> None:
    rows = orjson.loads(run(unmuted, "findings", "--json").stdout)
    others = sum(row["usd"] or 0 for row in rows if row["lever"] != "history")
    told = orjson.loads(run(unmuted, "check", "--max-avoidable", "0", "--json").stdout)
    assert told["checks"][0]["value"] == pytest.approx(others)
    assert 0 < others < sum(row["usd"] or 0 for row in rows)


def test_a_muted_finding_fails_no_pipeline(unmuted: Path) -> None:
    run(unmuted, "mute", "unused_tools", "--reason", "Known.")
    assert run(unmuted, "check", "--fail-on", "unused_tools").exit_code == 0


def test_an_unknown_cost_is_not_taken_for_none(tmp_path: Path) -> None:
    collected((Call("openai.chat", 0, (user("Hello."),), model="my-own-model"),), tmp_path)
    told = run(tmp_path, "check", "--max-cost", "5")
    assert "unknown cost_usd: unknown, at most $5.00 (1 calls of unknown cost)" in told.stdout
    assert told.exit_code == 2


def test_what_is_known_may_be_too_much_whatever_is_unknown(tmp_path: Path) -> None:
    known, unknown = (Call("openai.chat", at, (user(f"Hello {at}."),), model=m) for at, m in ((0, ""), (9, "my-own")))
    collected((known, unknown), tmp_path)
    assert run(tmp_path, "check", "--max-cost", "0").exit_code == 1
    assert run(tmp_path, "check", "--max-cost", "5").exit_code == 2


def test_what_was_not_examined_yet_is_no_pass(tmp_path: Path) -> None:
    database = collected((Call("openai.chat", 0, (user("Hello."),)),), tmp_path)
    assert run(tmp_path, "check", "--fail-on", "lost_history").exit_code == 0
    with database.writing() as connection:
        connection.execute("insert into unexamined select conversation_id, null, true from links")
    told = run(tmp_path, "check", "--fail-on", "lost_history", "--max-avoidable", "1")
    assert told.exit_code == 2
    assert told.stdout.count("1 conversations are not examined yet; a running collector does that") == 2
    assert run(tmp_path, "check", "--max-echo", "1").exit_code == 0


def test_a_check_of_nothing_is_refused(unmuted: Path) -> None:
    refused = run(unmuted, "check")
    assert ("Say what to check" in refused.stderr, refused.exit_code) == (True, 2)


def test_where_there_is_nothing_to_check_no_pipeline_passes_and_none_is_said_to_have_failed(unmuted: Path) -> None:
    none = run(unmuted, "check", "--max-echo", "1", "--app", "nobody")
    assert (none.exit_code, none.stderr) == (2, "Error: No calls are chosen by --since, --until, --app and --team.\n")
    missing = called(unmuted, "check", "--db", str(unmuted / "none.duckdb"), "--max-echo", "1")
    assert (missing.exit_code, "no database there yet" in missing.stderr) == (2, True)
    (unmuted / "mutes.toml").write_text("[[mute")
    unreadable = run(unmuted, "check", "--max-echo", "1")
    assert (unreadable.exit_code, "no TOML" in unreadable.stderr) == (2, True)
