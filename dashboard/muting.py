"""What a team has decided not to hear of: read from `mutes.toml` beside the database, and changed by a form."""

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from analytics.findings.mutes import Mute, MutesError, load_mutes, muted_by, save_mutes
from dashboard import access
from dashboard.data import here
from dashboard.plain_text import one_line, visible

EVERY_APP = "every app"


def mutes() -> list[Mute]:
    """The mutes; none, and a message, where they cannot be read."""
    try:
        return load_mutes(here().mutes)
    except MutesError as problem:
        st.error("The mutes cannot be read, so nothing is muted.", icon=":material/notifications_off:")
        st.text(str(problem))
        return []


def show_mute(finding: str, app: str | None, decided: Sequence[Mute]) -> None:
    """Whether this finding is muted for its app and why; to those who may, a form that changes it."""
    covering = muted_by(decided, finding, app)
    if covering:
        st.caption(f"Muted for {'this app' if covering.app else EVERY_APP} since {_day(covering)}, because:")
        st.text(visible(covering.reason))
        if access.may_mute() and st.button("Hear of it again", icon=":material/notifications:"):
            _save([mute for mute in decided if mute != covering])
        return
    if access.may_mute():
        _show_form(finding, app, decided)


def _day(mute: Mute) -> str:
    return one_line(mute.since, 20) or "an unknown day"


def _show_form(finding: str, app: str | None, decided: Sequence[Mute]) -> None:
    with st.expander("Mute it", icon=":material/notifications_off:"), st.form("mute", border=False):
        reason = st.text_input("Why", max_chars=500, placeholder="Whoever lists mutes is told.", key="mute-reason")
        apps = [app, None] if app else [None]
        chosen = st.radio("For", apps, format_func=lambda name: one_line(name, 60) if name else EVERY_APP)
        if not st.form_submit_button("Mute"):
            return
        if not reason.strip():
            st.warning("Say why: whoever lists mutes is told.")
            return
        _save([*decided, Mute(finding, chosen, reason.strip(), datetime.now(UTC).date().isoformat())])


def _save(changed: Sequence[Mute]) -> None:
    try:
        save_mutes(here().mutes, changed)
    except MutesError as problem:
        st.error("The mutes cannot be saved.", icon=":material/notifications_off:")
        st.text(str(problem))
        return
    st.rerun()
