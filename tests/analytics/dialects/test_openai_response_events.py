"""A stream of events as the response it adds up to, also where it was cut off."""

from analytics.dialects.exchange import Json
from analytics.dialects.openai_response_events import final_response, responses_of, streamed_items


def delta(kind: str, text: str, at: int = 0, **more: object) -> Json:
    return {"type": f"response.{kind}.delta", "delta": text, "output_index": at, **more}


def added(item: Json, at: int = 0) -> Json:
    return {"type": "response.output_item.added", "output_index": at, "item": item}


def test_a_cut_off_message_is_what_its_deltas_say() -> None:
    events = [
        added({"type": "message", "role": "assistant", "content": []}),
        delta("output_text", "Hel", content_index=0),
        delta("output_text", "lo", content_index=0),
        delta("output_text", "!", content_index=1),
    ]
    parts = [{"type": "output_text", "text": "Hello"}, {"type": "output_text", "text": "!"}]
    assert streamed_items(events) == [{"type": "message", "role": "assistant", "content": parts}]


def test_a_cut_off_call_and_reasoning_are_what_their_deltas_say() -> None:
    events = [
        added({"type": "reasoning", "summary": []}),
        delta("reasoning_summary_text", "Hm", summary_index=0),
        added({"type": "function_call", "name": "f", "call_id": "c", "arguments": ""}, 1),
        delta("function_call_arguments", '{"a"', 1),
        delta("function_call_arguments", ": 1", 1),
    ]
    reasoning, called = streamed_items(events)
    assert isinstance(reasoning, dict)
    assert isinstance(called, dict)
    assert reasoning["summary"] == [{"type": "summary_text", "text": "Hm"}]
    assert (called["name"], called["arguments"]) == ("f", '{"a": 1')


def test_a_finished_item_goes_before_the_one_listed_at_the_end() -> None:
    events: list[Json] = [
        {
            "type": "response.output_item.done",
            "output_index": 0,
            "item": {"type": "reasoning", "encrypted_content": "a"},
        },
        {
            "type": "response.completed",
            "response": {"output": [{"type": "reasoning", "encrypted_content": "b"}, {"id": "x"}]},
        },
    ]
    assert streamed_items(events) == [{"type": "reasoning", "encrypted_content": "a"}, {"id": "x"}]


def test_the_end_counts_and_before_it_the_latest_response() -> None:
    created: Json = {"type": "response.created", "response": {"id": "r", "status": "in_progress"}}
    assert final_response([created]) == {"id": "r", "status": "in_progress"}
    assert final_response([created, {"type": "response.done", "response": {"id": "r", "status": "completed"}}]) == {
        "id": "r",
        "status": "completed",
    }
    assert final_response([]) == {}


def test_responses_are_split_where_one_ended_and_another_began() -> None:
    created: Json = {"type": "response.created"}
    ended: Json = {"type": "response.incomplete"}
    assert responses_of([created, ended, created]) == [[created, ended], [created]]
    assert responses_of([created, created]) == [[created, created]]
    assert responses_of([]) == [[]]
