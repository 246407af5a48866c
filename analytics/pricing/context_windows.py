"""How many tokens a model can read in one call. Source: genai-prices' bundled list, under a user's price file."""

from analytics.pricing.cost import GENAI_PRICES
from analytics.pricing.listing import find_listed
from analytics.pricing.price_file import PriceFile
from analytics.pricing.rules import SUBSCRIPTIONS

SOURCE = GENAI_PRICES


def context_window(provider: str, model: str, host: str = "", overrides: PriceFile | None = None) -> int | None:
    """The most input tokens that a call of this model can have; None where nobody states it.

    A plan's window may be smaller than the API's, which is what is listed.
    """
    own = overrides.context_window(provider, model) if overrides else None
    listed = find_listed(SUBSCRIPTIONS.get(provider, provider), host, model)
    return own or (listed.info.context_window if listed else None)
