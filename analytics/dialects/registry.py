"""Which dialect reads which API: the provider's own reading of it where it has one, else the API's."""

from analytics.dialects.anthropic_messages import AnthropicMessages
from analytics.dialects.call import Dialect
from analytics.dialects.gemini_generate import GeminiGenerate
from analytics.dialects.openai_chat import OpenAIChat
from analytics.dialects.openai_responses import OpenAIResponses

DIALECTS: dict[str, Dialect] = {
    "openai.chat": OpenAIChat(),
    "openai.responses": OpenAIResponses(),
    "anthropic.messages": AnthropicMessages(),
    "gemini.generate": GeminiGenerate(),
}

# Where a provider differs from the API it speaks: (provider, api).
VARIANTS: dict[tuple[str, str], Dialect] = {}


def find_dialect(provider: str, api: str) -> Dialect | None:
    """The dialect that reads this API of this provider, None where it is stored raw."""
    return VARIANTS.get((provider, api)) or DIALECTS.get(api)
