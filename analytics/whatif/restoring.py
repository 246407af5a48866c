"""Which calls could have left their history to the provider, and how that would have been billed. See docs/state.md."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from analytics.caching.call import Call
from analytics.caching.table import rule_for
from analytics.state.rules import State
from analytics.state.table import sibling_of, state_of
from analytics.whatif.traffic import Chosen


class Restoring:
    """The terms of server-side state for the chosen calls."""

    def __init__(self, chosen: Mapping[str, Chosen]) -> None:
        self._chosen = chosen

    def call(self, call: Call) -> Call | None:
        """The call as the API that keeps state would cache it; None where it stays as it was, or nothing is known."""
        found = self._chosen.get(call.call_id)
        state = state_of(found.provider, found.api, found.model) if found else None
        if found is None or state is None or state.kept or not state.sibling:
            return None
        rule = rule_for(found.provider, state.sibling, found.model)
        return replace(call, rule=rule) if rule and rule != call.rule else None

    def billed(self, call_id: str) -> bool:
        """Whether it is known what the call would have been billed.

        A call that has no history to leave out, that continues state already, or whose provider keeps none anywhere is
        billed as it was.
        """
        found = self._chosen[call_id]
        if not _continues(found):
            return True
        state = kept(found)
        return state is not None and (not state.kept or state.billing.billing == "whole")

    def terms(self) -> Iterator[str]:
        """What was gone by, a sentence each."""
        counted: dict[str, int] = {}
        for found in self._chosen.values():
            if _continues(found):
                sentence = _sentence(found, kept(found))
                counted[sentence] = counted.get(sentence, 0) + 1
        for sentence, calls in sorted(counted.items(), key=lambda item: -item[1]):
            yield f"{calls:,} {'call' if calls == 1 else 'calls'}: {sentence}"


def kept(call: Chosen) -> State | None:
    """What keeps state for this call: its own API or its provider's other one; else that there is none, if known."""
    own = state_of(call.provider, call.api, call.model)
    if own is None or own.kept:
        return own
    return sibling_of(call.provider, call.api, call.model) or own


def _continues(call: Chosen) -> bool:
    """Whether it sent a history that a server could have had."""
    return call.relation == "append" and not call.stateful


def _sentence(call: Chosen, state: State | None) -> str:
    if state is None:
        return f"what {call.provider} keeps of {call.api} is not known, so their cost is unknown."
    if not state.kept:
        return f"{call.provider} keeps no state for {state.api_name}; they stay as they were."
    if state.billing.billing != "whole":
        return f"{call.provider} does not document how {state.api_name} bills a restored history: unknown."
    source = state.billing.source
    rule = f"“{state.billing.quote}” ({source.text}; looked up {source.checked})" if source else ""
    return f"{call.provider}'s {state.api_name} API bills the whole history on every turn: {rule}"
