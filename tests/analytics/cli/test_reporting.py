"""`tokenecho conversations`, `turns` and `report`, on an imported chat of three turns."""

import json
from pathlib import Path

import pytest

from analytics.cli.report_text import FORMATS
from analytics.findings.listing import Listed
from analytics.findings.worth import digest
from analytics.reporting import Report
from tests.analytics.cli.terminal import called
from tests.analytics.cli.test_exchanges import chat_har

# The chat's usage as its provider reported it: (input, output).
USAGE = ((100, 20), (150, 30), (200, 10))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the chat in it."""
    folder = tmp_path_factory.mktemp("home")
    ran = called(folder, "import", "--app", "shop", str(chat_har(folder, USAGE)))
    assert ran.exit_code == 0, ran.output
    return folder


def test_the_three_calls_are_one_conversation(home: Path) -> None:
    (found,) = json.loads(called(home, "conversations", "--json").stdout)
    assert (found["calls"], found["app"], found["model"]) == (3, "shop", "gpt-4o-2024-08-06")
    assert found["input_tokens"] == 450


def test_each_turn_says_what_was_new_resent_and_echoed(home: Path) -> None:
    (found,) = json.loads(called(home, "conversations", "--json").stdout)
    rows = json.loads(called(home, "turns", "--json", found["conversation_id"][:8]).stdout)
    assert [row["turn"] for row in rows] == [1, 2, 3]
    assert [row["relation"] for row in rows] == ["new", "append", "append"]
    parts = [(row["new_tokens"], row["resent_tokens"], row["echoed_tokens"]) for row in rows]
    assert [sum(part) for part in parts] == [100, 150, 200]
    # A turn that extends its parent resends the parent's own reported input.
    assert [resent for _, resent, _ in parts] == [0, 100, 150]
    assert all(row["token_basis"] == "exact" for row in rows)
    assert rows[-1]["cumulative_usd"] == pytest.approx(sum(row["cost_usd"] for row in rows))


def test_the_report_adds_up(home: Path) -> None:
    found = json.loads(called(home, "report", "--json").stdout)
    totals = found["totals"]
    assert (totals["calls"], totals["conversations"], totals["input_tokens"]) == (3, 1, 450)
    assert totals["echo_share"] == pytest.approx((totals["resent_tokens"] + totals["echoed_tokens"]) / 450)
    # 450 × $2.50 + 60 × $10 a million: OpenAI's list price of gpt-4o
    assert totals["cost_usd"] == pytest.approx(0.001725)
    assert [row["name"] for row in found["groups"]["app"]] == ["shop"]


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_a_report_has_the_same_figures_in_every_dress(home: Path, form: str) -> None:
    printed = called(home, "report", "--format", form).stdout
    for figure in ("gpt-4o-2024-08-06", "shop", "450", "$0.0017"):
        assert figure in printed, figure


def test_calls_can_be_chosen_by_time_and_app(home: Path) -> None:
    assert json.loads(called(home, "report", "--json", "--since", "2026-11-02").stdout)["totals"]["calls"] == 0
    assert json.loads(called(home, "report", "--json", "--until", "2026-11-02").stdout)["totals"]["calls"] == 3
    assert json.loads(called(home, "report", "--json", "--app", "other").stdout)["totals"]["calls"] == 0


def test_a_time_that_is_none_is_said_with_the_remedy(home: Path) -> None:
    ran = called(home, "report", "--since", "yesterday-ish")
    assert ran.exit_code == 2
    assert "is no day or time such as 2026-11-01" in ran.stderr


def test_an_unknown_conversation_is_a_message(home: Path) -> None:
    ran = called(home, "turns", "nope")
    assert ran.exit_code == 1
    assert "No conversation 'nope'" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_turns_and_calls_can_be_chosen_too(home: Path) -> None:
    (found,) = json.loads(called(home, "conversations", "--json").stdout)
    whole = json.loads(called(home, "turns", "--json", found["conversation_id"]).stdout)
    later = json.loads(
        called(home, "turns", "--json", "--since", whole[1]["started_at"], whole[0]["exchange_id"]).stdout
    )
    assert later == whole[1:]
    listed = json.loads(called(home, "exchanges", "--json", "--since", whole[1]["started_at"]).stdout)["exchanges"]
    assert [row["exchange_id"] for row in listed] == [row["exchange_id"] for row in reversed(whole[1:])]
    assert json.loads(called(home, "exchanges", "--json", "--team", "nobody").stdout)["exchanges"] == []
    assert json.loads(called(home, "turns", "--json", "--app", "other", found["conversation_id"]).stdout) == []


@pytest.mark.parametrize("command", ["report", "conversations", "exchanges"])
def test_where_nothing_is_chosen_it_says_so(home: Path, command: str) -> None:
    ran = called(home, command, "--app", "other")
    assert ran.exit_code == 0
    assert ran.stderr == "No calls are chosen by --since, --until, --app and --team.\n"
    assert "unknown" not in ran.stdout


def test_figures_stand_at_the_right(home: Path) -> None:
    lines = called(home, "report").stdout.splitlines()
    at = lines.index("By model")
    assert lines[at + 1].rstrip().endswith("cost")
    assert len({len(line) for line in lines[at + 1 : at + 3]}) == 1


def test_what_was_captured_steers_no_terminal(home: Path) -> None:
    row = {"name": "a\x1b[2J\nb", "calls": 1, "input_tokens": 1, "output_tokens": 1, "echo_share": 0.5}
    groups = {"model": [row | {"cost_usd": 0.1, "unpriced": 0}]}
    totals = json.loads(called(home, "report", "--json").stdout)["totals"] | {"first_call": None, "last_call": None}
    made = Report(totals, groups, [])
    nothing = digest(Listed([], 0))
    for form in FORMATS.values():
        assert "\x1b" not in form(made, nothing)
    assert "a [2J b" in FORMATS["text"](made, nothing)
