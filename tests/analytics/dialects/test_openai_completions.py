"""Legacy completions: one prompt, one text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.dialects.exchange import Json
from analytics.dialects.openai_completions import OpenAICompletions
from tests.analytics.dialects.broken_json import broken
from tests.analytics.dialects.calls import call, content
from tests.recordings import recorded

DIALECT = OpenAICompletions()
REQUEST: Json = {"model": "m", "prompt": ["a", "b"], "suffix": "z", "best_of": 2}
ANSWER: Json = {
    "id": "cmpl-1",
    "model": "m-1",
    "choices": [{"index": 0, "text": "Nine", "finish_reason": "stop"}, {"index": 1, "text": "9"}],
    "usage": {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6},
}


@pytest.mark.parametrize(
    ("prompt", "blocks"),
    [
        ("a", [("user", "user", "a")]),
        (["a", "b"], [("user", "user", "a"), ("user", "user", "b")]),
        ([1, 2], [("user", "other", '{"prompt":[1,2]}')]),
        ([[1], [2]], [("user", "other", '{"prompt":[[1],[2]]}')]),
        ("", []),
        (None, []),
    ],
)
def test_a_prompt_is_a_text_several_or_tokens(prompt: object, blocks: list[tuple[str, str, str]]) -> None:
    assert content(DIALECT.read_request(call({"prompt": prompt})).history) == blocks


def test_the_suffix_and_what_multiplies_the_cost_are_read() -> None:
    reading = DIALECT.read_request(call(REQUEST))
    assert content(reading.history)[-1] == ("user", "other", '{"suffix":"z"}')
    assert (reading.preamble, reading.parameters) == ((), {"best_of": 2})


def test_a_reply_is_the_same_whole_and_streamed() -> None:
    events = [{"choices": [{"index": 0, "text": piece}]} for piece in ("Ni", "ne")]
    whole = DIALECT.read_response(call(answer=ANSWER))
    assert whole.reply == DIALECT.read_response(call(events=events)).reply
    assert content(whole.reply) == [("assistant", "assistant", "Nine")]
    assert (whole.usage.input_tokens, whole.usage.output_tokens, whole.stop_reason) == (5, 1, "stop")


def test_a_gateway_may_answer_with_a_chat_message() -> None:
    answer = {"choices": [{"message": {"role": "assistant", "content": "hi"}}]}
    assert content(DIALECT.read_response(call(answer=answer)).reply) == [("assistant", "assistant", "hi")]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_nothing_broken_raises(data: st.DataObject) -> None:
    DIALECT.read_request(call(data.draw(broken(REQUEST))))
    usage = DIALECT.read_response(call(answer=data.draw(broken(ANSWER)))).usage
    assert usage.input_tokens in (None, 5)


def test_every_recorded_call_reads() -> None:
    for found in recorded("openai.completions_legacy"):
        assert found.response.reply
        assert found.response.usage.reported
