"""The page of one conversation, in every state that a conversation can be in."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics.store.database import Database
from tests.analytics.chats import chat, said
from tests.dashboard.talks import everything, long
from tests.dashboard.test_pages import charts, opened, shown
from tests.dashboard.traffic import stored


@pytest.fixture
def talks(place: Path) -> Database:
    return stored(place, everything())


def on(app: AppTest, conversation: str, **parameters: str) -> AppTest:
    return opened(app, "conversation", conversation=conversation, **parameters)


def picked(app: AppTest, label: str) -> object:
    return next(box.value for box in app.selectbox if box.label.startswith(label))


def labels(app: AppTest) -> list[str]:
    return [expander.label for expander in app.expander]


def test_a_conversation_shows_its_growth_and_cost_and_names_what_was_found(talks: Database, app: AppTest) -> None:
    on(app, "l1")
    assert app.title[0].value == "Conversation of 9 turns"
    assert [each.value for each in app.subheader] == ["Input by call", "Cost so far"]
    assert [tab.label for tab in app.tabs] == ["Cost", "Messages", "Findings", "Times", "Calls"]
    assert len(charts(app)) == 2
    assert r"repeated\_request" in next(mark.value for mark in app.markdown if mark.value.startswith("Found here: "))


@pytest.mark.parametrize(
    ("part", "title"), [("Messages", "Messages of a call"), ("Findings", "Findings"), ("Times", "Times")]
)
def test_only_the_part_that_is_open_is_drawn(talks: Database, app: AppTest, part: str, title: str) -> None:
    on(app, "l1", part=part)
    assert [each.value for each in app.subheader] == ["Input by call", title]


def test_its_times_are_drawn_and_how_its_calls_ended_is_said(talks: Database, app: AppTest) -> None:
    on(app, "l1", part="Times")
    assert len(charts(app)) == 2
    assert "Ended by: 9 × stop, 1 × failed" in shown(app)


def test_every_call_is_in_the_table(talks: Database, app: AppTest) -> None:
    assert len(on(app, "l1", part="Calls").dataframe[-1].value) == 10


def test_where_nothing_was_found_the_page_says_so(talks: Database, app: AppTest) -> None:
    assert "Nothing was found" in shown(on(app, "alone", part="Findings"))


def test_totals_say_what_they_leave_out(talks: Database, app: AppTest) -> None:
    totals = {metric.label: metric.value for metric in on(app, "l1").metric}
    assert totals["Input tokens"] == "4,920"
    # Some of it is an estimate: a history was edited, instructions were changed.
    assert totals["Sent before"] == "≈ 89.5%"
    assert totals["Cost, 1 unknown"].startswith("$0.0")


def test_every_chart_has_a_sentence_for_those_who_do_not_see_it(talks: Database, app: AppTest) -> None:
    alts = [chart.alt for chart in charts(on(app, "l1"))]
    assert all(alt.endswith(".") and len(alt) > 30 for alt in alts)
    assert alts[0].startswith("Input of 10 calls")


def test_its_findings_lead_to_all_of_each(talks: Database, app: AppTest) -> None:
    on(app, "l1", part="Findings")
    table = next(each for each in app.dataframe if "advice" in each.value).value
    assert "repeated_request" in set(table["finding"])
    app.session_state["table-conversation-findings"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    app.run()
    assert not app.exception
    assert app.title[0].value == "Findings"
    assert app.query_params["found"] in (table["finding_id"][0], [table["finding_id"][0]])


def test_a_call_that_went_well_has_no_unknown_error(talks: Database, app: AppTest) -> None:
    on(app, "l1", part="Calls")
    errors = app.dataframe[-1].value.set_index("exchange_id")["error_code"]
    assert (errors["l1"], errors["l2"]) == ("", "server_error")


def test_an_unknown_id_is_a_message(talks: Database, app: AppTest) -> None:
    on(app, "<b>nobody</b>")
    assert "There is no conversation with this id" in app.warning[0].value
    assert app.text[0].value == "<b>nobody</b>"


def test_without_an_id_the_page_says_where_the_list_is(talks: Database, app: AppTest) -> None:
    opened(app, "conversation")
    assert "The list of all conversations" in app.warning[0].value


def test_a_branch_can_be_picked(talks: Database, app: AppTest) -> None:
    on(app, "l1", part="Calls")
    assert picked(app, "Line") == "l1"
    next(box for box in app.selectbox if box.label.startswith("Line")).set_value("l4-fork").run()
    assert list(app.dataframe[-1].value["exchange_id"]) == ["l1", "l2", "l2-again", "l3", "l4-fork"]


def test_a_link_to_a_call_opens_its_branch_and_its_messages(talks: Database, app: AppTest) -> None:
    on(app, "l1", exchange="l4-fork")
    assert (picked(app, "Line"), picked(app, "Call")) == ("l4-fork", "l4-fork")
    assert "Is it open?" in shown(app)


def test_what_is_new_and_what_is_an_echo_is_shown_and_the_rest_folded_away(talks: Database, app: AppTest) -> None:
    on(app, "l1", exchange="l3")
    assert labels(app) == [
        "Sent again · tools and instructions · 1 block",
        "Sent again · history · 3 blocks",
        "Echo: the model's own reply, sent back · history · 1 block",
        "New · history · 1 block",
        "Reply · 1 block",
    ]
    texts = [block.value for block in app.code]
    assert len(texts) == 3
    assert texts[0].startswith("In the north-west")
    assert texts[1:] == ["And how tall?", "It is fifty-five metres tall. " * 8]


def test_changed_instructions_are_shown_word_by_word(talks: Database, app: AppTest) -> None:
    on(app, "l1", exchange="l8")
    assert "in the tools and instructions, a block `system` was changed" in shown(app)
    assert "Today is [-Monday-]{+Tuesday+}, and the sky" in shown(app)


def test_an_edited_message_is_shown_word_by_word(talks: Database, app: AppTest) -> None:
    on(app, "l1", exchange="l7")
    assert "in the history, a block `user` was changed" in shown(app)
    assert "Where is the oldest{+ one that still shines at night+}?" in shown(app)


def test_a_single_call_has_no_growth_and_says_so(talks: Database, app: AppTest) -> None:
    on(app, "alone")
    assert app.title[0].value == "Conversation of 1 turn"
    assert "Growth per turn: unknown" in shown(app)
    assert not [box for box in app.selectbox if box.label.startswith("Line")]


def test_an_ambiguous_parent_leaves_unknown_what_was_sent_before(talks: Database, app: AppTest) -> None:
    on(app, "a3", part="Messages")
    assert "Unknown whether sent before · history · 3 blocks" in labels(app)
    assert {metric.label: metric.value for metric in app.metric}["Sent before"] == "unknown"


def test_state_is_shown_as_what_was_not_sent(talks: Database, app: AppTest) -> None:
    on(app, "s1")
    assert "2 × server-side state" in shown(app)


def test_without_contents_there_are_sizes_and_no_texts(talks: Database, app: AppTest) -> None:
    on(app, "t1", part="Messages")
    assert "--content none" in app.info[-1].value
    assert not app.code
    assert "≈ " in shown(app)


def test_hostile_texts_are_texts(talks: Database, app: AppTest) -> None:
    on(app, "h1", part="Messages")
    everything_said = shown(app)
    echo, new, _ = (block.value for block in app.code)
    assert echo.startswith("<script>document.title='owned'</script>")
    assert "⟨U+001B⟩[31mred" in echo
    assert "⟨U+202E⟩dlrow" in echo
    assert new == "And now </code></pre><h1>big</h1>?"
    assert {block.language for block in app.code} <= {"", "plaintext", None}
    assert not {"\x1b", "\u202e", "\x00"} & set(everything_said)
    # In Markdown no name is more than its signs.
    assert r"\<script\>" in app.caption[0].value
    assert not any(element.proto.allow_html for element in (*app.markdown, *app.caption))


def test_a_viewer_sees_sizes_only(talks: Database, viewer: AppTest) -> None:
    on(viewer, "l1", exchange="l8")
    assert not viewer.code
    assert "Texts are not shown to you" in viewer.info[-1].value
    assert "Monday" not in shown(viewer)


def test_an_admin_sees_texts_and_the_first_difference(talks: Database, admin: AppTest) -> None:
    on(admin, "l1", exchange="l8")
    assert "[-Monday-]{+Tuesday+}" in shown(admin)


def test_without_usage_the_figures_are_unknown(place: Path, app: AppTest) -> None:
    stored(place, [chat(1, said("How much?"), usage=None)])
    on(app, "record-1")
    totals = {metric.label: metric.value for metric in app.metric}
    assert set(totals.values()) == {"unknown"}
    assert "What these calls cost is unknown" in shown(app)


def test_a_long_conversation_has_a_range_and_shows_blocks_a_few_at_a_time(place: Path, app: AppTest) -> None:
    stored(place, long(260))
    on(app, "g0", part="Messages")
    app.slider[0].set_value((11, 20)).run()
    assert not app.exception
    assert charts(app)[0].alt.startswith("Input of 10 calls, from 760 to 1,300 tokens")
    folded = next(each for each in app.expander if each.label.startswith("Sent again"))
    assert not folded.code
    assert len(on(app, "g0", part="Calls").dataframe[-1].value) == 260


def test_the_cost_is_compared_with_other_ways_when_asked_for(place: Path, app: AppTest) -> None:
    stored(place, long(12))
    on(app, "g0")
    assert "server-side state" not in shown(app)
    next(toggle for toggle in app.toggle if toggle.label.startswith("Compare")).set_value(True).run()
    assert not app.exception
    assert "**server-side state**: " in shown(app)
    assert "as it was (simulated): a line that rises to $" in charts(app)[1].alt


def test_a_way_that_is_not_known_for_all_calls_is_said_and_not_drawn(talks: Database, app: AppTest) -> None:
    on(app, "l1", compare="true")
    assert "server-side state: unknown for" in shown(app)
    assert "server-side state" not in charts(app)[1].alt
