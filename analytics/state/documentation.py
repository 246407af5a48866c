"""The table of server-side state as a page: `python -m analytics.state.documentation > docs/state.md`."""

from collections.abc import Iterator

from analytics.state.rules import Line, Source, State
from analytics.state.table import states

HEAD = """# Server-side state

Who keeps a conversation between calls, so that it need not be sent again, and on what terms. The findings
`unused_server_state`, `state_plus_history` and `broken_state_chain` go by it. What is not listed is unknown, and
nothing is said of it.

**State does not by itself make tokens cheaper.** Wherever billing is documented, the whole chain is billed as input on
every turn. What state saves is upload and time.

*Made from `analytics/state/server_state.toml` by `python -m analytics.state.documentation > docs/state.md`.*

## APIs that keep state

| provider | API | continued by | default of `store` | lives | tools and instructions | restored history is billed |
|---|---|---|---|---|---|---|
"""
WITHOUT = """
## APIs that keep none

| provider | API | the provider's API that does |
|---|---|---|
"""
ERRORS = """
## Errors of an expired, used or unknown id

| provider | API | codes |
|---|---|---|
"""
TERMS = "\n## Sentences and sources\n"
BASES = {"documented": "documented", "sdk": "read in the SDK", "reported": "reported by others", "inferred": "inferred"}


def documentation() -> str:
    """The page."""
    keeping = [line for line in states().lines if line.state.kept]
    without = [line for line in states().lines if not line.state.kept]
    refusing = [line for line in states().lines if line.state.errors]
    return "".join(
        (
            HEAD,
            *map(_keeping, keeping),
            WITHOUT,
            *map(_without, without),
            ERRORS,
            *map(_errors, refusing),
            TERMS,
            *(part for line in states().lines for part in _terms(line)),
        )
    )


def _keeping(line: Line) -> str:
    state = line.state
    fields = ", ".join(f"`{field}`" for field in state.fields)
    stored = {True: "true", False: "has to be asked for", None: "unknown"}[state.stored]
    kept = "kept" if state.preamble else "sent again"
    return _row(_who(line), state.api_name, fields, stored, state.lives or "unknown", kept, _billed(state))


def _billed(state: State) -> str:
    if state.billing.billing == "unknown":
        return "not documented"
    return "like history that is sent" + ("" if state.billing.documented else " (not in its documentation)")


def _without(line: Line) -> str:
    refuses = "none; an id is refused" if line.state.rejects else "none"
    return _row(_who(line), line.state.api_name, f"`{line.state.sibling}`" if line.state.sibling else refuses)


def _errors(line: Line) -> str:
    said = f", with a text like `{line.state.message.pattern}`" if line.state.message else ""
    return _row(_who(line), line.state.api_name, ", ".join(f"`{code}`" for code in line.state.errors) + said)


def _terms(line: Line) -> Iterator[str]:
    state = line.state
    yield f"\n- **{_who(line)}, {state.api_name}**: {_cited(state.source)}."
    if state.since:
        yield f" Since {state.since}."
    if state.note:
        yield f" {state.note}"
    rule = state.billing
    if rule.source:
        quote = f"“{rule.quote}” " if rule.quote else ""
        yield f" Billing: {quote}{_cited(rule.source)}."


def _cited(source: Source) -> str:
    return f"{source.text} ({BASES[source.basis]}; looked up {source.checked})"


def _who(line: Line) -> str:
    return ", ".join(line.providers)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    print(documentation())
