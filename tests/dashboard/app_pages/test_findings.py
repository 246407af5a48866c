"""Findings: ranked, chosen, muted, and one of them in full."""

from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from analytics.findings.mutes import Mute, load_mutes, save_mutes
from analytics.store.database import Database
from benchmarks.scenarios.examined import collected
from benchmarks.scenarios.lost_history import ASKED, NO_MESSAGE, pair
from benchmarks.scenarios.unused_tools import HITS as UNUSED
from dashboard.data import rows
from dashboard.filters import EVERYTHING, Filters
from tests.dashboard.talks import HOSTILE, everything, long
from tests.dashboard.test_pages import opened, shown
from tests.dashboard.traffic import stored

ASKED_FOR: dict[str, Any] = {
    "names": None, "levers": None, "confidences": None, "muted": False, "most": 50, "skipped": 0,
}  # fmt: skip


@pytest.fixture
def talks(place: Path) -> Database:
    return stored(place, [*everything(), *long(12)])


@pytest.fixture
def lost(place: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A follow-up without its conversation, which means harm."""
    question = f"As I said, only those from Lund. {HOSTILE}".replace("\x00", "")
    return shown_instead(collected(pair("openai.chat", ASKED, question, NO_MESSAGE), place.parent), monkeypatch)


@pytest.fixture
def agent(place: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """An agent that calls one of its six tools."""
    return shown_instead(collected(UNUSED[0].calls, place.parent), monkeypatch)


def shown_instead(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setenv("TOKENECHO_DB", str(database.path))
    return database


def page(**asked: Any) -> list[str]:
    """The names of a page's findings."""
    found = rows("dashboard_finding_page", Filters(EVERYTHING), **(ASKED_FOR | asked)).rows
    return list(rows("dashboard_finding_rows", ids=tuple(found["finding_id"])).rows["finding"])


def on(app: AppTest, **parameters: str | list[str]) -> AppTest:
    return opened(app, "findings", **({"period": EVERYTHING} | parameters))


def listed(app: AppTest) -> list[str]:
    return list(app.dataframe[0].value["finding"])


def of(database: Database, name: str) -> str:
    """The id of the first finding with that name."""
    with database.reading() as connection:
        found = connection.execute(
            "select finding_id from findings where finding = ? order by finding_id", [name]
        ).fetchone()
    assert found is not None
    return str(found[0])


def test_those_about_most_money_come_first_then_those_about_most_tokens(talks: Database) -> None:
    found = rows("dashboard_finding_page", Filters(EVERYTHING), **ASKED_FOR).rows
    ranked = rows("dashboard_finding_rows", ids=tuple(found["finding_id"])).rows
    weights = [tuple(-(row[name] if row[name] == row[name] else -1) for name in ("usd", "paid_usd")) for row in
               ranked.astype({"usd": float, "paid_usd": float}).to_dict("records")]  # fmt: skip
    assert weights == sorted(weights)
    assert len(weights) == found["findings"].iloc[0] > 3


def test_pages_follow_each_other(talks: Database) -> None:
    whole = page()
    assert [*page(most=2), *page(most=2, skipped=2)] == whole[:4]


def test_findings_are_chosen_by_name_lever_and_confidence(talks: Database) -> None:
    assert set(page(names=("repeated_request",))) == {"repeated_request"}
    assert set(page(levers=("calls",))) == {"repeated_request"}
    assert "repeated_request" not in page(levers=("history",))
    assert page(names=("repeated_request",), confidences=("possible",)) == []


def test_the_filters_above_the_table_are_those_of_the_url(talks: Database, app: AppTest) -> None:
    assert set(listed(on(app, finding=["repeated_request"]))) == {"repeated_request"}
    app.multiselect(key="finding").set_value([]).run()
    assert "resent_history" in listed(app)


def test_a_mute_hides_a_finding_of_its_app_only(talks: Database, place: Path) -> None:
    def mute(app: str | None) -> None:
        save_mutes(place.with_name("mutes.toml"), [Mute("repeated_request", app, "Known.", "2026-03-01")])

    mute("another")
    assert "repeated_request" in page()
    mute(None)
    assert "repeated_request" not in page()
    assert page(muted=True) == ["repeated_request"]


def test_a_finding_can_be_muted_with_a_reason_and_heard_of_again(talks: Database, app: AppTest, place: Path) -> None:
    on(app, found=of(talks, "repeated_request"))
    app.button[0].click().run()
    assert app.warning[0].value.startswith("Say why")
    app.text_input(key="mute-reason").set_value('A "retry" of ours')
    app.button[0].click().run()
    decided = load_mutes(place.with_name("mutes.toml"))
    assert [(mute.finding, mute.app) for mute in decided] == [("repeated_request", None)]
    assert "repeated_request" not in listed(app)
    assert "1 more is muted" in shown(app)
    app.toggle(key="muted").set_value(True).run()
    assert listed(app) == ["repeated_request"]
    app.query_params["found"] = of(talks, "repeated_request")
    app.run()
    next(button for button in app.button if button.label == "Hear of it again").click().run()
    assert load_mutes(place.with_name("mutes.toml")) == []


def test_mutes_that_cannot_be_read_are_a_message(talks: Database, app: AppTest, place: Path) -> None:
    place.with_name("mutes.toml").write_text("[[mute]]\nfinding = 1\n", "utf-8")
    on(app)
    assert app.error[0].value.startswith("The mutes cannot be read")
    assert "repeated_request" in listed(app)


def test_a_viewer_is_told_why_it_is_muted_and_offered_nothing(talks: Database, viewer: AppTest, place: Path) -> None:
    place.with_name("mutes.toml").write_text('[[mute]]\nfinding = "repeated_request"\nreason = "Known."\n', "utf-8")
    on(viewer, found=of(talks, "repeated_request"))
    assert "Known." in [text.value for text in viewer.text]
    assert [button.label for button in viewer.button] == ["Log out"]
    assert not viewer.text_input


def test_an_admin_can_mute(talks: Database, admin: AppTest) -> None:
    on(admin, found=of(talks, "repeated_request"))
    assert "Mute" in [button.label for button in admin.button]


def test_a_finding_is_told_with_its_advice_text_evidence_and_turns(talks: Database, app: AppTest) -> None:
    on(app, found=of(talks, "repeated_request"))
    said = shown(app)
    assert "**What happens.**" in said
    assert "**What to do.**" in said
    evidence, turns = app.dataframe[1].value, app.dataframe[2].value
    assert dict(evidence.to_numpy().tolist())["originals"] == "l2"
    assert list(turns["exchange_id"]) == ["l2", "l2-again"]


def test_the_code_is_for_the_sdk_that_made_the_call(agent: Database, app: AppTest) -> None:
    on(app, found=of(agent, "unused_tools"))
    assert app.code
    assert {block.language for block in app.code} <= {"python", "typescript"}
    assert "OpenAI, Python" in [tab.label for tab in app.tabs]


def test_what_a_finding_quotes_is_text(lost: Database, app: AppTest) -> None:
    on(app, found=of(lost, "lost_history"))
    quoted = next(block.value for block in app.code if block.value.startswith("As I said"))
    assert "<script>document.title='owned'</script>" in quoted
    assert "⟨U+202E⟩" in quoted
    assert not {"\x1b", "\u202e"} & set(shown(app))
    assert not any(element.proto.allow_html for element in (*app.markdown, *app.caption))


def test_a_viewer_sees_no_quote_anywhere(lost: Database, viewer: AppTest) -> None:
    on(viewer, found=of(lost, "lost_history"))
    assert "is not shown to you" in shown(viewer)
    told = shown(viewer) + "".join(str(table.value.to_dict()) for table in viewer.dataframe)
    assert "Lund" not in told


def test_a_finding_that_is_gone_says_so(talks: Database, app: AppTest) -> None:
    assert on(app, found="nothing").warning[0].value.startswith("This finding is no longer there")


def test_nothing_found_and_nothing_called_are_told_apart(talks: Database, app: AppTest) -> None:
    assert on(app, confidence=["possible"]).info[0].value == "No findings in this view."
    st.cache_data.clear()
    app.multiselect(key="team").set_value(["nobody"]).run()
    assert "No calls in this view" in app.info[0].value
