"""Listed prices as rates: one size of call, gaps filled by what providers document, or left open."""

from genai_prices.types import TieredPrices

from analytics.pricing.cost import GENAI_PRICES, Rates, Ttl
from analytics.pricing.listing import Listed, Price, Prices
from analytics.pricing.rules import CACHE_READ, CLAUDE_1H_WRITE, FREE_WRITES, WRITE_12H

# What a call may be charged for beside text and audio tokens. Images only matter to calls that hold some.
UNCOUNTED = {
    "requests_kcount": "each request",
    "output_reasoning_mtok": "reasoning apart",
    "output_citation_mtok": "citations",
}
IMAGES = {
    "output_image_mtok": "generated images apart",
    "output_video_mtok": "generated video apart",
    "input_image_mtok": "images apart",
    "input_video_mtok": "video apart",
}


def sizes(prices: Prices) -> list[int]:
    """The input tokens above which a call of this model costs more per token, the largest first."""
    tiered = (price for price in prices.values() if isinstance(price, TieredPrices))
    return sorted({tier.start for price in tiered for tier in price.tiers}, reverse=True)


def rates_of(found: Listed, prices: Prices, size: int, text_only: bool) -> Rates:
    """The rates of a call with that many input tokens."""
    usd = {name: _usd(price, size) for name, price in prices.items()}
    text_in, text_out = usd.get("input_mtok"), usd.get("output_mtok")
    writes = _writes(found, usd)
    return Rates(
        uncached_input=text_in,
        cache_read=usd.get("cache_read_mtok", _times(text_in, CACHE_READ.get(found.list_id))),
        cache_write_5m=writes.get("5m"),
        cache_write_30m=writes.get("30m"),
        cache_write_1h=writes.get("1h"),
        cache_write_12h=writes.get("12h"),
        output=text_out,
        audio_input=usd.get("input_audio_mtok", _any_modality(found, text_in)),
        audio_output=usd.get("output_audio_mtok", _any_modality(found, text_out)),
        default_write="30m" if "gpt" in found.info.id else "5m",
        basis=GENAI_PRICES,
        uncounted=_uncounted(prices, text_only),
    )


def _writes(found: Listed, usd: dict[str, float]) -> dict[Ttl, float | None]:
    """By lifetime. The list's one price for a write is that of the default lifetime."""
    name, text_in = found.info.id, usd.get("input_mtok")
    write = usd.get("cache_write_mtok", text_in if found.list_id in FREE_WRITES else None)
    hour = _times(text_in, CLAUDE_1H_WRITE) if write is not None and "claude" in name else None
    return {
        "5m": None if "gpt" in name else write,
        "30m": None if "claude" in name else write,
        "1h": usd.get("cache_write_1h_mtok", hour),
        "12h": _times(text_in, WRITE_12H.get(name)),
    }


def _any_modality(found: Listed, rate: float | None) -> float | None:
    """Gemini models without an audio price have one price for every modality; elsewhere it is missing.

    https://ai.google.dev/gemini-api/docs/pricing
    """
    return rate if found.list_id == "google" else None


def _uncounted(prices: Prices, text_only: bool) -> str | None:
    kinds = UNCOUNTED if text_only else UNCOUNTED | IMAGES
    what = ", ".join(text for name, text in kinds.items() if name in prices)
    return f"{GENAI_PRICES} also charges for {what}, which the usage does not count" if what else None


def _usd(price: Price, size: int) -> float:
    """A tier above the size of the call prices all of its tokens."""
    if not isinstance(price, TieredPrices):
        return float(price)
    reached = [tier.price for tier in price.tiers if size > tier.start]
    return float(reached[-1] if reached else price.base)


def _times(rate: float | None, factor: float | None) -> float | None:
    return None if rate is None or factor is None else rate * factor
