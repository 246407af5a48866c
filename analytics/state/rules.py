"""What a line of the table of server-side state says. The lines themselves are in `server_state.toml`; see `table`."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

# How the restored history is billed: `whole` is as input, like history that is sent; `unknown` is not documented.
type Billing = Literal["whole", "unknown"]
# What a statement rests on, the strongest first.
type Basis = Literal["documented", "sdk", "reported", "inferred"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from, when it was looked up, and what it rests on.

    `documented` is the provider's own page, `sdk` its own SDK, `reported` somebody else, `inferred` a conclusion.
    """

    text: str
    checked: date
    basis: Basis


@dataclass(frozen=True, slots=True)
class BillingRule:
    """How restored history is billed, and the provider's sentence where there is one."""

    billing: Billing = "unknown"
    quote: str | None = None
    source: Source | None = None

    @property
    def documented(self) -> bool:
        """Whether the provider itself says that the whole history stays on the bill."""
        return self.billing == "whole" and self.source is not None and self.source.basis == "documented"


@dataclass(frozen=True, slots=True)
class State:
    """What one API of a provider keeps between calls.

    `kept` is whether it can keep a conversation at all, and `name` what the provider calls that. `fields` continue
    one. `stored` is the default of `store`; where it is false, state has to be asked for. `lives_s` is how long it
    lives at least, in seconds, and `lives` the same in words; None is unknown. `preamble` is whether tools and
    instructions are kept as well. `once`: each id can be continued one time only. `since` is the day from which on
    there is state. `errors` are the codes of an expired or unknown id, `message` tells them apart where the code is
    used for other errors too. `rejects`: an id is refused. `sibling` is the provider's other API that keeps state.
    """

    api_name: str
    kept: bool
    source: Source
    name: str | None = None
    fields: tuple[str, ...] = ()
    stored: bool | None = None
    lives_s: int | None = None
    lives: str | None = None
    preamble: bool = False
    once: bool = False
    since: date | None = None
    billing: BillingRule = BillingRule()
    errors: tuple[str, ...] = ()
    message: re.Pattern[str] | None = None
    rejects: bool = False
    sibling: str | None = None
    note: str | None = None

    def refused(self, code: str | None, message: str | None) -> bool:
        """Whether this error says that the state is not there: its id has expired, was used up, or was never known."""
        if code not in self.errors:
            return False
        return self.message is None or bool(self.message.search(message or ""))


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: whose calls it is about, and what it says of them."""

    providers: tuple[str, ...]
    api: re.Pattern[str]
    model: re.Pattern[str]
    state: State

    def fits(self, provider: str, api: str, model: str) -> bool:
        return provider in self.providers and bool(self.api.fullmatch(api)) and bool(self.model.fullmatch(model))


@dataclass(frozen=True, slots=True)
class Table:
    """The whole file: the first line that fits holds."""

    lines: tuple[Line, ...]

    def find(self, provider: str, api: str, model: str | None) -> State | None:
        """What is known of that API; None where the table does not know it."""
        return next((line.state for line in self.lines if line.fits(provider, api, (model or "").lower())), None)
