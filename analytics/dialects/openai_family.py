"""The providers that copied Chat Completions or Responses: each as the places where it differs.

What all of them might send (`cached_tokens` on top, costs, reasoning under either name) the base reads already, since
gateways pass it on under any address; here stands only what would be wrong elsewhere.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from analytics.dialects.call import Call
from analytics.dialects.canonical import dumps
from analytics.dialects.exchange import Block, Json, RequestReading, ResponseReading, Usage
from analytics.dialects.fields import count, items, money, obj, text, total
from analytics.dialects.openai_chat import PARAMETERS, OpenAIChat, first
from analytics.dialects.openai_content import Piece, known, reported_cost
from analytics.dialects.openai_responses import PARAMETERS as RESPONSES_PARAMETERS
from analytics.dialects.openai_responses import OpenAIResponses


class DeepSeekChat(OpenAIChat):
    """https://api-docs.deepseek.com/api/create-chat-completion: the input as cache hits and misses."""

    def usage(self, raw: Json) -> Usage:
        usage = super().usage(raw)
        hit, miss = count(raw, "prompt_cache_hit_tokens"), count(raw, "prompt_cache_miss_tokens")
        return replace(usage, input_tokens=known(usage.input_tokens, total(hit, miss) if miss is not None else None))


class GroqChat(OpenAIChat):
    """https://console.groq.com/docs/api-reference: a stream's usage and errors may stand under `x_groq`."""

    def usage_object(self, answer: Json) -> Json:
        return super().usage_object(answer) or obj(answer, "x_groq", "usage")

    def error(self, answer: Json, failed: bool) -> Json:
        unnamed = text(obj(answer, "x_groq"), "error")
        return super().error(answer, failed) or ({"message": unnamed} if unnamed else {})


class XaiChat(OpenAIChat):
    """https://docs.x.ai/docs/api-reference: live search is asked for here and paid by the source.

    The two larger differences, reasoning outside `completion_tokens` and costs in ticks, are read by the base:
    Azure, Vertex and gateways serve the same models and answer alike.
    """

    parameters = (*PARAMETERS, "deferred", "search_parameters")


class OpenRouterChat(OpenAIChat):
    """https://openrouter.ai/docs/api-reference: who serves is chosen per request, and the charge is in the usage."""

    parameters = (*PARAMETERS, "models", "plugins", "provider", "route", "transforms", "usage")

    def cost(self, raw: Json) -> float | None:
        return openrouter_cost(raw)


class OpenRouterResponses(OpenAIResponses):
    """https://openrouter.ai/docs/api/reference/responses: stateless."""

    def cost(self, raw: Json) -> float | None:
        return openrouter_cost(raw)


def openrouter_cost(raw: Json) -> float | None:
    """The credits charged; with one's own key they are the fee only, and the upstream provider bills the rest.

    https://openrouter.ai/docs/use-cases/usage-accounting; `upstream_inference_cost` repeats the cost otherwise.
    """
    cost, upstream = reported_cost(raw), money(obj(raw, "cost_details"), "upstream_inference_cost")
    if cost is None or raw.get("is_byok") is not True:
        return cost
    return None if upstream is None else cost + upstream


class PerplexityChat(OpenAIChat):
    """https://docs.perplexity.ai/api-reference: deep research counts its reasoning beside the completion."""

    parameters = (*PARAMETERS, "search_context_size", "search_mode", "search_recency_filter", "search_domain_filter")

    def usage(self, raw: Json) -> Usage:
        usage, beside = super().usage(raw), count(raw, "reasoning_tokens")
        made = usage.output_tokens
        if not beside or made is None or made != count(raw, "completion_tokens"):
            return usage
        return replace(usage, output_tokens=made + beside)


class CerebrasChat(OpenAIChat):
    """https://inference-docs.cerebras.ai/api-reference/chat-completions: errors are flat, in streams too."""

    def error(self, answer: Json, failed: bool) -> Json:
        return super().error(answer, failed or ("message" in answer and not items(answer, "choices")))


class TogetherChat(OpenAIChat):
    """https://docs.together.ai/reference/chat-completions-1"""

    parameters = (*PARAMETERS, "context_length_exceeded_behavior", "repetition_penalty", "safety_model")


