"""`kill -9` of proxy, recorder, collector under load: what the client had received a second before is stored, once."""

import json
import math
import os
import random
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import httpx2
import openai
import pytest

from analytics.launch.places import Places
from analytics.launch.processes import ProxySettings, free_port, start, start_proxy, stop
from analytics.spool import Spool
from analytics.store.database import Database
from tests.rig import alive, children
from tests.upstream import Running, upstream

PROXY, RECORDER, COLLECTOR = "proxy", "recorder", "collector"
VICTIMS = (
    {PROXY},
    {COLLECTOR},
    {RECORDER},
    {PROXY, RECORDER},
    {COLLECTOR},
    {PROXY, COLLECTOR},
    {RECORDER},
    {PROXY, RECORDER, COLLECTOR},
)
GRACE_S = 1.0  # the issue's own bound
PATIENCE_S = 30.0
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the recorder's process is found in /proc")
QUESTION = "Tell me something about rivers, please. " * 20


@dataclass(slots=True)
class Load:
    """Clients that call without a pause, and what each has received: the response's id, and when its last byte came."""

    base_url: str
    proxy_url: str
    trust: ssl.SSLContext
    received: list[tuple[str, float]] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    def sdk_whole(self, client: httpx2.Client) -> str:
        completions = self._sdk(client).chat.completions
        return completions.create(model="gpt-4o", messages=[{"role": "user", "content": QUESTION}]).id

    def sdk_streamed(self, client: httpx2.Client) -> str:
        stream = self._sdk(client).responses.create(model="gpt-4o", input=QUESTION, stream=True)
        ids = [event.response.id for event in stream if event.type == "response.completed"]
        return ids[0]

    def _sdk(self, client: httpx2.Client) -> openai.OpenAI:
        return openai.OpenAI(base_url=f"{self.base_url}/v1", api_key="k", http_client=client, max_retries=0)

    def plain(self, client: httpx.Client) -> str:
        body = {"model": "claude-sonnet-4-5", "max_tokens": 50, "messages": [{"role": "user", "content": QUESTION}]}
        answer = client.post(f"{self.base_url}/v1/messages", json=body, headers={"anthropic-version": "2023-06-01"})
        return str(answer.raise_for_status().json()["id"])

    def slow(self, client: httpx.Client) -> str:
        """A stream that a kill often cuts in two."""
        body = {"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": QUESTION}]}
        headers = {"x-upstream-chunk-delay": "25"}
        with client.stream("POST", f"{self.base_url}/v1/chat/completions", json=body, headers=headers) as answer:
            text = answer.raise_for_status().read().decode()
        if not text.endswith("[DONE]\n\n"):
            raise httpx.ReadError("cut off")
        return str(json.loads(text.partition("data: ")[2].partition("\n")[0])["id"])

    def go_on[C](self, make: Callable[[], C], call: Callable[[C], str]) -> None:
        client = make()
        while not self.over.is_set():
            try:
                answer = call(client)
            except (openai.APIError, httpx.HTTPError, httpx2.HTTPError) as error:
                self.failures[f"{type(error).__name__}: {error}"] += 1
                time.sleep(0.05)
            else:
                self.received.append((answer, time.monotonic()))

    def wait_for(self, more: int) -> None:
        """Until that many more were received."""
        wanted, deadline = len(self.received) + more, time.monotonic() + PATIENCE_S
        while len(self.received) < wanted:
            assert time.monotonic() < deadline, self.failures
            time.sleep(0.01)

    @contextmanager
    def running(self) -> Iterator[None]:
        kind = {"verify": self.trust, "proxy": self.proxy_url, "trust_env": False, "timeout": 10}
        with httpx.Client(**kind) as plain, httpx2.Client(**kind) as sdk:  # type: ignore[arg-type]  # one for both
            calls = ((plain, self.plain), (plain, self.slow), (sdk, self.sdk_whole), (sdk, self.sdk_streamed))
            threads = [threading.Thread(target=self.go_on, args=(lambda c=c: c, call)) for c, call in calls]
            for thread in threads:
                thread.start()
            try:
                yield
            finally:
                self.over.set()
                for thread in threads:
                    thread.join()


