"""Values that change by themselves, told from texts that somebody changed; and how a difference is shown."""

from string import ascii_letters
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.findings.volatile import alike, diff, volatile

TEXTS = st.text(ascii_letters + " .,:{}\n", max_size=80)


@pytest.mark.parametrize(
    ("before", "after", "value"),
    [
        ("Today is 2026-11-03.", "Today is 2026-11-04.", "date"),
        ("Now: 2026-11-03T09:00:01Z", "Now: 2026-11-03T09:00:07Z", "date"),
        ("It is 9:05 am.", "It is 9:07 am.", "date"),
        ("It is 11:59 AM.", "It is 12:01 PM.", "date"),
        ("Monday, 3 November 2026", "Tuesday, 4 November 2026", "date"),
        ("November 3rd, 2026", "December 4th, 2026", "date"),
        ("t=1762160400", "t=1762160412", "date"),
        ("id 6f1c1c1e-8a53-4f5e-9a0e-5f7c0f6f6b11", "id 0b6f3f3a-1c52-4c8e-8a7e-2d9c0c1d1e22", "UUID"),
        ("Message 4 of the talk.", "Message 5 of the talk.", "counter"),
        ("request req_9fK2mQ4x", "request req_1zT8wL7p", "random id"),
        ("2026-11-03, request 17", "2026-11-04, request 18", "date"),
        ("Be brief.", "Be thorough.", None),
        ("Be brief.", "Be very brief.", None),
        ("Answer in May.", "Answer in detail.", None),
        ("Today is 2026-11-03. Be brief.", "Today is 2026-11-04. Be kind.", None),
        ("Read (it)", "Read [it]", None),
        ("the same", "the same", None),
    ],
)
def test_a_value_that_changes_by_itself_is_known_by_its_form(before: str, after: str, value: str | None) -> None:
    assert volatile(before, after) == value


@given(TEXTS, TEXTS, st.uuids(), st.uuids())
def test_an_id_is_found_in_whatever_text(before: str, after: str, one: UUID, other: UUID) -> None:
    texts = [f"{before} {each} {after}" for each in (one, other)]
    assert volatile(*texts) == ("UUID" if one != other else None)


@given(TEXTS, TEXTS, st.datetimes(), st.datetimes())
def test_a_time_is_found_in_whatever_text(before: str, after: str, one: object, other: object) -> None:
    texts = [f"{before} {each:%Y-%m-%dT%H:%M:%S} {after}" for each in (one, other)]
    assert volatile(*texts) == ("date" if texts[0] != texts[1] else None)


@given(TEXTS, TEXTS)
def test_either_way_round_the_value_is_the_same(before: str, after: str) -> None:
    assert volatile(before, after) == volatile(after, before)
    assert alike(before, after) == alike(after, before)


@given(TEXTS, TEXTS, TEXTS)
def test_what_begins_and_ends_both_is_alike(start: str, middle: str, end: str) -> None:
    text = start + end
    longer = start + middle + end
    assert alike(text, longer) >= len(text) / max(len(longer), 1)
    assert alike(longer, longer) == (1.0 if longer else 0.0)


@given(st.text(max_size=3_000), st.text(max_size=3_000), st.text(max_size=3_000))
def test_a_difference_is_shown_in_two_short_lines(start: str, old: str, new: str) -> None:
    shown = diff(start + old, start + new)
    assert shown.startswith("- …")
    assert "\n+ …" in shown
    assert len(shown) < 700


def test_a_difference_is_shown_with_a_little_of_what_is_around_it() -> None:
    rules = "Answer in one sentence. " * 50
    shown = diff(
        f"{rules}Today is Monday, and you are a clerk. {rules}", f"{rules}Today is Friday, and you are a clerk. {rules}"
    )
    old, new = shown.splitlines()
    assert old.startswith("- …")
    assert "Today is Mon" in old
    assert "Today is Fri" in new
    assert len(old) < 120


def test_a_long_difference_is_cut_in_its_middle() -> None:
    assert "[… 800 characters …]" in diff("a" * 1_000, "b" * 1_000)
