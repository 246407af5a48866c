"""Embeddings: input tokens, and nothing that a conversation could be found by."""

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.dialects.exchange import Json
from analytics.dialects.fields import obj
from analytics.dialects.openai_embeddings import OpenAIEmbeddings
from tests.analytics.dialects.broken_json import broken
from tests.analytics.dialects.calls import call
from tests.recordings import recorded

DIALECT = OpenAIEmbeddings()
REQUEST: Json = {"model": "e", "input": ["a", "b"], "dimensions": 256, "user": "u"}
ANSWER: Json = {
    "model": "e-1",
    "data": [{"index": 0, "embedding": [0.1]}, {"index": 1, "embedding": "AAAA"}],
    "usage": {"prompt_tokens": 7, "total_tokens": 7},
}


def test_there_are_no_blocks_only_parameters() -> None:
    reading = DIALECT.read_request(call(REQUEST))
    assert (reading.preamble, reading.history) == ((), ())
    assert (reading.model, reading.parameters) == ("e", {"dimensions": 256, "inputs": 2})
    assert DIALECT.read_request(call({"input": "a"})).parameters == {"inputs": 1}
    assert DIALECT.read_request(call({}, path="/openai/deployments/emb/embeddings")).model == "emb"


def test_usage_is_input_only() -> None:
    reading = DIALECT.read_response(call(answer=ANSWER))
    assert (reading.usage.input_tokens, reading.usage.output_tokens) == (7, None)
    assert (reading.reply, reading.stop_reason, reading.details) == ((), None, {"vectors": 2})


def test_an_error_is_read() -> None:
    answer = {"error": {"message": "m", "type": "invalid_request_error", "code": "model_not_found"}}
    reading = DIALECT.read_response(call(answer=answer, status=404))
    assert (reading.error_code, reading.error_message, reading.details) == ("model_not_found", "m", {})


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_nothing_broken_raises(data: st.DataObject) -> None:
    DIALECT.read_request(call(data.draw(broken(REQUEST))))
    assert DIALECT.read_response(call(answer=data.draw(broken(ANSWER)))).usage.input_tokens in (None, 7)


def test_every_recorded_call_reads_and_bills_what_its_usage_says() -> None:
    for found in recorded("openai.embeddings"):
        assert found.request.history == ()
        assert found.response.usage.input_tokens == obj(found.call.body, "usage").get("prompt_tokens")
