"""What a request itself came to."""

from analytics.dialects.canonical import call_block
from analytics.dialects.exchange import Block, ResponseReading, Usage
from analytics.ledger.prompt import looped, prompt_tokens


def reading(tokens: int, kind: str = "message") -> dict[str, object]:
    return {"type": kind, "input_tokens": tokens, "output_tokens": 5, "cache_read_input_tokens": 10}


def test_a_plain_call_is_read_once() -> None:
    assert prompt_tokens(Usage(input_tokens=100), {}) == 100
    assert prompt_tokens(Usage(input_tokens=110), {"iterations": [reading(100)]}) == 110


def test_of_a_loop_over_server_tools_the_first_reading_is_the_request() -> None:
    assert prompt_tokens(Usage(input_tokens=330), {"iterations": [reading(100), reading(210)]}) == 110


def test_a_compacted_cleared_or_handed_over_context_is_not_what_was_sent() -> None:
    usage = Usage(input_tokens=300)
    assert prompt_tokens(usage, {"iterations": [reading(9000, "compaction"), reading(100)]}) is None
    assert prompt_tokens(usage, {"iterations": [reading(300), reading(300, "fallback_message")]}) is None
    assert (
        prompt_tokens(usage, {"context_management": {"applied_edits": [{"type": "clear_tool_uses_20250919"}]}}) is None
    )
    assert prompt_tokens(usage, {"context_management": {"applied_edits": []}}) == 300


def test_a_first_reading_over_the_total_or_no_report_at_all_is_unknown() -> None:
    assert prompt_tokens(Usage(input_tokens=50), {"iterations": [reading(100), reading(210)]}) is None
    assert prompt_tokens(Usage(), {}) is None


def test_tools_of_the_server_make_it_read_more_than_was_sent() -> None:
    result = Block("tool", "tool_result", "found")
    assert looped(ResponseReading(reply=(result,)))
    assert looped(ResponseReading(reply=(call_block("search", {"q": "slugs"}, origin={"type": "web_search_call"}),)))
    assert not looped(ResponseReading(reply=(result,), details={"iterations": [reading(100), reading(210)]}))


def test_a_clients_tool_is_run_by_the_client() -> None:
    deep: object = {"type": "x"}
    for _ in range(600):
        deep = [[deep]]
    for arguments in ({}, {"type": "web_search_call"}, deep):
        assert not looped(ResponseReading(reply=(call_block("search", arguments),)))
