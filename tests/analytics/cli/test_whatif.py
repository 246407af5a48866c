"""`tokenecho whatif`, on an imported chat of three turns."""

import json
import re
from pathlib import Path

import pytest

from tests.analytics.cli.terminal import called
from tests.analytics.cli.test_exchanges import chat_har

USAGE = ((100, 20), (150, 30), (200, 10))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    ran = called(folder, "import", "--app", "shop", str(chat_har(folder, USAGE)))
    assert ran.exit_code == 0, ran.output
    return folder


def conversation(home: Path) -> str:
    [found] = json.loads(called(home, "conversations", "--json").stdout)
    return str(found["conversation_id"])


def test_what_was_billed_stands_in_every_line(home: Path) -> None:
    found = json.loads(called(home, "whatif", "--json", conversation(home)[:6]).stdout)
    assert [way["name"] for way in found["ways"]] == [
        "as it was (simulated)",
        "ideal prompt caching",
        "longer cache lifetime",
        "server-side state",
        "last 10 turns kept",
        "tool results trimmed after 3 turns",
    ]
    # 450 × $2.50 + 60 × $10 a million: OpenAI's list price of gpt-4o; too short to be cached
    for way in found["ways"]:
        assert (way["billed_usd"], way["usd"]) == pytest.approx((0.001725, 0.001725))
        assert (way["calls"], way["unknown"], way["change_usd"]) == (3, 0, 0)


def test_the_curves_rise_to_the_totals(home: Path) -> None:
    found = json.loads(called(home, "whatif", "--json", "--keep", "1", conversation(home)).stdout)
    last = {point["name"]: point["cumulative_usd"] for point in found["curves"]}
    assert last.pop("as it was billed") == pytest.approx(found["billed_usd"])
    assert last == pytest.approx({way["name"]: way["usd"] for way in found["ways"]})
    assert last["last 1 turn kept"] < found["billed_usd"]
    assert [point["turn"] for point in found["curves"]][:3] == [1, 2, 3]


def test_the_assumptions_stand_below_the_table(home: Path) -> None:
    printed = called(home, "whatif", "--all").stdout
    assert printed.splitlines()[1].split("\t") == [
        "as it was (simulated)", "3", "", "$0.0017", "$0.0017", "$0.00", "+0.0%",
    ]  # fmt: skip
    assert "The simulation of what happened comes to 100.0% of the bill" in printed
    assert "all previous input tokens for responses in the chain are billed" in printed


def test_calls_of_unknown_cost_stay_unknown_and_are_counted(tmp_path: Path) -> None:
    har = chat_har(tmp_path, USAGE)
    har.write_text(re.sub(r"gpt-4o[-0-9]*", "a-model-without-a-price", har.read_text("utf-8")), "utf-8")
    ran = called(tmp_path, "import", str(har))
    assert ran.exit_code == 0, ran.output
    found = json.loads(called(tmp_path, "whatif", "--all", "--json").stdout)
    assert (found["calls"], found["unpriced"], found["billed_usd"]) == (3, 3, None)
    assert all((way["unknown"], way["usd"], way["change_usd"]) == (3, None, None) for way in found["ways"])
    assert "an unknown amount" in called(tmp_path, "whatif", "--all").stdout


def test_it_says_what_to_name_and_where_nothing_is_chosen(home: Path) -> None:
    for wrong in ((), ("--all", "abc")):
        ran = called(home, "whatif", *wrong)
        assert ran.exit_code == 2
        assert "Name a conversation, or give --all" in ran.stderr
    assert "No conversation 'nope'" in called(home, "whatif", "nope").stderr
    ran = called(home, "whatif", "--all", "--app", "other")
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert ran.stderr == "No calls are chosen by --since, --until, --app and --team.\n"
