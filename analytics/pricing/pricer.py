"""Prices a call: the provider's own figure, else the user's price file, else genai-prices. See docs/pricing.md."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from math import isfinite

from analytics.dialects.exchange import Usage
from analytics.pricing.charges import AskedTtl, charged
from analytics.pricing.context_windows import context_window
from analytics.pricing.cost import NONE, PRICE_FILE, REPORTED, Cost, CostParts, Rates, Ttl, joined
from analytics.pricing.price_file import PriceEntry, PriceFile
from analytics.pricing.rules import SUBSCRIPTION_HOSTS, SUBSCRIPTION_PATHS, SUBSCRIPTIONS, plain_tier
from analytics.pricing.sheets import Asked, list_sheet, slot_of

# Calls nobody charges for. https://platform.claude.com/docs/en/build-with-claude/token-counting ("free to use"),
# https://ai.google.dev/gemini-api/docs/tokens; a stored response was billed to the call that made it.
UNBILLED = {
    "anthropic.count_tokens": "counting tokens is free",
    "gemini.count_tokens": "counting tokens is free",
    "openai.responses.retrieve": "reading a stored response is not billed again",
}
TTLS: dict[str, Ttl] = {"5m": "5m", "30m": "30m", "1h": "1h", "12h": "12h"}
SUBSCRIPTION = "subscription: a flat fee, not billed per token"
AS_THE_API = "subscription: what the API would charge"


class Pricer:
    """Prices calls with a price file over genai-prices. Thread-safe; repeated models are priced from a cache."""

    def __init__(self, overrides: PriceFile | None = None) -> None:
        self._overrides = overrides or PriceFile()
        self._find = lru_cache(maxsize=4096)(self._overrides.find)
        self._window = lru_cache(maxsize=4096)(self._find_window)

    def price(
        self,
        *,
        provider: str,
        host: str,
        api: str,
        request_model: str | None,
        response_model: str | None,
        at: datetime,
        usage: Usage,
        service_tier: str | None,
        parameters: Mapping[str, object] = {},
        text_only: bool = False,
        path: str = "",
    ) -> Cost:
        """What a call cost, in USD.

        `parameters` are the request's (`RequestReading.parameters`): the tier, speed and place asked for, and the
        lifetimes of its cache marks. With the response's own `speed` and `inference_geo` merged over them, those count.
        `text_only` says that neither side holds an image, so that a model's image prices do not matter.
        """
        if api in UNBILLED:
            return Cost(0.0, NONE, UNBILLED[api], CostParts(0.0, 0.0, 0.0, 0.0, 0.0))
        reported = usage.reported_cost_usd
        if reported is not None and isfinite(reported) and reported >= 0:
            return Cost(reported, REPORTED)
        rates = self.rates_for(
            provider=provider,
            host=host,
            request_model=request_model,
            response_model=response_model,
            at=at,
            service_tier=service_tier,
            parameters=parameters,
            input_tokens=usage.input_tokens,
            text_only=text_only,
            path=path,
        )
        embeds = "embed" in api and usage.output_tokens is None
        return charged(usage, rates, asked_ttl(parameters), output_billed=not embeds)

    def context_window(self, provider: str, model: str, host: str) -> int | None:
        """The most input tokens that a call of this model can have; None where nobody states it."""
        return self._window(provider, model, host)

    def _find_window(self, provider: str, model: str, host: str) -> int | None:
        return context_window(provider, model, host, self._overrides)

    def rates_for(
        self,
        *,
        provider: str,
        host: str,
        request_model: str | None,
        response_model: str | None,
        at: datetime,
        service_tier: str | None = None,
        parameters: Mapping[str, object] = {},
        input_tokens: int | None = None,
        text_only: bool = False,
        path: str = "",
    ) -> Rates:
        """The rates of a call with that many input tokens (a long context costs more per token).

        `path` is the request's: some plans show in it.
        """
        asked = Asked(
            provider,
            host.lower(),
            request_model or "",
            response_model or "",
            slot_of(at),
            _tier(service_tier, parameters),
            _text(parameters, "speed"),
            _text(parameters, "inference_geo"),
            text_only,
        )
        names = tuple(name for name in (asked.response_model, asked.request_model) if name)
        entry = self._find(provider, names, asked.slot.date(), asked.tier)
        if entry:
            return _overridden(entry, asked, input_tokens)
        if not _subscribed(asked, parameters, path):
            return list_sheet(asked).at(input_tokens)
        if self._overrides.subscriptions == "unknown":
            return Rates(reason=SUBSCRIPTION)
        listed = list_sheet(replace(asked, provider=SUBSCRIPTIONS.get(provider, provider))).at(input_tokens)
        return replace(listed, reason=joined(AS_THE_API, listed.reason))


def _overridden(entry: PriceEntry, asked: Asked, input_tokens: int | None) -> Rates:
    """The entry's own rates, or the listed ones of what the entry says the model is like, less the discount."""
    if entry.rates:
        return entry.rates
    model = entry.like_model
    like = replace(
        asked,
        provider=entry.like_provider or asked.provider,
        request_model=model or asked.request_model,
        response_model=model or asked.response_model,
    )
    listed = list_sheet(like).at(input_tokens)
    if not listed.known:
        return listed
    return replace(listed.times(1 - entry.discount), basis=PRICE_FILE, reason=_change(entry, listed))


def _change(entry: PriceEntry, listed: Rates) -> str | None:
    like = "/".join(name for name in (entry.like_provider, entry.like_model) if name)
    off = f"{entry.discount:.4g} off" if entry.discount else ""
    return joined(" ".join(word for word in (off, listed.basis, like and f"as {like}") if word), listed.reason)


def _subscribed(asked: Asked, parameters: Mapping[str, object], path: str) -> bool:
    """Whether the call is paid for by a plan.

    A Claude plan shows in the beta header of its sign-in, `oauth-…`: https://code.claude.com/docs/en/authentication
    """
    if asked.provider in SUBSCRIPTIONS or asked.host.partition(":")[0] in SUBSCRIPTION_HOSTS:
        return True
    if path.startswith(SUBSCRIPTION_PATHS.get(asked.provider, ())):
        return True
    return asked.provider == "anthropic" and "oauth-" in str(parameters.get("anthropic_beta", ""))


def _tier(service_tier: str | None, parameters: Mapping[str, object]) -> str:
    """The tier that served the call, or where the response does not say the one asked for."""
    return plain_tier(service_tier or _text(parameters, "service_tier"))


def asked_ttl(parameters: Mapping[str, object]) -> AskedTtl:
    """The lifetime the request wanted for its cache writes: OpenAI's option, or the marks of all breakpoints."""
    option = parameters.get("prompt_cache_options")
    wanted = option.get("ttl") if isinstance(option, dict) else None
    marks = parameters.get("cache_breakpoints")
    ttls = {str(ttl or "5m") for _, ttl in marks} if isinstance(marks, list) else set()
    if isinstance(wanted, str):
        return TTLS.get(wanted)
    if len(ttls) > 1:
        return "mixed"
    return TTLS.get("".join(ttls)) if ttls != {"5m"} else None


def _text(parameters: Mapping[str, object], name: str) -> str:
    value = parameters.get(name)
    return value if isinstance(value, str) else ""
