"""Which dialect reads which API: the provider's own reading of it where it has one, else the API's."""

from analytics.dialects.anthropic_complete import AnthropicComplete
from analytics.dialects.anthropic_count_tokens import AnthropicCountTokens
from analytics.dialects.anthropic_messages import AnthropicMessages
from analytics.dialects.bedrock_converse import BedrockConverse
from analytics.dialects.bedrock_invoke import BedrockInvoke
from analytics.dialects.call import Dialect
from analytics.dialects.cohere_chat import CohereChatV1, CohereChatV2, CohereEmbed
from analytics.dialects.gemini_generate import GeminiCodeAssist, GeminiCountTokens, GeminiEmbed, GeminiGenerate
from analytics.dialects.gemini_interactions import GeminiInteractions
from analytics.dialects.mistral_conversations import MistralConversations
from analytics.dialects.ollama import OllamaChat, OllamaEmbed, OllamaGenerate
from analytics.dialects.openai_chat import OpenAIChat
from analytics.dialects.openai_completions import OpenAICompletions
from analytics.dialects.openai_embeddings import OpenAIEmbeddings
from analytics.dialects.openai_family import (
    AlibabaChat,
    AlibabaResponses,
    CerebrasChat,
    DeepSeekChat,
    FireworksChat,
    GroqChat,
    HuggingFaceChat,
    LocalChat,
    MistralChat,
    MistralFim,
    MoonshotChat,
    OpenRouterChat,
    OpenRouterResponses,
    PerplexityChat,
    TogetherChat,
    XaiChat,
    ZhipuChat,
)
from analytics.dialects.openai_responses import OpenAIResponses
from analytics.dialects.openai_retrieve import OpenAIRetrieve

DIALECTS: dict[str, Dialect] = {
    "openai.chat": OpenAIChat(),
    "openai.completions": OpenAICompletions(),
    "openai.embeddings": OpenAIEmbeddings(),
    "openai.responses": OpenAIResponses(),
    "openai.responses.compact": OpenAIResponses(),
    "openai.responses.retrieve": OpenAIRetrieve(),
    "anthropic.messages": AnthropicMessages(),
    "anthropic.complete": AnthropicComplete(),
    "anthropic.count_tokens": AnthropicCountTokens(),
    "gemini.generate": GeminiGenerate(),
    "gemini.code_assist": GeminiCodeAssist(),
    "gemini.count_tokens": GeminiCountTokens(),
    "gemini.embed": GeminiEmbed(),
    "gemini.interactions": GeminiInteractions(),
    "bedrock.converse": BedrockConverse(),
    "bedrock.invoke": BedrockInvoke(),
    "cohere.chat_v1": CohereChatV1(),
    "cohere.chat_v2": CohereChatV2(),
    "cohere.embed": CohereEmbed(),
    "mistral.conversations": MistralConversations(),
    "mistral.fim": MistralFim(),
    "ollama.chat": OllamaChat(),
    "ollama.generate": OllamaGenerate(),
    "ollama.embed": OllamaEmbed(),
}

# Where a provider differs from the API it speaks: (provider, api).
VARIANTS: dict[tuple[str, str], Dialect] = {
    ("alibaba", "openai.chat"): AlibabaChat(),
    ("alibaba", "openai.responses"): AlibabaResponses(),
    ("cerebras", "openai.chat"): CerebrasChat(),
    ("deepseek", "openai.chat"): DeepSeekChat(),
    ("fireworks", "openai.chat"): FireworksChat(),
    ("groq", "openai.chat"): GroqChat(),
    ("huggingface", "openai.chat"): HuggingFaceChat(),
    ("local", "openai.chat"): LocalChat(),
    ("mistral", "openai.chat"): MistralChat(),
    ("moonshot", "openai.chat"): MoonshotChat(),
    ("ollama", "openai.chat"): LocalChat(),
    ("openrouter", "openai.chat"): OpenRouterChat(),
    ("openrouter", "openai.responses"): OpenRouterResponses(),
    ("perplexity", "openai.chat"): PerplexityChat(),
    ("together", "openai.chat"): TogetherChat(),
    ("xai", "openai.chat"): XaiChat(),
    ("zhipu", "openai.chat"): ZhipuChat(),
}


def find_dialect(provider: str, api: str) -> Dialect | None:
    """The dialect that reads this API of this provider, None where it is stored raw."""
    return VARIANTS.get((provider, api)) or DIALECTS.get(api)
