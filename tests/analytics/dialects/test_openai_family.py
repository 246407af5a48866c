"""The providers that copied OpenAI: each tested where it differs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.dialects import openai_family as family
from analytics.dialects.call import Dialect
from analytics.dialects.exchange import Json
from analytics.dialects.fields import obj
from analytics.dialects.openai_chat import OpenAIChat
from tests.analytics.dialects.broken_json import broken
from tests.analytics.dialects.calls import call, content

CHATS: list[OpenAIChat] = [
    family.AlibabaChat(),
    family.CerebrasChat(),
    family.DeepSeekChat(),
    family.FireworksChat(),
    family.GroqChat(),
    family.HuggingFaceChat(),
    family.LocalChat(),
    family.MistralChat(),
    family.MistralFim(),
    family.MoonshotChat(),
    family.OpenRouterChat(),
    family.PerplexityChat(),
    family.TogetherChat(),
    family.XaiChat(),
    family.ZhipuChat(),
]
ANSWER: Json = {
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "x"}, "finish_reason": "stop"}],
    "usage": {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 15,
        "prompt_cache_hit_tokens": 4,
        "prompt_cache_miss_tokens": 6,
        "reasoning_tokens": 1,
        "is_byok": False,
        "cost": 0.5,
        "cost_details": {"upstream_inference_cost": 0.5},
        "x_details": [{"prompt_tokens_details": {"cache_creation_input_tokens": 3}}],
    },
    "x_groq": {"usage": {"prompt_tokens": 10}},
    "timings": {"cache_n": 2},
}


def test_deepseek_tells_the_input_as_hits_and_misses() -> None:
    usage = family.DeepSeekChat().usage({"prompt_cache_hit_tokens": 64, "prompt_cache_miss_tokens": 6})
    assert (usage.input_tokens, usage.cache_read_tokens) == (70, 64)
    assert family.DeepSeekChat().usage({"prompt_cache_hit_tokens": 64}).input_tokens is None
    assert family.DeepSeekChat().usage({"prompt_tokens": 9, "prompt_cache_miss_tokens": 6}).input_tokens == 9


def test_groq_streams_usage_and_errors_under_its_own_name() -> None:
    dialect = family.GroqChat()
    last: Json = {"choices": [], "x_groq": {"id": "r", "usage": {"prompt_tokens": 7, "completion_tokens": 2}}}
    reading = dialect.read_response(call(events=[last]))
    assert (reading.usage.input_tokens, reading.usage_raw) == (7, obj(last, "x_groq", "usage"))
    assert dialect.read_response(call(events=[{"x_groq": {"error": "over capacity"}}])).error_message == "over capacity"


def test_with_ones_own_key_openrouters_cost_is_the_fee_only() -> None:
    dialect, upstream = family.OpenRouterChat(), {"upstream_inference_cost": 2.0}
    assert dialect.usage({"cost": 0.1, "cost_details": upstream, "is_byok": True}).reported_cost_usd == 2.1
    assert dialect.usage({"cost": 2.0, "cost_details": upstream, "is_byok": False}).reported_cost_usd == 2.0
    assert dialect.usage({"cost": 0.1, "is_byok": True}).reported_cost_usd is None
    raw = {"cost": 0.1, "cost_details": upstream, "is_byok": True}
    assert family.OpenRouterResponses().usage(raw).reported_cost_usd == 2.1


def test_perplexity_counts_reasoning_beside_the_completion() -> None:
    said: Json = {"prompt_tokens": 33, "completion_tokens": 7163, "total_tokens": 7196, "reasoning_tokens": 95305}
    usage = family.PerplexityChat().usage(said)
    assert (usage.output_tokens, usage.reasoning_tokens) == (102468, 95305)
    assert family.PerplexityChat().usage({"completion_tokens": 5}).output_tokens == 5


def test_perplexity_sends_message_and_delta_at_once() -> None:
    def choice(delta: str, message: str) -> Json:
        return {"choices": [{"index": 0, "delta": {"content": delta}, "message": {"content": message}}]}

    dialect = family.PerplexityChat()
    expected = [("assistant", "assistant", "abc")]
    assert content(dialect.read_response(call(events=[choice("ab", "ab"), choice("c", "abc")])).reply) == expected
    assert content(dialect.read_response(call(answer=choice("", "abc"))).reply) == expected


def test_cerebras_errors_are_flat() -> None:
    error = {"message": "m", "type": "too_many_requests_error", "code": "request_quota_exceeded", "param": "quota"}
    reading = family.CerebrasChat().read_response(call(events=[error]))
    assert (reading.error_code, reading.error_message) == ("request_quota_exceeded", "m")
    assert family.CerebrasChat().read_response(call(answer=ANSWER)).error_code is None


def test_fireworks_may_tell_the_cached_tokens_in_a_header() -> None:
    def read(answer: Json, told: str) -> int | None:
        headers = {"fireworks-cached-prompt-tokens": told}
        return (
            family.FireworksChat().read_response(call(answer=answer, response_headers=headers)).usage.cache_read_tokens
        )

    bare: Json = {"usage": {"prompt_tokens": 10, "completion_tokens": 5}}
    assert read(bare, "8") == 8
    assert read(bare, "many") is None
    assert read({}, "8") is None
    assert read({"usage": {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 0}}}, "8") == 0


def test_moonshot_streams_usage_inside_the_choice() -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 2, "cached_tokens": 3}
    last = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "usage": usage}]}
    reading = family.MoonshotChat().read_response(call(events=[last]))
    assert (reading.usage.input_tokens, reading.usage.cache_read_tokens) == (7, 3)


def test_mistral_counts_audio_beside_the_prompt() -> None:
    audio = {"prompt_tokens": 9, "completion_tokens": 248, "prompt_tokens_details": {"audio_tokens": 375}}
    assert family.MistralChat().usage({**audio, "total_tokens": 632}).input_tokens == 384
    assert family.MistralChat().usage({**audio, "total_tokens": 257}).input_tokens == 9


def test_mistrals_agent_is_a_parameter_and_the_response_names_the_model() -> None:
    dialect = family.MistralChat()
    reading = dialect.read_request(call({"agent_id": "ag_1", "messages": []}))
    assert (reading.model, reading.parameters) == (None, {"agent_id": "ag_1"})
    assert dialect.read_response(call(answer={"usage": {"service_tier": "standard"}})).service_tier == "standard"


def test_fill_in_the_middle_has_a_prompt_and_a_suffix() -> None:
    blocks = family.MistralFim().read_request(call({"prompt": "def f(", "suffix": "return a"})).history
    assert content(blocks) == [("user", "user", "def f("), ("user", "other", '{"suffix":"return a"}')]


def test_alibabas_session_cache_is_set_by_header_and_told_in_x_details() -> None:
    dialect = family.AlibabaResponses()
    asked = dialect.read_request(call({"input": "x"}, headers={"x-dashscope-session-cache": "enable"}))
    assert asked.parameters == {"session_cache": "enable"}
    details = {"cached_tokens": 5, "cache_creation_input_tokens": 3, "cache_creation": {"ephemeral_5m_input_tokens": 3}}
    usage = dialect.usage({"input_tokens": 10, "x_details": [{"prompt_tokens_details": details}]})
    assert (usage.cache_read_tokens, usage.cache_write_tokens, usage.cache_write_5m_tokens) == (5, 3, 3)
    assert dialect.usage({"input_tokens": 10}).cache_write_tokens is None


def test_hugging_face_may_name_the_model_in_the_path() -> None:
    path = "/models/meta-llama/Llama-3.1-8B-Instruct/v1/chat/completions"
    assert family.HuggingFaceChat().read_request(call({}, path=path)).model == "meta-llama/Llama-3.1-8B-Instruct"
    assert family.HuggingFaceChat().read_request(call({}, path="/v1/chat/completions")).model is None


def test_llama_cpp_tells_its_cache_reads_in_timings() -> None:
    dialect = family.LocalChat()
    events: list[object] = [{"usage": {"prompt_tokens": 10, "completion_tokens": 1}, "timings": {"cache_n": 8}}]
    assert dialect.read_response(call(events=events)).usage.cache_read_tokens == 8
    assert not dialect.read_response(call(events=[{"timings": {"cache_n": 8}}])).usage.reported


@pytest.mark.parametrize("dialect", CHATS, ids=lambda d: type(d).__name__)
def test_each_of_them_keeps_the_shared_shape(dialect: OpenAIChat) -> None:
    reading = dialect.read_response(call(answer=ANSWER))
    assert (reading.usage.input_tokens, reading.stop_reason) == (10, "stop")
    assert reading.usage.output_tokens == (6 if isinstance(dialect, family.PerplexityChat) else 5)
    assert reading.usage.cache_read_tokens == 4
    assert content(reading.reply) == [("assistant", "assistant", "x")]
    assert dialect.read_request(call({"temperature": 1})).parameters == {"temperature": 1}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_nothing_broken_raises_or_invents_usage(data: st.DataObject) -> None:
    answer = data.draw(broken(ANSWER))
    silent = data.draw(broken({"choices": ANSWER["choices"], "timings": {"cache_n": 2}}))
    dialects: list[Dialect] = [*CHATS, family.AlibabaResponses(), family.OpenRouterResponses()]
    for dialect in dialects:
        dialect.read_response(call(answer=answer))
        dialect.read_response(call(events=[answer]))
        assert not dialect.read_response(call(answer=silent)).usage.reported
