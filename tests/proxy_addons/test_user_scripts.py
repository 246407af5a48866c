"""A user's own mitmproxy scripts do with calls what they do without our addon, and what comes of it is stored."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.proxy_addons import sockets
from tests.proxy_addons.calls import chat
from tests.rig import BARE, Rig, Trust, proxy
from tests.upstream import Running

DEEDS = (
    "answer early",
    "answer",
    "change",
    "stream",
    "stream request",
    "redirect",
    "kill",
    "kill answer",
    "rewrite late",
)


@pytest.fixture(scope="module")
def scripted(folder: Path, trust: Trust, up: Running) -> Iterator[Rig]:
    with proxy(folder / "scripted", trust, up, scripts=["own"]) as running:
        yield running


@pytest.fixture(scope="module")
def bare_scripted(folder: Path, trust: Trust, up: Running) -> Iterator[Rig]:
    with proxy(folder / "bare_scripted", trust, up, program=BARE, scripts=["streaming", "own"]) as running:
        yield running


@pytest.fixture
def ours(scripted: Rig) -> Rig:
    scripted.settle()
    return scripted


def outcome(rig: Rig, deed: str, path: str) -> tuple[Any, ...]:
    """What the client and the upstream had of a call that the script meddled with."""
    rig.up.log.clear()
    with rig.client() as client:
        try:
            response = client.post(path, json=chat().body, headers={"x-do": deed})
        except httpx.TransportError as error:
            received: tuple[Any, ...] = (type(error),)
        else:
            extent = (len(response.content) > 5, response.content.count(b"CHOICES"), response.content.endswith(b"end"))
            received = (response.status_code, response.headers.get("x-own"), extent)
    return received, [(asked.path, asked.headers, asked.body) for asked in rig.up.requests]


@pytest.mark.parametrize("path", [chat().path, "/v1/telemetry"])
@pytest.mark.parametrize("deed", DEEDS)
def test_a_script_does_what_it_does_without_our_addon(ours: Rig, bare_scripted: Rig, deed: str, path: str) -> None:
    assert outcome(ours, deed, path) == outcome(bare_scripted, deed, path)


def test_what_a_script_made_of_a_call_is_what_is_stored(ours: Rig) -> None:
    for deed in DEEDS:
        outcome(ours, deed, chat().path)
    records = dict(zip(DEEDS, ours.records(len(DEEDS)), strict=True))
    assert [records[deed].status for deed in DEEDS] == [418, 418, 200, 200, 200, 200, None, 200, 200]
    assert [records[deed].complete for deed in DEEDS] == [True] * 6 + [False] * 2 + [True]
    assert (records["answer early"].response.data, records["answer"].response.data) == (b"early", b"tea")
    assert json.loads(records["change"].request.data)["messages"][0]["content"] == "Changed"
    assert json.loads(records["stream request"].request.data)["messages"][0]["content"] == "Howdy"
    assert records["stream"].response.data.endswith(b" end")
    assert b"CHOICES" in records["stream"].response.data
    # What has gone to the client can be changed no more, and it is that which is stored.
    assert b"choices" in records["rewrite late"].response.data


def test_messages_of_a_socket_are_stored_as_a_script_left_them(ours: Rig, bare_scripted: Rig) -> None:
    async def talk(rig: Rig) -> list[str]:
        async with sockets.responses(rig) as connection:
            await connection.send(sockets.create())
            return [event["type"] for event in await sockets.answer(connection)]

    kinds = asyncio.run(talk(ours))
    assert kinds == asyncio.run(talk(bare_scripted))
    assert "response.output_text.delta" not in kinds
    stored = ours.record().response.data
    assert b"output_text.delta" not in stored
    assert b"GPT-5" in stored
    assert b"gpt-5" not in stored
