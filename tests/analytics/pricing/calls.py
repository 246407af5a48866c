"""Calls to price, with what most of them have in common filled in."""

from collections.abc import Mapping
from datetime import UTC, datetime

from analytics.dialects.exchange import Usage
from analytics.pricing.cost import Cost
from analytics.pricing.pricer import Pricer

# A Friday afternoon: outside DeepSeek's peak hours, and after the tier prices of October 2026.
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
HOSTS = {
    "openai": "api.openai.com",
    "anthropic": "api.anthropic.com",
    "google": "generativelanguage.googleapis.com",
    "vertex": "aiplatform.googleapis.com",
    "zhipu": "api.z.ai",
}


def priced(
    provider: str,
    model: str | None,
    usage: Usage,
    *,
    asked_for: str | None = None,
    host: str | None = None,
    api: str = "openai.chat",
    at: datetime = NOW,
    tier: str | None = None,
    parameters: Mapping[str, object] | None = None,
    pricer: Pricer | None = None,
    text_only: bool = False,
    path: str = "",
) -> Cost:
    """The cost of a call that `model` answered."""
    return (pricer or Pricer()).price(
        provider=provider,
        host=HOSTS.get(provider, "llm.example") if host is None else host,
        api=api,
        request_model=asked_for or model,
        response_model=model,
        at=at,
        usage=usage,
        service_tier=tier,
        parameters=parameters or {},
        text_only=text_only,
        path=path,
    )


def tokens(fresh: int = 0, read: int = 0, written: int = 0, out: int = 0) -> Usage:
    """Usage with these tokens in each class."""
    return Usage(
        input_tokens=fresh + read + written, cache_read_tokens=read, cache_write_tokens=written, output_tokens=out
    )
