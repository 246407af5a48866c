"""`tokenecho findings`, `explain` and `mute`."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import Result

from benchmarks.scenarios import heavy_block, repeated_request, unused_tools
from benchmarks.scenarios.call import Call
from benchmarks.scenarios.examined import collected
from tests.analytics.cli.terminal import called


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a database in which tools were not used, and another app repeated a request."""
    tools = next(scenario for scenario in unused_tools.HITS if "anthropic" in scenario.name)
    twice = [scenario for scenario in repeated_request.HITS if "gemini" in scenario.name][1]
    collected((*tools.calls, *(_in_app(call, "desk") for call in twice.calls)), tmp_path)
    return tmp_path


def _in_app(call: Call, app: str) -> Call:
    return Call(call.api, call.at + 3600, call.said, call.reply, app=app)


def run(folder: Path, command: str, *arguments: str) -> Result:
    return called(folder, command, "--db", str(folder / "calls.duckdb"), *arguments)


def listed(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(run(folder, "findings", "--json", *arguments).stdout)
    return found


def test_those_worth_most_come_first(folder: Path) -> None:
    worth = [row["usd"] or 0 for row in listed(folder)]
    assert worth == sorted(worth, reverse=True)
    assert {row["finding"] for row in listed(folder)} >= {"unused_tools", "repeated_request"}
    shown = run(folder, "findings")
    assert "of 6 tools were never called" in shown.stdout
    assert shown.exit_code == 0


def test_one_chooses_by_name_app_and_conversation(folder: Path) -> None:
    assert {row["finding"] for row in listed(folder, "--finding", "unused_tools")} == {"unused_tools"}
    assert {row["app"] for row in listed(folder, "--app", "desk")} == {"desk"}
    conversation = listed(folder, "--app", "desk")[0]["conversation_id"]
    assert {row["conversation_id"] for row in listed(folder, "--conversation", conversation[:12])} == {conversation}
    assert run(folder, "findings", "--app", "nobody").stderr.startswith("No calls are chosen by")
    assert run(folder, "findings", "--app", "shop", "--finding", "lost_history").stderr == "Nothing was found.\n"
    assert (
        "No conversation 'zzz'; `tokenecho conversations` lists them."
        in run(folder, "findings", "--conversation", "zzz").stderr
    )


def test_a_limit_says_how_many_it_left_out(folder: Path) -> None:
    assert f"{len(listed(folder)) - 1} more; --limit shows them." in run(folder, "findings", "--limit", "1").stderr


def test_an_explanation_has_the_text_the_evidence_the_turns_and_what_is_known_of_the_money(folder: Path) -> None:
    found = listed(folder, "--finding", "unused_tools")[0]
    shown = run(folder, "explain", found["finding_id"][:6]).stdout
    for part in ("What happens: the definitions", "What to do: send the tools", "unused: 5", "tool_1", "$"):
        assert part in shown
    assert "\tappend\t" in shown
    assert f"`tokenecho turns {found['conversation_id']}` shows all turns" in shown
    told = orjson.loads(run(folder, "explain", found["finding_id"], "--json").stdout)
    assert told["evidence"]["unused"] == 5
    assert told["turns"][0]["exchange_id"] == found["exchange_id"]
    assert told["muted"] is None


def test_an_id_that_is_none_or_not_enough_is_said_so(folder: Path) -> None:
    assert "No finding 'zz'; `tokenecho findings` lists them." in run(folder, "explain", "zz").stderr
    assert "Several findings begin with ''" in run(folder, "explain", "").stderr


def test_what_is_muted_for_an_app_is_not_listed_but_counted(folder: Path) -> None:
    assert run(folder, "mute", "unused_tools", "--app", "shop", "--reason", 'They said: "all"\x7f.').exit_code == 0
    assert "unused_tools" not in {row["finding"] for row in listed(folder)}
    assert "unused_tools" in {row["finding"] for row in listed(folder, "--muted")}
    assert "1 muted" in run(folder, "findings").stderr
    assert "unused_tools\tshop\t" in run(folder, "mute").stdout
    assert orjson.loads(run(folder, "mute", "--json").stdout)[0]["reason"] == 'They said: "all"\x7f.'
    found = listed(folder, "--muted", "--finding", "unused_tools")[0]
    assert "Muted since" in run(folder, "explain", found["finding_id"]).stdout


def test_a_mute_for_another_app_mutes_nothing(folder: Path) -> None:
    run(folder, "mute", "unused_tools", "--app", "desk", "--reason", "Not theirs.")
    assert "unused_tools" in {row["finding"] for row in listed(folder)}


def test_a_mute_is_undone(folder: Path) -> None:
    run(folder, "mute", "unused_tools", "--reason", "Known.")
    assert run(folder, "mute", "unused_tools", "--undo").exit_code == 0
    assert "unused_tools" in {row["finding"] for row in listed(folder)}
    again = run(folder, "mute", "unused_tools", "--undo")
    assert "unused_tools is not muted for every app; `tokenecho mute` lists what is." in again.stderr


def test_a_mute_needs_a_reason(folder: Path) -> None:
    refused = run(folder, "mute", "unused_tools")
    assert "Say why with --reason" in refused.stderr
    assert refused.exit_code == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[mute]]\nfinding = 3\n", "mute 1: finding is missing; give it as a text."),
        ('[[mute]]\nfinding = "unused_tools"\n', "mute 1: reason is missing; give it as a text."),
        ('[[mute]]\nfinding = "unused_tools"\nreason = "a"\napps = "b"\n', "mute 1: there is no field 'apps'"),
        ("mute = 1\n", "`mute` must be a list of tables"),
        ("[[mute", "no TOML"),
    ],
)
def test_a_file_of_mutes_that_is_wrong_is_named_with_the_place(folder: Path, text: str, said: str) -> None:
    (folder / "mutes.toml").write_text(text)
    refused = run(folder, "findings")
    assert f"{folder / 'mutes.toml'}: " in refused.stderr
    assert said in refused.stderr
    assert refused.exit_code == 1


def test_what_was_captured_steers_no_terminal(tmp_path: Path) -> None:
    calls = heavy_block.HITS[0].calls
    collected([Call(c.api, c.at, c.said, c.reply, tools=c.tools, model="gpt-5.1\x1b[31m") for c in calls], tmp_path)
    found = listed(tmp_path, "--finding", "heavy_block")[0]
    assert "\x1b" not in run(tmp_path, "explain", found["finding_id"]).stdout
