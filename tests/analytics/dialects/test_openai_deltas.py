"""Deltas: the ways in which servers cut tool calls and content into pieces."""

from analytics.dialects.exchange import Json
from analytics.dialects.openai_deltas import joined


def names_and_arguments(*pieces: Json) -> list[tuple[object, object]]:
    calls = joined([{"tool_calls": [piece]} for piece in pieces])["tool_calls"]
    assert isinstance(calls, list)
    return [(call["function"]["name"], call["function"]["arguments"]) for call in calls]


def piece(index: int | None = None, ref: str | None = None, name: str | None = None, arguments: object = "") -> Json:
    function: Json = {"name": name, "arguments": arguments}
    return {"index": index, "id": ref, "function": function}


def test_pieces_belong_together_by_index() -> None:
    assert names_and_arguments(
        piece(0, "a", "f", "{"), piece(1, "b", "g", "["), piece(0, None, None, "}"), piece(1, None, None, "]")
    ) == [("f", "{}"), ("g", "[]")]


def test_whole_calls_of_one_index_are_told_apart_by_id() -> None:
    assert names_and_arguments(piece(0, "a", "f", "{}"), piece(0, "b", "f", "{}")) == [("f", "{}"), ("f", "{}")]


def test_whole_calls_without_index_and_id_are_told_apart_by_name() -> None:
    assert names_and_arguments(piece(name="f", arguments={"a": 1}), piece(name="f", arguments={"a": 2})) == [
        ("f", {"a": 1}),
        ("f", {"a": 2}),
    ]
    assert names_and_arguments(piece(name="f", arguments="{"), piece(arguments="}")) == [("f", "{}")]


def test_an_id_invented_for_every_piece_begins_no_new_call() -> None:
    assert names_and_arguments(piece(0, "a", "f", "{"), piece(0, "b", None, "}")) == [("f", "{}")]


def test_a_name_and_id_repeated_with_every_piece_begin_no_new_call() -> None:
    assert names_and_arguments(piece(0, "a", "f", "{"), piece(0, "a", "f", "}")) == [("f", "{}")]


def test_text_is_a_string_and_parts_stay_parts() -> None:
    image = {"type": "image_url", "image_url": {"url": "https://a"}}
    assert joined([{"content": "a"}, {"content": None}, {"content": "b"}])["content"] == "ab"
    assert joined([{"content": ["a", {"type": "text", "text": "b"}]}, {"content": [image]}])["content"] == [
        {"type": "text", "text": "ab"},
        image,
    ]