class FireworksChat(OpenAIChat):
    """https://docs.fireworks.ai/api-reference/post-chatcompletions: cached tokens may be told in a header only."""

    parameters = (*PARAMETERS, "context_length_exceeded_behavior", "prompt_cache_isolation_key", "prompt_truncate_len")

    def read_response(self, call: Call) -> ResponseReading:
        reading = super().read_response(call)
        usage, told = reading.usage, call.response_headers.get("fireworks-cached-prompt-tokens", "")
        if not usage.reported or usage.cache_read_tokens is not None or not re.fullmatch(r"[0-9]{1,12}", told):
            return reading
        return replace(reading, usage=replace(usage, cache_read_tokens=int(told)))


class MoonshotChat(OpenAIChat):
    """https://platform.moonshot.ai/docs/api/chat: a stream's usage stands inside its last choice."""

    def usage_object(self, answer: Json) -> Json:
        inside = next((obj(choice, "usage") for choice in first(answer)), {})
        return super().usage_object(answer) or inside


class MistralChat(OpenAIChat):
    """https://docs.mistral.ai/api: audio stands beside `prompt_tokens`; an agent may stand for the model."""

    parameters = (*PARAMETERS, "agent_id", "prediction", "prompt_mode", "random_seed", "safe_prompt")

    def usage(self, raw: Json) -> Usage:
        usage = super().usage(raw)
        given, made, audio = usage.input_tokens, usage.output_tokens, usage.audio_input_tokens
        if given is None or made is None or not audio or count(raw, "total_tokens") != given + made + audio:
            return usage
        return replace(usage, input_tokens=given + audio)


class MistralFim(MistralChat):
    """https://docs.mistral.ai/api/endpoint/fim: a prompt and a suffix, answered with a chat message."""

    def history(self, request: Json) -> Iterator[Piece]:
        prompt, suffix = text(request, "prompt"), text(request, "suffix")
        if prompt:
            yield Block("user", "user", prompt), {}
        if suffix:
            yield Block("user", "other", dumps({"suffix": suffix})), {}


class ZhipuChat(OpenAIChat):
    """https://docs.z.ai/api-reference/llm/chat-completion"""

    parameters = (*PARAMETERS, "do_sample", "tool_stream")


class AlibabaChat(OpenAIChat):
    """https://www.alibabacloud.com/help/en/model-studio/context-cache: search is asked for here."""

    parameters = (*PARAMETERS, "enable_search", "search_options", "translation_options")


class AlibabaResponses(OpenAIResponses):
    """https://www.alibabacloud.com/help/en/model-studio/openai-compatible-responses

    The session cache is set by a header, and what was written to it is told in `x_details`.
    """

    parameters = (*RESPONSES_PARAMETERS, "session_cache")

    def read_request(self, call: Call) -> RequestReading:
        reading = super().read_request(call)
        asked = call.request_headers.get("x-dashscope-session-cache")
        return replace(reading, parameters=reading.parameters | {"session_cache": asked}) if asked else reading

    def usage(self, raw: Json) -> Usage:
        usage = super().usage(raw)
        billed = next((obj(part, "prompt_tokens_details") for part in items(raw, "x_details")), {})
        written = count(billed, "cache_creation_input_tokens")
        by_ttl = obj(billed, "cache_creation")
        return replace(
            usage,
            cache_read_tokens=known(usage.cache_read_tokens, count(billed, "cached_tokens")),
            cache_write_tokens=known(usage.cache_write_tokens, written),
            cache_write_5m_tokens=count(by_ttl, "ephemeral_5m_input_tokens"),
            cache_write_1h_tokens=count(by_ttl, "ephemeral_1h_input_tokens"),
        )


class HuggingFaceChat(OpenAIChat):
    """https://huggingface.co/docs/inference-providers: the model may be in the URL."""

    def model_in_path(self, call: Call) -> str | None:
        found = re.search(r"/models/([^/]+/[^/]+)/v1/", call.path)
        return found[1] if found else super().model_in_path(call)


class LocalChat(OpenAIChat):
    """vLLM, llama.cpp, LM Studio and the like: llama.cpp tells its cache reads in `timings`.

    https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html
    https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
    """

    parameters = (*PARAMETERS, "cache_prompt", "cache_salt", "chat_template_kwargs", "truncate_prompt_tokens")

    def read_response(self, call: Call) -> ResponseReading:
        reading = super().read_response(call)
        timings = next((t for t in (obj(a, "timings") for a in reversed(self.answers(call))) if t), {})
        if not reading.usage.reported:
            return reading
        cached = known(reading.usage.cache_read_tokens, count(timings, "cache_n"))
        return replace(reading, usage=replace(reading.usage, cache_read_tokens=cached))
