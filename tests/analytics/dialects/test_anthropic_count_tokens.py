"""Tests of the dialect of Anthropic's token counting."""

import pytest

from analytics.dialects.anthropic_count_tokens import AnthropicCountTokens
from analytics.dialects.exchange import Usage
from tests.analytics.dialects import anthropic_examples
from tests.analytics.dialects.calls import call
from tests.recordings import recorded

DIALECT = AnthropicCountTokens()


def test_the_request_reads_as_the_message_it_would_be() -> None:
    assert DIALECT.read_request(call(anthropic_examples.ASK)) == anthropic_examples.read_request()


def test_the_count_is_an_answer_and_no_usage() -> None:
    found = DIALECT.read_response(call(anthropic_examples.ASK, {"input_tokens": 14}))
    assert (found.details, found.usage, found.usage_raw) == ({"counted_tokens": 14}, Usage(), None)
    assert found.ended


@pytest.mark.parametrize(
    "answer", [{"input_tokens": "14"}, {"input_tokens": -1}, {"input_tokens": 1e30}, {}, [], None, "14"]
)
def test_a_count_that_is_none_is_not_made_up(answer: object) -> None:
    assert DIALECT.read_response(call(anthropic_examples.ASK, answer)).details == {}


def test_an_error_is_read() -> None:
    answer = {"type": "error", "error": {"type": "invalid_request_error", "message": "bad"}}
    found = DIALECT.read_response(call(anthropic_examples.ASK, answer, status=400))
    assert (found.error_code, found.error_message) == ("invalid_request_error", "bad")


def test_every_recorded_count_is_read() -> None:
    found = recorded("anthropic.count_tokens")
    assert found
    for each in found:
        assert each.request.history
        assert each.response.details["counted_tokens"]
        assert each.response.usage == Usage()
