"""Items: the same blocks going out and coming back."""

import pytest

from analytics.dialects.exchange import Json
from analytics.dialects.openai_content import Piece
from analytics.dialects.openai_items import item_pieces, item_references


def blocks(item: object) -> list[tuple[str, str, str]]:
    return [(block.role, block.kind, block.content) for block, _ in item_pieces(item)]


def summary(words: str) -> list[Json]:
    return [{"type": "summary_text", "text": words}]


@pytest.mark.parametrize(
    ("made", "sent_back"),
    [
        (
            {
                "id": "m",
                "type": "message",
                "role": "assistant",
                "status": "completed",
                "phase": "commentary",
                "content": [{"type": "output_text", "text": "x", "annotations": [{"type": "url_citation"}]}],
            },
            {"role": "assistant", "content": "x"},
        ),
        (
            {"id": "m", "type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
            {"type": "message", "role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
        ),
        (
            {"id": "rs_1", "type": "reasoning", "summary": summary("a"), "encrypted_content": "one", "status": None},
            {"type": "reasoning", "summary": summary("a"), "encrypted_content": "sealed anew"},
        ),
        (
            {"id": "rs_1", "type": "reasoning", "summary": [], "content": [], "encrypted_content": "one"},
            {"type": "reasoning", "summary": [], "encrypted_content": "one"},
        ),
        (
            {"id": "rs_1", "type": "reasoning", "summary": [], "status": "completed"},
            {"id": "rs_1", "type": "reasoning", "summary": []},
        ),
        (
            {
                "id": "ctc",
                "type": "custom_tool_call",
                "call_id": "c",
                "name": "sh",
                "input": "ls",
                "status": "completed",
            },
            {"type": "custom_tool_call", "call_id": "c", "name": "sh", "input": "ls"},
        ),
        (
            {"id": "ws", "type": "web_search_call", "status": "completed", "action": {"type": "search", "query": "q"}},
            {"id": "ws", "type": "web_search_call", "action": {"query": "q", "type": "search"}},
        ),
        (
            {"id": "fs", "type": "file_search_call", "status": "completed", "queries": ["q"], "results": None},
            {"id": "fs", "type": "file_search_call", "queries": ["q"]},
        ),
        (
            {"id": "ig", "type": "image_generation_call", "status": "completed", "result": "AAAA", "quality": "high"},
            {"id": "ig", "type": "image_generation_call"},
        ),
        (
            {"id": "cmp", "type": "compaction", "encrypted_content": "one", "created_by": "x"},
            {"type": "compaction", "encrypted_content": "one"},
        ),
        (
            {
                "id": "lsh",
                "type": "local_shell_call",
                "call_id": "c",
                "status": "completed",
                "action": {"command": ["ls"]},
            },
            {"type": "local_shell_call", "call_id": "c", "action": {"command": ["ls"], "user": None}},
        ),
    ],
)
def test_what_came_back_is_what_was_made(made: Json, sent_back: Json) -> None:
    assert blocks(made) == blocks(sent_back) != []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"type": "function_call", "name": "f", "arguments": "{}"},
            {"type": "function_call", "name": "g", "arguments": "{}"},
        ),
        (
            {"type": "function_call", "name": "f", "namespace": "a"},
            {"type": "function_call", "name": "f", "namespace": "b"},
        ),
        ({"type": "reasoning", "summary": summary("a")}, {"type": "reasoning", "summary": summary("b")}),
        (
            {"type": "reasoning", "summary": summary("a")},
            {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "a"}]},
        ),
        ({"type": "reasoning", "encrypted_content": "a"}, {"type": "reasoning", "encrypted_content": "b"}),
        ({"type": "reasoning", "id": "a"}, {"type": "reasoning", "id": "b"}),
        ({"type": "item_reference", "id": "a"}, {"type": "item_reference", "id": "b"}),
        ({"type": "compaction", "encrypted_content": "a"}, {"type": "compaction", "encrypted_content": "b"}),
        (
            {"type": "apply_patch_call_output", "call_id": "c", "status": "failed"},
            {"type": "apply_patch_call_output", "call_id": "c", "status": "completed"},
        ),
        (
            {"type": "mcp_approval_response", "approval_request_id": "a", "approve": True},
            {"type": "mcp_approval_response", "approval_request_id": "a", "approve": False},
        ),
        ({"role": "user", "content": "a"}, {"role": "assistant", "content": "a"}),
    ],
)
def test_different_items_are_different_blocks(one: Json, other: Json) -> None:
    assert blocks(one) != blocks(other)


def test_a_tools_result_is_its_parts() -> None:
    image = {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}
    output = [{"type": "input_text", "text": "a"}, image]
    found = item_pieces({"type": "function_call_output", "call_id": "c", "output": output})
    assert (found[0][0].kind, found[0][0].ref) == ("tool_result", "c")
    assert [block.kind for block, _ in found] == ["tool_result", "image"]
    assert blocks({"type": "function_call_output", "call_id": "c", "output": ""}) == [("tool", "tool_result", "")]
    screenshot = {"type": "computer_screenshot", "image_url": "https://a/b.png"}
    assert blocks({"type": "computer_call_output", "call_id": "c", "output": screenshot})[0][:2] == ("tool", "image")


def test_a_hosted_tools_call_and_its_result_are_two_blocks() -> None:
    ran: Json = {"id": "ci", "type": "code_interpreter_call", "code": "1+1", "outputs": [{"type": "logs", "logs": "2"}]}
    without = {name: value for name, value in ran.items() if name != "outputs"}
    assert blocks(ran)[:1] == blocks(without)
    assert [kind for _, kind, _ in blocks(ran)] == ["tool_call", "tool_result"]


def test_tools_added_on_the_way_and_unknown_items_are_kept() -> None:
    added = {"type": "additional_tools", "role": "developer", "tools": [{"type": "function", "name": "f"}]}
    assert blocks(added)[0][:2] == ("system", "tools")
    assert blocks({"type": "brand_new", "id": "x", "words": "a"}) == [
        ("assistant", "other", '{"type":"brand_new","words":"a"}')
    ]
    assert blocks("hi") == [("user", "user", "hi")]
    assert blocks({"type": "configuration_update", "id": "x", "reasoning": {"effort": "low"}})[0][0] == "user"


def test_the_source_of_a_piece_is_where_a_cache_mark_would_stand() -> None:
    part = {"type": "input_text", "text": "a", "prompt_cache_breakpoint": {"mode": "explicit"}}
    pieces: list[Piece] = item_pieces({"role": "user", "content": [part]})
    assert pieces[0][1] == part


def test_references_are_listed_with_and_without_their_type() -> None:
    items = [{"type": "item_reference", "id": "a"}, {"id": "b"}, {"type": "reasoning", "id": "c"}, {"role": "user"}]
    assert item_references({"input": items}) == ["a", "b"]
    assert item_references({"input": "hi"}) == []
