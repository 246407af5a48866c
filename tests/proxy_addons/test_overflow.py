"""Where there is no room, in memory or on disk, traffic goes on, and what is lost is counted by its reason."""

import asyncio
import base64
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.proxy_addons import sockets
from tests.proxy_addons.calls import chat
from tests.rig import Rig, Trust, proxy
from tests.upstream import Running

LIMIT = 30_000
ROOT_ON_LINUX = sys.platform == "linux" and os.geteuid() == 0 and shutil.which("mount")
COMPLAINT = "calls are not being stored"


def say(rig: Rig, text: str = "Hello", calls: int = 1, reply_bytes: int = 0) -> None:
    """Calls that must come through whole."""
    with rig.client() as client:
        for _ in range(calls):
            headers = {"x-upstream-reply-bytes": str(reply_bytes)}
            received = client.post(chat().path, json=chat(text).body, headers=headers)
            assert received.content == rig.up.responses[-1].body
            assert received.status_code == 200


@pytest.fixture(scope="module")
def crowded(folder: Path, trust: Trust, up: Running) -> Iterator[Rig]:
    with proxy(folder / "crowded", trust, up, tokenecho_memory_limit=LIMIT) as running:
        yield running


def crowded_out(rig: Rig) -> int:
    return sum(count for reason, _, count in rig.spool.losses() if reason == "memory_limit")


def test_what_does_not_fit_into_memory_is_cut_short_and_counted(crowded: Rig) -> None:
    say(crowded, reply_bytes=2 * LIMIT)
    record = crowded.record()
    assert record.response.trimmed
    assert record.response.wire_bytes == len(crowded.up.responses[-1].body)
    assert crowded.up.responses[-1].body.startswith(record.response.data)
    assert not record.request.trimmed
    crowded.wait_for(lambda: [1] if crowded_out(crowded) == 1 else [])


def test_memory_is_given_back(crowded: Rig) -> None:
    for _ in range(6):  # more than fit at once
        say(crowded, reply_bytes=LIMIT // 2)
        record = crowded.record()
        assert not record.response.trimmed
        crowded.settle()


def test_a_socket_goes_on_without_room_and_each_exchange_that_misses_something_counts_once(crowded: Rig) -> None:
    crowded.settle()
    before = crowded_out(crowded)

    async def talk() -> None:
        async with sockets.responses(crowded) as connection:
            for text in ("small", f"[[upstream reply-bytes={LIMIT * 2} chunks=3]]", "small"):
                await asyncio.sleep(1)  # what came before is stored by then, and its room given back
                await connection.send(sockets.create(text))
                assert (await sockets.answer(connection))[-1]["type"] == "response.completed"

    asyncio.run(talk())
    records = crowded.wait_for(lambda: crowded.spool.take(after=crowded.mark), 2)
    assert records[0].record().complete
    crowded.wait_for(lambda: [1] if crowded_out(crowded) == before + 1 else [])


def test_a_spool_that_has_reached_its_limit_counts_what_it_turns_away(
    tmp_path: Path, trust: Trust, up: Running
) -> None:
    with proxy(tmp_path, trust, up, tokenecho_disk_limit=1) as rig:
        say(rig, calls=5)
        rig.wait_for(lambda: [1] if rig.losses() == {"spool_limit": 5} else [])
        assert rig.spool.waiting() == 0
        assert rig.log.count(COMPLAINT) == 1
        assert "is a collector running?" in rig.log


@pytest.mark.skipif(not ROOT_ON_LINUX, reason="a full disk is a small tmpfs, and only root can mount one")
def test_a_full_disk_stops_no_traffic_and_is_over_when_there_is_room(tmp_path: Path, trust: Trust, up: Running) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"cannot mount a tmpfs: {mounted.stderr.decode().strip()}")
    try:
        with proxy(tmp_path / "full", trust, up, tokenecho_spool=disk / "calls.spool") as rig:
            say(rig)
            rig.settle()
            noise = base64.b64encode(random.Random(1).randbytes(600_000)).decode()  # noqa: S311  # incompressible
            (disk / "filler").write_bytes(b"x" * (free_bytes(disk) - 100_000))
            say(rig, noise, calls=2)
            rig.wait_for(lambda: [1] if COMPLAINT in rig.log else [])
            assert "disk is full" in rig.log
            (disk / "filler").unlink()
            say(rig)
            assert_accounted_for(rig, "disk_full", calls=5)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def assert_accounted_for(rig: Rig, reason: str, calls: int) -> None:
    """Each call is stored or counted as lost; some are either."""
    rig.wait_for(lambda: [1] if rig.spool.waiting() + sum(rig.losses().values()) == calls else [])
    assert rig.losses().keys() == {reason}
    assert rig.spool.waiting()


def free_bytes(path: Path) -> int:
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize


def test_a_spool_that_cannot_be_written_is_said_and_stops_no_traffic(tmp_path: Path, trust: Trust, up: Running) -> None:
    (tmp_path / "a_file").touch()
    places: dict[str, Any] = {
        "tokenecho_spool": tmp_path / "a_file" / "calls.spool",
        "tokenecho_home": tmp_path / "a_file",
    }
    with proxy(tmp_path / "unwritable", trust, up, reports=False, **places) as rig:
        say(rig, calls=3)
        rig.wait_for(lambda: [1] if COMPLAINT in rig.log else [])
        assert rig.log.count(COMPLAINT) == 1
        assert str(tmp_path / "a_file" / "calls.spool") in rig.log
        assert f"no secret in {tmp_path / 'a_file'}" in rig.log
        assert "tokenecho failed" not in rig.log


def test_a_spool_that_is_no_database_is_said_and_calls_are_stored_once_it_is_gone(
    tmp_path: Path, trust: Trust, up: Running
) -> None:
    spool = tmp_path / "calls.spool"
    spool.write_bytes(b"not a database" * 1000)
    with proxy(tmp_path / "corrupt", trust, up, reports=False, tokenecho_spool=spool) as rig:
        say(rig, calls=3)
        rig.wait_for(lambda: [1] if "file is not a database" in rig.log else [])
        assert rig.log.count(COMPLAINT) == 1
        assert spool.read_bytes().startswith(b"not a database")
        spool.unlink()
        say(rig)
        rig.wait_for(lambda: [1] if spool.exists() and spool.stat().st_size else [])
        assert_accounted_for(rig, "spool_error", calls=4)
