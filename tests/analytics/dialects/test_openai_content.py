"""What Chat Completions and Responses share, seen through Chat Completions: media, marks, hints, errors."""

from dataclasses import replace

import pytest

from analytics.dialects.exchange import Json
from analytics.dialects.openai_chat import OpenAIChat
from tests.analytics.dialects.calls import call, content

CHAT = OpenAIChat()
TOOL: Json = {"type": "function", "function": {"name": "add", "parameters": {"type": "object"}}}
ANSWER: Json = {"choices": [{"message": {"role": "assistant", "content": "3"}, "finish_reason": "stop"}]}


def history(*messages: object) -> list[tuple[str, str, str]]:
    return content(CHAT.read_request(call({"messages": list(messages)})).history)


def test_cache_marks_are_reported_with_the_block_they_end() -> None:
    last: Json = {"role": "user", "content": "x", "cache_control": {"type": "ephemeral", "ttl": "1h"}}
    part: Json = {"type": "text", "text": "y", "prompt_cache_breakpoint": {"mode": "explicit"}}
    request: Json = {"tools": [TOOL], "messages": [{"role": "system", "content": [part]}, last]}
    breakpoints = CHAT.read_request(call(request)).parameters["cache_breakpoints"]
    assert breakpoints == [[2, None], [3, "1h"]]


def test_the_session_hint_is_the_most_specific_one() -> None:
    request: Json = {"messages": [], "user": "u", "prompt_cache_key": "k"}
    assert CHAT.read_request(call(request)).session_hint == "k"
    assert CHAT.read_request(call(request, headers={"x-session-id": "s"})).session_hint == "s"
    assert CHAT.read_request(call({"user": "u"})).session_hint == "u"


def test_azure_names_the_model_in_the_path() -> None:
    path = "/openai/deployments/my-gpt/chat/completions"
    assert CHAT.read_request(call({"messages": []}, path=path)).model == "my-gpt"
    assert CHAT.read_request(call({"messages": []})).model is None


def test_a_tool_result_is_its_parts_and_never_a_string_that_looks_like_them() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]
    blocks = history({"role": "tool", "tool_call_id": "c", "content": parts})
    assert [kind for _, kind, _ in blocks] == ["tool_result", "image"]
    assert history({"role": "tool", "content": ""}) == [("tool", "tool_result", "")]


def test_images_are_digests_and_their_detail_counts() -> None:
    def image(**fields: str) -> list[tuple[str, str, str]]:
        return history({"role": "user", "content": [{"type": "image_url", "image_url": fields}]})

    data = "data:image/png;base64," + "A" * 400
    assert len(image(url=data)[0][2]) < 150
    assert image(url=data) == image(url=data, detail="auto") != image(url=data, detail="high")
    assert image(url="https://a/1.png") != image(url="https://a/2.png")


def test_files_and_audio_are_documents_and_audio() -> None:
    file = {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"}}
    audio = {"type": "input_audio", "input_audio": {"format": "wav", "data": "AAAA"}}
    linked = {"type": "document_url", "document_url": "https://a/b.pdf"}
    by_id = {"type": "file", "file": {"file_id": "file_1"}}
    blocks = history({"role": "user", "content": [file, audio, linked, by_id]})
    assert [kind for _, kind, _ in blocks] == ["document", "audio", "document", "document"]


@pytest.mark.parametrize(
    ("status", "answer", "code", "message"),
    [
        (400, {"error": {"message": "m", "type": "invalid_request_error", "code": None}}, "invalid_request_error", "m"),
        (401, {"error": {"message": "m", "type": "t", "code": "invalid_api_key"}}, "invalid_api_key", "m"),
        (402, {"error": {"message": "m", "code": 402}}, "402", "m"),
        (400, {"code": "invalid-argument", "error": "m"}, "invalid-argument", "m"),
        (400, {"object": "error", "message": "m", "type": "BadRequestError", "code": 400}, "BadRequestError", "m"),
        (401, {"detail": "m"}, None, "m"),
        (422, {"detail": [{"loc": "x"}]}, None, '[{"loc":"x"}]'),
        (200, {"choices": [{"finish_reason": "error", "error": {"code": 502, "message": "m"}}]}, "502", "m"),
        (200, {"error": {"message": "m", "code": "server_error"}}, "server_error", "m"),
        (200, ANSWER, None, None),
    ],
)
def test_errors_are_read_in_every_shape(status: int, answer: Json, code: str | None, message: str | None) -> None:
    whole = CHAT.read_response(call(answer=answer, status=status))
    assert (whole.error_code, whole.error_message) == (code, message)
    streamed = CHAT.read_response(call(events=[answer], status=status))
    assert (streamed.error_code, streamed.error_message, streamed.ended) == (code, message, True)


def test_an_answer_that_is_no_json_is_an_error_only_where_the_status_says_so() -> None:
    page = replace(call(status=502), text="<html>Bad gateway</html>")
    assert CHAT.read_response(page).error_message == "<html>Bad gateway</html>"
    assert CHAT.read_response(replace(page, status=200)).error_message is None


def test_how_to_sign_in_to_an_mcp_server_is_no_content() -> None:
    server: Json = {"type": "mcp", "server_label": "s", "server_url": "https://a"}
    signed_in = {**server, "authorization": "marked-token", "headers": {"Authorization": "marked-token"}}
    bare, blocks = (CHAT.read_request(call({"tools": [tool]})).preamble for tool in (server, signed_in))
    assert blocks == bare
    assert "marked-token" not in blocks[0].content
