"""The table of server-side state, `server_state.toml`: read and checked. What it does not know is None."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import get_args

from analytics.state.rules import Basis, Billing, BillingRule, Line, Source, State, Table
from analytics.toml_entry import Entry, TableError, entries

FILE = "server_state.toml"
SECTION = "state"
KEYS = frozenset(
    {"providers", "api", "api_name", "model", "kept", "name", "fields", "stored", "lives_s", "lives", "preamble"}
    | {"once", "since", "billing", "quote", "quote_source", "quote_checked", "quote_basis", "errors", "message"}
    | {"rejects", "sibling", "source", "checked", "basis", "note"}
)


class StateTableError(TableError):
    """A table of server-side state that cannot be read as meant; the message names file, line and field."""


@cache
def state_of(provider: str, api: str, model: str | None) -> State | None:
    """What this provider keeps between calls of this API; None is unknown. Names as in `exchanges`."""
    return states().find(provider, api, model)


@cache
def sibling_of(provider: str, api: str, model: str | None) -> State | None:
    """The state of the provider's other API that could do what this one does and keep the conversation."""
    state = state_of(provider, api, model)
    return state_of(provider, state.sibling, model) if state and state.sibling else None


@cache
def states() -> Table:
    """The table that comes with the package."""
    return read_states(files("analytics.state").joinpath(FILE).read_text("utf-8"), FILE)


def read_states(text: str, file: str) -> Table:
    """A table from its text; StateTableError on a mistake."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StateTableError(f"{file}: {error}") from error
    unknown = data.keys() - {SECTION}
    if unknown:
        raise StateTableError(f"{file}: [[{min(unknown)}]] is no section; there is {SECTION}")
    return Table(tuple(map(_line, entries(data, SECTION, text, file, StateTableError))))


def _line(entry: Entry) -> Line:
    entry.only(KEYS)
    return Line(entry.texts("providers"), entry.pattern("api"), entry.pattern("model"), _state(entry))


def _state(entry: Entry) -> State:
    kept = entry.flag("kept")
    if kept is None:
        raise entry.wrong("kept", "is missing")
    if kept and not entry.text("name"):
        raise entry.wrong("name", "is needed where state is kept")
    return State(
        api_name=entry.needed("api_name"),
        kept=kept,
        source=_source(entry, "source", "checked", "basis"),
        name=entry.text("name"),
        fields=entry.texts("fields") if kept else (),
        stored=entry.flag("stored"),
        lives_s=entry.number("lives_s"),
        lives=entry.text("lives"),
        preamble=entry.flag("preamble") or False,
        once=entry.flag("once") or False,
        since=entry.day("since"),
        billing=_billing(entry),
        errors=entry.texts("errors") if entry.value("errors") is not None else (),
        message=entry.pattern("message") if entry.text("message") else None,
        rejects=entry.flag("rejects") or False,
        sibling=entry.text("sibling"),
        note=entry.text("note"),
    )


def _billing(entry: Entry) -> BillingRule:
    if entry.text("billing") is None:
        return BillingRule()
    value, known = entry.needed("billing"), get_args(Billing.__value__)
    if value not in known:
        raise entry.wrong("billing", f"{value!r} is none of {', '.join(known)}")
    billing: Billing = value  # type: ignore[assignment]  # checked above
    quote = entry.text("quote")
    if billing == "whole" and not quote:
        raise entry.wrong("quote", "a rule of billing needs the sentence that says so")
    return BillingRule(billing, quote, _source(entry, "quote_source", "quote_checked", "quote_basis"))


def _source(entry: Entry, text: str, checked: str, basis: str) -> Source:
    day = entry.day(checked)
    if day is None:
        raise entry.wrong(checked, "a date is needed")
    found, known = entry.needed(basis), get_args(Basis.__value__)
    if found not in known:
        raise entry.wrong(basis, f"{found!r} is none of {', '.join(known)}")
    return Source(entry.needed(text), day, found)  # type: ignore[arg-type]  # checked above
