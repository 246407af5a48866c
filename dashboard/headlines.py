"""The figures on top of the overview, each with its change and with what exactly it counts. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from dashboard.numbers import UNKNOWN, change, compact, count, dollars, known, share

type Figures = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Headline:
    """A figure as it is shown. `good` says which way is welcome; `change` is None where nothing can be compared.

    A change that begins with no sign is a remark.
    """

    title: str
    value: str
    change: str | None
    good: Literal["normal", "inverse", "off"]
    help: str

    @property
    def arrow(self) -> Literal["auto", "off"]:
        """Whether the change points somewhere."""
        return "auto" if self.change and self.change[0] in "+-" else "off"


def headlines(now: Figures, before: Figures, avoidable: Figures | None, avoided: Figures) -> list[Headline]:
    """Spend, tokens, echo share, cache hits and avoidable money, now and in the period before.

    `before` and `avoided` are empty where there is nothing to compare with; `avoidable` is None where nothing was
    examined for findings.
    """
    return [
        _spend(now, before),
        _tokens(now, before),
        _echo(now, before),
        _cache(now, before),
        _avoidable(avoidable, avoided),
    ]


def gaps(figures: Figures) -> list[str]:
    """What the sums leave out, or stand on an assumption for; one sentence each."""
    return list(_gaps({name: int(known(figures.get(name)) or 0) for name in _COUNTS}))


_COUNTS = ("calls", "unpriced", "unmetered", "unsplit", "assumed")


def beside(found: Figures | None) -> str:
    """What is not in the avoidable money, because it overlaps with it."""
    history = known((found or {}).get("history_usd"))
    return "" if not history else (
        f"A smaller history would have cost up to {dollars(history)} less; that overlaps with what else is avoidable, "
        "and is not added to it."
    )  # fmt: skip


def _gaps(counts: Mapping[str, int]) -> Iterator[str]:
    calls = f"of {counts['calls']:,} calls"
    if counts["unpriced"]:
        yield f"The cost of {counts['unpriced']:,} {calls} is unknown (no price for the model); no sum has it."
    if counts["unmetered"]:
        yield f"{counts['unmetered']:,} {calls} came without token counts; tokens and cost are unknown."
    if counts["unsplit"]:
        yield f"What {counts['unsplit']:,} {calls} sent again is unknown; shares leave them out."
    if counts["assumed"]:
        yield f"≈ {counts['assumed']:,} {calls} are priced with an assumption; `cost_reason` says which."


def _spend(now: Figures, before: Figures) -> Headline:
    unpriced = sum(int(known(now.get(name)) or 0) for name in ("unpriced", "unmetered"))
    text = dollars(cost) if (cost := known(now.get("cost_usd"))) is not None else UNKNOWN
    about = (
        "What the calls cost: as the provider reported it, else its tokens at the list price of the model that "
        f"answered, on that day. {count(unpriced)} calls of unknown cost are not in it."
    )
    return Headline("Spend", _marked(text, now.get("assumed")), _change("cost_usd", now, before), "inverse", about)


def _tokens(now: Figures, before: Figures) -> Headline:
    sent, made = known(now.get("input_tokens")), known(now.get("output_tokens"))
    whole = None if sent is None and made is None else (sent or 0.0) + (made or 0.0)
    about = (
        f"Billed tokens, as the providers reported them: {compact(sent)} of input (cached ones included), "
        f"{compact(made)} of output (reasoning included). The change is that of the input."
    )
    return Headline("Tokens", compact(whole), _change("input_tokens", now, before), "off", about)


def _echo(now: Figures, before: Figures) -> Headline:
    exact = known(now.get("exact_share"))
    about = (
        "Input tokens that had been sent before in the same conversation, the model's own replies among them, as a "
        f"share of all input. {share(exact)} of the resent tokens are counted exactly, the rest is estimated. Echo was "
        f"billed with {dollars(known(now.get('echo_usd')))}, after cache discounts."
    )
    estimated = exact is not None and exact < 1
    text = _marked(share(known(now.get("echo_share"))), estimated)
    return Headline("Echo share", text, _change("echo_share", now, before, points=True), "inverse", about)


def _cache(now: Figures, before: Figures) -> Headline:
    about = (
        "Input tokens that the provider read from its prompt cache, as a share of the input of calls that report it."
    )
    text = share(known(now.get("cache_hit_share")))
    return Headline("Cache hits", text, _change("cache_hit_share", now, before, points=True), "normal", about)


def _avoidable(found: Figures | None, before: Figures) -> Headline:
    about = (
        "Money that another way of calling would not have cost, net of what that way costs itself. Where findings of "
        "a conversation speak of the same calls, the kind worth most counts. What a smaller history would save "
        "overlaps with it, and is not in it; nor is what is muted."
    )
    if found is None:
        return Headline("Avoidable", UNKNOWN, "not examined yet", "off", about)
    usd, certain = known(found.get("usd")), known(found.get("certain_usd"))
    about += f" {dollars(certain or 0.0)} of it is certain." if usd else ""
    about += f" {count(known(found.get('unpriced')) or 0)} findings of unknown worth are not in it."
    text = "none" if not known(found.get("findings")) else dollars(usd) if usd is not None else UNKNOWN
    return Headline("Avoidable", text, _change("usd", found, before), "inverse", about)


def _change(name: str, now: Figures, before: Figures, *, points: bool = False) -> str | None:
    return change(known(now.get(name)), known(before.get(name)), points=points)


def _marked(text: str, estimated: object) -> str:
    """With a sign in front, where part of it stands on an estimate."""
    return f"≈ {text}" if known(estimated) and text != UNKNOWN else text