@dataclass(slots=True)
class Capture:
    """A proxy and a collector that can be killed and started again; the proxy has a recorder, and sees to it itself."""

    at: Places
    settings: ProxySettings
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, names: set[str]) -> None:
        if COLLECTOR in names:
            self.processes[COLLECTOR] = start("analytics.cli", ["collect", "--db", str(self.at.database)])
        if PROXY in names:
            self.processes[PROXY] = start_proxy(self.settings, self.at)

    def kill(self, victims: set[str]) -> float:
        """Kill and wait; the moment."""
        moment, recorders = time.monotonic(), children(self.processes[PROXY].pid)
        assert recorders
        dying = [process for name, process in self.processes.items() if name in victims]
        for process in dying:
            process.kill()
        for recorder in recorders if RECORDER in victims else []:
            with suppress(ProcessLookupError):
                os.kill(recorder, signal.SIGKILL)
        for process in dying:
            process.wait()
        if victims & {PROXY, RECORDER}:
            wait_until(lambda: not any(map(alive, recorders)))  # its end is the recorder's too
        return moment

    def stop(self) -> None:
        for process in self.processes.values():
            stop(process)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture
def up() -> Iterator[Running]:
    with upstream() as running:
        yield running


@pytest.fixture
def at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setenv("TOKENECHO_HOME", str(tmp_path / "home"))
    return Places(tmp_path / "home" / "calls.duckdb", tmp_path / "home")


@pytest.fixture
def capture(at: Places) -> Iterator[Capture]:
    running = Capture(at, ProxySettings(port=free_port(), hosts=("localhost",)))
    running.start({PROXY, COLLECTOR})
    yield running
    running.stop()


def stored(at: Places) -> Counter[str]:
    """How often each response is in the database."""
    with Database(at.database).reading() as connection:
        query = "select response_id, count(*) from exchanges where response_id is not null group by all"
        return Counter(dict(connection.execute(query).fetchall()))


def age(moment: float, deaths: list[tuple[float, float]]) -> float:
    """How long before the proxy's next death; a client may come to read the last bytes when it is dead already."""
    return next((died - moment for died, back in deaths if moment < back), math.inf)


def test_whatever_is_killed_what_was_received_a_second_before_is_stored_once(
    up: Running, at: Places, capture: Capture
) -> None:
    trust = ssl.create_default_context(cafile=str(at.client_bundle))
    load = Load(up.base_url, f"http://127.0.0.1:{capture.settings.port}", trust)
    deaths: list[tuple[float, float]] = []  # of the proxy, and when it was back; no other death excuses anything
    with load.running():
        for victims in VICTIMS:
            load.wait_for(10)
            time.sleep(random.uniform(1.05, 1.5))  # noqa: S311  # a moment, not a secret
            killed_at = capture.kill(victims)
            capture.start(victims)
            deaths += [(killed_at, time.monotonic())] if PROXY in victims else []
        load.wait_for(10)
        time.sleep(1.05)
        deaths.append((capture.kill({PROXY, COLLECTOR}), math.inf))
    collect = [sys.executable, "-m", "analytics.cli", "collect", "--once", "--db", str(at.database)]
    subprocess.run(collect, check=True, timeout=60)

    found = stored(at)
    ages = {answer: age(moment, deaths) for answer, moment in load.received}
    late = [seconds for seconds in ages.values() if seconds <= GRACE_S]
    lost = [seconds for answer, seconds in ages.items() if answer not in found]
    print(f"{len(ages)} received, {len(late)} of them within {GRACE_S} s of the proxy's end; {load.failures}")
    print(f"{len(lost)} are lost, received at most {max(lost, default=0) * 1000:.1f} ms before it.")
    assert len(ages) - len(late) >= 40
    assert max(lost, default=0) <= GRACE_S
    assert [answer for answer, count in found.items() if count > 1] == []
    with closing(Spool(at.spool)) as spool:
        assert (spool.waiting(), spool.set_aside_errors(), spool.losses()) == (0, [], [])
