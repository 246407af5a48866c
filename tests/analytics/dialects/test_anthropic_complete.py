"""Tests of the dialect of Anthropic's older Text Completions API."""

from hypothesis import given, settings

from analytics.dialects.anthropic_complete import AnthropicComplete
from analytics.dialects.exchange import Json, RequestReading, Usage
from analytics.dialects.fields import obj
from tests.analytics.dialects.broken_json import broken
from tests.analytics.dialects.calls import call, content
from tests.recordings import recorded

DIALECT = AnthropicComplete()
PROMPT = "Be brief.\n\nHuman: Rain in Oslo?\n\nAssistant:"
ASK: Json = {"model": "claude-2.1", "prompt": PROMPT, "max_tokens_to_sample": 9, "stream": True}
ANSWER: Json = {"type": "completion", "id": "compl_1", "completion": " Yes.\n\nA lot.", "stop_reason": "stop_sequence"}
EVENTS: list[object] = [
    {"type": "completion", "id": "compl_1", "completion": " Yes.", "stop_reason": None, "model": "claude-2.1"},
    {"type": "completion", "id": "compl_1", "completion": "\n\nA lot.", "stop_reason": None},
    {"type": "completion", "id": "compl_1", "completion": "", "stop_reason": "stop_sequence", "stop": "\n\nHuman:"},
]


def read(prompt: object) -> RequestReading:
    return DIALECT.read_request(call({**ASK, "prompt": prompt}))


def test_the_prompt_is_read_as_turns() -> None:
    found = read(PROMPT)
    assert content(found.preamble) == [("system", "system", "Be brief.")]
    assert content(found.history) == [("user", "user", "Rain in Oslo?")]
    assert (found.model, found.streamed) == ("claude-2.1", True)
    assert found.parameters == {"max_tokens_to_sample": 9}


def test_a_prompt_without_turns_is_all_system() -> None:
    assert content(read("Say hi").preamble) == [("system", "system", "Say hi")]


def test_a_completion_comes_back_as_the_same_block_whole_and_streamed() -> None:
    echoed = read(f"{PROMPT}{ANSWER['completion']}\n\nHuman: Why?\n\nAssistant:").history
    reply = DIALECT.read_response(call(ASK, ANSWER)).reply
    assert [block.role for block in echoed] == ["user", "assistant", "user"]
    assert echoed[1:2] == reply
    assert DIALECT.read_response(call(ASK, events=EVENTS)).reply == reply


def test_the_first_version_repeats_the_whole_completion_in_each_event() -> None:
    events = [{"completion": " Yes."}, {"completion": " Yes.\n\nA lot.", "stop_reason": "stop_sequence"}]
    found = DIALECT.read_response(call(ASK, events=events, headers={"anthropic-version": "2023-01-01"}))
    assert found.reply == DIALECT.read_response(call(ASK, ANSWER)).reply


def test_a_completion_has_a_stop_reason_and_no_usage() -> None:
    for found in (call(ASK, ANSWER), call(ASK, events=EVENTS)):
        reading = DIALECT.read_response(found)
        assert (reading.stop_reason, reading.response_id, reading.ended) == ("stop_sequence", "compl_1", True)
        assert (reading.usage, reading.usage_raw) == (Usage(), None)
    assert not DIALECT.read_response(call(ASK, events=EVENTS[:2])).ended


def test_an_error_is_read() -> None:
    answer = {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}
    found = DIALECT.read_response(call(ASK, answer, status=529))
    assert (found.error_code, found.error_message, found.reply) == ("overloaded_error", "busy", ())


@settings(max_examples=100, deadline=None)
@given(broken({"request": ASK, "answer": ANSWER, "events": EVENTS}))
def test_broken_json_never_raises_and_never_makes_usage_up(example: object) -> None:
    request, answer, events = (obj(example).get(name) for name in ("request", "answer", "events"))
    for found in (call(request, answer), call(request, events=events if isinstance(events, list) else [])):
        DIALECT.read_request(found)
        assert DIALECT.read_response(found).usage == Usage()


def test_every_recorded_completion_is_read() -> None:
    found = recorded("anthropic.complete_legacy")
    assert found
    for each in found:
        assert [block.role for block in each.request.history] == ["user"]
        assert each.response.reply
        assert each.response.ended
        assert each.response.usage_raw is None
