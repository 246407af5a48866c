"""What a conversation would have cost, called otherwise: only what can be compared is drawn."""

from dataclasses import replace
from pathlib import Path

import pytest

from analytics.store.database import Database
from analytics.whatif.comparison import Comparison, Way
from analytics.whatif.traffic import Chosen
from dashboard.data import DataProblem, here
from dashboard.ways import comparable, ways
from tests.dashboard.talks import everything, long
from tests.dashboard.traffic import stored

CALLS = ("a", "b", "c")


def compared(other: dict[str, float | None], was: dict[str, float | None] | None = None, unlike: int = 0) -> Comparison:
    """Three calls that were billed a dollar each, simulated as they were and in one other way."""
    chosen = tuple(
        Chosen(each, "a", at, "append", "openai", "openai.chat", "m", False, 1.0) for at, each in enumerate(CALLS, 1)
    )
    simulated = was or dict.fromkeys(CALLS, 1.0)
    return Comparison(chosen, (Way("as it was", "…", simulated), Way("other", "said", other)), unlike)


def test_a_way_that_is_known_for_all_calls_is_drawn_beside_the_simulation_of_what_was() -> None:
    found = comparable(compared(dict.fromkeys(CALLS, 0.5)), CALLS)
    assert [(curve.name, list(curve.cumulative_usd)) for curve in found.curves] == [
        ("as it was", [1.0, 2.0, 3.0]),
        ("other", [0.5, 1.0, 1.5]),
    ]
    assert found.curves[1].assumption == "said"
    assert found.unknown == ()


def test_a_way_that_is_unknown_for_a_call_is_no_cheaper_line() -> None:
    found = comparable(compared({"a": 0.5, "b": None, "c": 0.5}), CALLS)
    assert found.curves == ()
    assert found.unknown == ("other: unknown for 1 of 3 calls, and not drawn.",)


def test_only_the_calls_of_the_line_count() -> None:
    found = comparable(compared({"a": 0.5, "b": None, "c": 0.5}), ("a", "c"))
    assert [list(curve.cumulative_usd) for curve in found.curves] == [[1.0, 2.0], [0.5, 1.0]]


def test_a_call_that_was_not_priced_hinders_no_line() -> None:
    made = compared({"a": 0.5, "b": None, "c": 0.5}, {"a": 1.0, "b": None, "c": 1.0})
    free = replace(
        made, chosen=tuple(replace(each, usd=None if each.exchange_id == "b" else 1.0) for each in made.chosen)
    )
    assert [list(curve.cumulative_usd) for curve in comparable(free, CALLS).curves] == [
        [1.0, 1.0, 2.0],
        [0.5, 0.5, 1.0],
    ]


def test_calls_that_the_rule_does_not_explain_are_counted() -> None:
    found = comparable(compared(dict.fromkeys(CALLS), unlike=3), CALLS)
    assert found.curves == ()
    assert found.unknown[-1].startswith("3 calls were billed less than")


def test_a_stored_conversation_is_compared(place: Path) -> None:
    stored(place, [*everything(), *long(12)])
    found = ways(here().database, "g0", tuple(f"g{turn}" for turn in range(12)))
    assert "server-side state" in [curve.name for curve in found.curves]
    assert all(len(curve.cumulative_usd) == 12 for curve in found.curves)
    assert all(list(curve.turns) == list(range(1, 13)) for curve in found.curves)


def test_prices_that_cannot_be_read_are_a_message(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKENECHO_HOME", str(place.parent))
    database: Database = stored(place, long(2))
    here().prices.write_text("no prices at all")
    with pytest.raises(DataProblem, match="prices"):
        ways(database.path, "g0", ("g0", "g1"))
