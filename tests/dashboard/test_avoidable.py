"""What is avoidable in all: nothing counts twice, nothing that is muted, and the report says the same."""

from pathlib import Path

import pytest

from analytics.findings.listing import list_findings
from analytics.findings.mutes import Mute, save_mutes
from analytics.findings.worth import worth
from analytics.reporting import Selection
from analytics.store.database import Database
from dashboard.data import rows
from dashboard.filters import EVERYTHING, Filters

ALL = Filters(EVERYTHING)
# Finding, lever, turn, severity, confidence, USD, USD paid: all of them at turns of conversations of two teams.
FOUND = (
    ("uncached_prefix", "caching", 3, "high", "certain", 4.0, 5.0),
    ("expired_cache", "caching", 3, "low", "likely", 2.0, 2.0),
    ("repeated_request", "calls", 3, "high", "certain", 5.0, 5.0),
    ("truncated_reply", "calls", 4, "high", "certain", 3.0, 3.0),
    ("unused_server_state", "state", 4, "low", "likely", 0.0, None),
    ("unused_tools", "history", 4, "low", "likely", 9.0, 9.0),
    ("heavy_block", "history", 3, "low", "certain", None, 1.0),
    ("resent_history", "history", 3, "info", "certain", None, 8.0),
    ("invented_reply", "calls", 3, "info", "certain", None, None),
    ("broken_prefix", "caching", 4, "info", "possible", None, None),
)


@pytest.fixture
def found(database: Database) -> Database:
    """Findings at the third and fourth turns of the conversations, which there are three and one of."""
    with database.writing() as connection:
        connection.execute("delete from findings")
        for at, (name, lever, turn, severity, confidence, usd, paid) in enumerate(FOUND):
            connection.execute(
                "insert into findings select $at || exchange_id, $name, $lever, conversation_id, exchange_id, "
                "started_at, $severity, $confidence, 1, 1, $usd, $paid, '{}', '' from turns where turn = $turn",
                {"at": str(at), "name": name, "lever": lever, "severity": severity, "confidence": confidence,
                 "usd": usd, "paid": paid, "turn": turn},
            )  # fmt: skip
    return database


def test_of_findings_that_speak_of_the_same_calls_the_kind_worth_most_counts(found: Database) -> None:
    told = rows("dashboard_avoidable", ALL).rows.iloc[0]
    # In each of three conversations caching (4 + 2) is worth more than a repeated request (5), or a cut reply (3).
    assert told["usd"] == 18.0
    assert told["certain_usd"] == 12.0
    assert told["history_usd"] == 9.0
    assert told["unpriced"] == 1


def test_it_is_what_the_report_says(found: Database) -> None:
    told = rows("dashboard_avoidable", ALL).rows.iloc[0]
    with found.reading() as connection:
        said = worth(list_findings(connection, Selection()).findings)
    assert (told["usd"], told["certain_usd"]) == (said.usd, said.certain_usd)
    assert (told["unpriced"], told["history_usd"]) == (said.unknown, said.smaller_history_usd)


def test_the_teams_have_all_of_it_between_them(found: Database) -> None:
    owners = rows("dashboard_owners", ALL).rows
    for dimension in ("team", "app", "user"):
        mine = owners[owners["dimension"] == dimension]
        assert (mine["avoidable_usd"].sum(), mine["history_usd"].sum()) == (18.0, 9.0)


def test_what_is_muted_is_in_no_sum_and_in_no_list(found: Database, place: Path) -> None:
    everywhere, at_shop = Mute("uncached_prefix", None, "Known.", ""), Mute("repeated_request", "shop", "Known.", "")
    save_mutes(place.with_name("mutes.toml"), [everywhere, at_shop])
    # Of Ada's shop the expired cache and a cut reply are left (3 is more than 2), of Ben's batch the repeated request.
    assert rows("dashboard_avoidable", ALL).rows["usd"].iloc[0] == 3.0 + 2.0 + 5.0
    assert "uncached_prefix" not in set(rows("dashboard_top_findings", ALL, most=99).rows["finding"])
    assert "uncached_prefix" not in set(rows("dashboard_cache_findings", ALL).rows["finding"])


def test_a_kind_that_only_informs_is_named_where_its_worth_is_unknown(found: Database) -> None:
    named = set(rows("dashboard_top_findings", ALL, most=99).rows["finding"])
    assert "broken_prefix" in named
    assert not named & {"resent_history", "invented_reply"}
