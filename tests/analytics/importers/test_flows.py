"""Flow files are read by a process of their own, whose memory does not grow with the file."""

import json
import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from mitmproxy.test import tflow

from analytics.endpoints import Endpoints
from analytics.importers import flows
from analytics.importers.flows import read_flows
from analytics.importers.settings import Importing, Tally
from analytics.record import Record, Who
from analytics.redaction import credential_fingerprint
from tests.analytics.importers.har_files import IMPORTING, KEY, SECRET
from tests.proxy_addons.flow_files import call, flow_file, saved, socket_call


def read(path: Path, importing: Importing = IMPORTING) -> tuple[list[Record], Tally]:
    tally = Tally()
    return list(read_flows(path, importing, tally)), tally


def test_a_flow_file_is_read_with_the_settings_of_the_import(tmp_path: Path) -> None:
    ours = replace(IMPORTING, endpoints=Endpoints(["gateway.corp.example"]), who=Who(team="search"), content="none")
    gateway = call(1, host="gateway.corp.example")
    records, tally = read(flow_file(tmp_path, call(0), gateway, socket_call(2), tflow.ttcpflow()), ours)
    assert [record.host for record in records] == ["api.openai.com", "gateway.corp.example", *["api.openai.com"] * 2]
    assert {(record.source, record.who.team, record.content) for record in records} == {("flow", "search", "none")}
    expected = credential_fingerprint(SECRET, [("authorization", f"Bearer {KEY}")], "/")
    assert {record.key_fingerprint for record in records} == {expected}
    assert (tally.entries, tally.other, tally.skipped, tally.stopped_at) == (4, 1, 0, None)


def test_reading_again_gives_the_same_records(tmp_path: Path) -> None:
    path = flow_file(tmp_path, call(0), socket_call(1))
    assert read(path)[0] == read(path)[0]


def test_a_file_that_is_cut_off_gives_what_was_whole_and_says_where_it_stopped(tmp_path: Path) -> None:
    path = flow_file(tmp_path, call(0), call(1))
    first = len(saved([call(0)]))
    path.write_bytes(path.read_bytes()[:-1])
    records, tally = read(path)
    assert len(records) == 1
    place = f"it is cut off inside the flow that begins at byte {first:,}"
    assert tally.stopped_at == f"{path}: stopped after 1 flows: {place}"


def test_a_file_that_is_not_there_is_an_ordinary_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "missing.flow")


def test_a_folder_of_the_users_with_our_name_is_not_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("analytics", "proxy_addons", "mitmproxy"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('not ours')")
    path = flow_file(tmp_path, call(0))
    monkeypatch.chdir(tmp_path)
    assert len(read(path)[0]) == 1


def test_a_reading_process_that_dies_is_reported_without_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "proxy_addons"
    package.mkdir()
    (package / "__init__.py").write_text(f"raise RuntimeError('{KEY}')")
    monkeypatch.setattr(flows, "PACKAGES", tmp_path)
    path = flow_file(tmp_path, call(0))
    _, tally = read(path)
    assert tally.stopped_at == f"{path}: stopped after 0 flows: the reading process died: RuntimeError"


def test_a_reader_that_is_given_up_leaves_no_process(tmp_path: Path) -> None:
    path = flow_file(tmp_path, *(call(n, b"x" * 300_000) for n in range(10)))
    records = read_flows(path, IMPORTING)
    assert next(records)
    assert children()
    records.close()  # type: ignore[attr-defined]  # a generator
    assert not children()


def test_neither_arguments_nor_environment_hold_the_secret(tmp_path: Path) -> None:
    path = flow_file(tmp_path, *(call(n, b"x" * 300_000) for n in range(10)))
    records = read_flows(path, IMPORTING)
    next(records)
    (child,) = children()
    seen = b"".join(Path(f"/proc/{child}/{name}").read_bytes() for name in ("cmdline", "environ"))
    assert SECRET not in seen
    assert SECRET.hex().encode() not in seen
    list(records)


def children() -> list[int]:
    """The processes that this one started and that run."""
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]


class Watch(threading.Thread):
    """The highest memory of our child processes while we read, in MiB."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak = 0.0
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.02):
            for child in children():
                self.peak = max(self.peak, peak_memory(child))


def peak_memory(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    question = json.dumps({"model": "m", "messages": [{"role": "user", "content": 'say "hi" ' * 30_000}]}).encode()
    path = tmp_path / "long.flow"
    with path.open("wb") as file:
        for n in range(300):
            file.write(saved([call(n, b'data: {"text": "hello"}\n\n' * 8_000, body=question)]))
    assert path.stat().st_size > 140 * 2**20
    watch = Watch()
    watch.start()
    began, count = time.monotonic(), sum(1 for _ in read_flows(path, IMPORTING))
    watch.done.set()
    watch.join()
    print(f"{path.stat().st_size / 2**20 / (time.monotonic() - began):.0f} MiB/s, peak {watch.peak:.0f} MiB")
    assert count == 300
    assert 10 < watch.peak < 200
