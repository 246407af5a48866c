"""The Responses API on a WebSocket, with `websockets` and with the OpenAI SDK."""

import json
import ssl
from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.sync.connection import Connection

from tests.upstream import Running, upstream


@pytest.fixture(scope="module")
def up() -> Iterator[Running]:
    with upstream() as running:
        yield running


@pytest.fixture(params=["/v1/responses", "/backend-api/codex/responses"])
def socket(up: Running, request: pytest.FixtureRequest) -> Iterator[Connection]:
    with connect(url(up, request.param), ssl=trust(up)) as connection:
        yield connection


def url(up: Running, path: str) -> str:
    return f"wss://{up.host}:{up.port}{path}"


def trust(up: Running) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(up.ca_pem))


def create(socket: Connection, text: str, **more: Any) -> list[dict[str, Any]]:
    message = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}
    socket.send(json.dumps({"type": "response.create", "model": "gpt-5", "input": [message], **more}))
    return answer(socket)


def answer(socket: Connection) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    ends = ("response.completed", "response.failed", "response.incomplete", "error")
    while not events or events[-1]["type"] not in ends:
        events.append(json.loads(socket.recv(timeout=5)))
    return events


def test_a_connection_remembers_its_latest_unstored_response(socket: Connection, up: Running) -> None:
    first = create(socket, "Hello", store=False)[-1]["response"]
    second = create(socket, "More", store=False, previous_response_id=first["id"])[-1]["response"]
    assert second["usage"]["input_tokens"] == first["usage"]["total_tokens"] + 1
    forgotten = create(socket, "Back", store=False, previous_response_id=first["id"])[-1]
    assert forgotten["status"] == 400
    assert forgotten["error"]["code"] == "previous_response_not_found"
    assert len(up.requests[-1].messages) == 3
    assert json.loads(up.responses[-1].messages[-1]) == forgotten


def test_state_is_local_to_the_connection(up: Running) -> None:
    with connect(url(up, "/v1/responses"), ssl=trust(up)) as one:
        made = create(one, "Hello", store=False)[-1]["response"]
    with connect(url(up, "/v1/responses"), ssl=trust(up)) as other:
        assert create(other, "More", previous_response_id=made["id"])[-1]["type"] == "error"


def test_a_warm_up_has_an_id_to_continue_and_no_output(socket: Connection) -> None:
    warm = create(socket, "Context", generate=False)[-1]["response"]
    assert warm["output"] == []
    following = create(socket, "Go", previous_response_id=warm["id"])[-1]["response"]
    assert following["usage"]["input_tokens"] == warm["usage"]["input_tokens"] + 1


def test_lanes_carry_their_stream_id(socket: Connection) -> None:
    assert {event["stream_id"] for event in create(socket, "Hello", stream_id="a")} == {"a"}


@pytest.mark.parametrize(
    ("control", "kind"),
    [
        ("stop=length", "response.incomplete"),
        ("stop=failed", "response.failed"),
        ("status=429", "error"),
    ],
)
def test_endings_on_demand(socket: Connection, control: str, kind: str) -> None:
    assert create(socket, f"Hello [[upstream {control}]]")[-1]["type"] == kind
    assert create(socket, "Hello")[-1]["type"] == "response.completed", "the connection goes on"


def test_an_error_inside_the_stream_is_followed_by_a_failed_response(socket: Connection) -> None:
    assert create(socket, "Hello [[upstream error-after=1]]")[-1]["type"] == "error"
    assert answer(socket)[-1]["type"] == "response.failed"


def test_a_cut_breaks_the_connection_off(socket: Connection, up: Running) -> None:
    with pytest.raises(ConnectionClosed):
        create(socket, "Hello [[upstream cut-after=3]]")
    assert up.responses[-1].ended == "cut"
    assert len(up.responses[-1].messages) == 3


def test_other_paths_do_not_open(up: Running) -> None:
    with pytest.raises(InvalidStatus), connect(url(up, "/v1/other"), ssl=trust(up)):
        pass


def test_the_openai_sdk_speaks_over_the_socket(up: Running) -> None:
    client = openai.OpenAI(base_url=f"{up.base_url}/v1", api_key="k", http_client=httpx2.Client(verify=trust(up)))
    options: Any = {"ssl": trust(up)}
    with client.responses.connect(websocket_connection_options=options) as connection:
        connection.response.create(model="gpt-5", input="Hello")
        for event in connection:
            if event.type == "response.completed":
                assert event.response.output_text
                break
