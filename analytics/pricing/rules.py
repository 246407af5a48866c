"""What providers document about their prices and genai-prices does not hold, each with its source.

Nothing here is a price: these are factors on listed prices, and the names under which a price is looked up.
"""

import re
from dataclasses import dataclass

# Our provider names → genai-prices' lists. Huggingface and Zhipu depend on the call: see `listing`.
LISTS = {
    "openai": "openai",
    "azure": "azure",
    "anthropic": "anthropic",
    "google": "google",
    "vertex": "google",
    "xai": "x-ai",
    # Copilot meters tokens in credits of $0.01 at published rates per model.
    # https://docs.github.com/en/copilot/reference/copilot-billing/models-and-pricing
    "copilot": "github-copilot",
    "deepseek": "deepseek",
    "mistral": "mistral",
    "groq": "groq",
    "bedrock": "aws",
    "cohere": "cohere",
    "openrouter": "openrouter",
    "fireworks": "fireworks",
    "together": "together",
    "perplexity": "perplexity",
    "cerebras": "cerebras",
    "moonshot": "moonshotai",
    "cursor": "cursor",
}
# Plans with a flat fee: the provider whose API would serve the same model.
SUBSCRIPTIONS = {"openai-codex": "openai", "gemini-cli": "google", "grok-cli": "xai", "cursor": "cursor"}
# Kimi's coding plan has a host of its own. https://www.kimi.com/code/docs
SUBSCRIPTION_HOSTS = frozenset({"api.kimi.com"})
# GLM's coding plan has paths of its own: https://docs.z.ai/devpack/tool/others (`/api/coding/paas/v4`) and
# https://docs.z.ai/devpack/tool/claude (`/api/anthropic`, which takes keys without a plan as well).
SUBSCRIPTION_PATHS = {"zhipu": ("/api/coding/", "/api/anthropic/")}

# Discounts on cached input where the list names none, as a share of the input price.
# https://docs.mistral.ai/studio-api/conversations/advanced/prompt-caching ("billed at 10%")
# https://console.groq.com/docs/prompt-caching (50% off)
CACHE_READ = {"mistral": 0.1, "groq": 0.5}

# Lists whose models without a price for cache writes charge a write like any input.
# OpenAI and Azure before GPT-5.6: https://developers.openai.com/api/docs/guides/prompt-caching
# xAI: https://docs.x.ai/developers/advanced-api-usage/prompt-caching/usage-and-pricing
# Groq: https://console.groq.com/docs/prompt-caching
FREE_WRITES = frozenset({"openai", "azure", "x-ai", "groq"})

# Claude, a write that lives an hour: 2 × input. https://platform.claude.com/docs/en/build-with-claude/prompt-caching
CLAUDE_1H_WRITE = 2.0
# OpenAI's writes that live 12 hours. Its pricing page gives $2.50 at $1 input for this model (quoted in
# genai-prices' comment on it); litellm's table has 2 × input for others. Where they disagree the price is unknown.
WRITE_12H = {"gpt-6.1-terra": 2.5}

# Service tiers at the standard price. Groq's flex: https://console.groq.com/docs/flex-processing
STANDARD_TIERS = frozenset({"default", "standard", "standard_only", "on_demand", "auto"})
STANDARD_TIERS_OF = {"groq": frozenset({"flex"})}

# DeepSeek bills weekends (Beijing time) off-peak all day from here on. https://api-docs.deepseek.com/quick_start/pricing
# (as quoted in genai-prices' comments: https://github.com/pydantic/genai-prices/issues/582)
DEEPSEEK_WEEKENDS_FROM = (2026, 8, 23)


def plain_tier(tier: str) -> str:
    """A service tier in lower case, the standard one as an empty string under all of its names."""
    return "" if tier.lower() in STANDARD_TIERS else tier.lower()


@dataclass(frozen=True, slots=True)
class Surcharge:
    """A factor on every token price of the calls whose provider, host, model and place of inference match."""

    factor: float
    provider: str
    host: str
    model: str
    geo: str
    source: str

    def applies(self, provider: str, host: str, model: str, geo: str) -> bool:
        pairs = ((self.provider, provider), (self.host, host), (self.model, model), (self.geo, geo))
        return all(re.fullmatch(pattern, value, re.IGNORECASE) for pattern, value in pairs)


SURCHARGES = (
    # Regional endpoints, for models released since 2026-03-05.
    Surcharge(
        1.1,
        "openai",
        r"[a-z]{2}\.api\.openai\.com(?::\d+)?",
        r"gpt-(?:5\.[4-9]|[6-9]).*",
        r".*",
        "https://developers.openai.com/api/docs/guides/data-residency",
    ),
    # Inference kept in the US: Claude Opus 4.6, Sonnet 4.6 and later.
    Surcharge(
        1.1,
        "anthropic",
        r".*",
        r"claude-[a-z]+-(?:4-[6-9]|[5-9]).*",
        r"us",
        "https://platform.claude.com/docs/en/manage-claude/data-residency",
    ),
    # Claude on regional and multi-region endpoints: Sonnet 4.5 and later.
    Surcharge(
        1.1,
        "vertex",
        r"(?!aiplatform\.googleapis\.com)(?!global-).+",
        r"claude-[a-z]+-(?:4-[5-9]|[5-9]).*",
        r".*",
        "https://platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai",
    ),
)


def surcharge(provider: str, host: str, model: str, geo: str) -> Surcharge | None:
    """The surcharge on a call, if any."""
    return next((found for found in SURCHARGES if found.applies(provider, host, model, geo)), None)
