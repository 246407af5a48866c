"""What Node does with the environment of a routed process: before 22.21 with the help of our preload."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.launch.environment import NODE_PRELOAD, proxy_url, routing
from analytics.launch.processes import free_port
from analytics.record import Who
from tests.rig import Rig, make_trust, proxy
from tests.upstream import upstream

SCRIPT = """
import https from "node:https";
const url = process.argv[1] + "/v1/chat/completions";
const body = JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content: "Hello" }] });
const headers = { "content-type": "application/json" };
const fetched = fetch(url, { method: "POST", headers, body }).then((response) => response.status);
const asked = new Promise((resolve, reject) => {
  const answered = (response) => response.resume().on("end", () => resolve(response.statusCode));
  https.request(url, { method: "POST", headers }, answered).on("error", reject).end(body);
});
const results = await Promise.allSettled([fetched, asked]);
console.log(JSON.stringify(results.map(({ value }) => value ?? null)));
"""


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("node")
    with upstream(folder / "upstream") as up, proxy(folder / "proxy", make_trust(folder / "ca", up), up) as running:
        yield running


def _call(rig: Rig, url: str, **changed: str) -> list[int | None]:
    """The statuses that Node's fetch and its https module got, None for an error."""
    node = shutil.which("node")
    if not node:
        pytest.skip("node is not installed")
    routed = routing(url, rig.trust.bundle, before={}, hosts=("localhost",))
    rig.settle()
    ended = subprocess.run(
        [node, "--input-type=module", "--eval", SCRIPT, rig.up.base_url],
        env={"PATH": os.environ["PATH"], **routed, **changed},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    statuses: list[int | None] = json.loads(ended.stdout)
    return statuses


def _assert_not_captured(rig: Rig) -> None:
    """Both calls were made, and the next that goes through the proxy is the first one stored."""
    assert len(rig.up.requests) == 2
    with rig.client() as client:
        client.post("/v1/complete", json={})
    assert rig.record().path == "/v1/complete"


def test_fetch_and_https_go_through_the_proxy_with_its_login(rig: Rig) -> None:
    url = proxy_url("127.0.0.1", rig.port, Who(team="a b"))
    assert _call(rig, url) == [200, 200]
    assert [record.who.team for record in rig.records(2)] == ["a b", "a b"]


@pytest.mark.parametrize("entry", ["localhost", "*", "other.example, LOCALHOST", ".localhost,localhost"])
def test_a_host_that_no_proxy_names_is_reached_directly(rig: Rig, entry: str) -> None:
    assert _call(rig, rig.url, NO_PROXY=entry, no_proxy=entry) == [200, 200]
    _assert_not_captured(rig)


@pytest.mark.parametrize("entry", ["local", "host", "localhost.example", "localhost:1", "127.0.0.1"])
def test_a_host_that_it_does_not_name_is_not(rig: Rig, entry: str) -> None:
    assert _call(rig, rig.url, NO_PROXY=entry, no_proxy=entry) == [200, 200]
    assert len(rig.records(2)) == 2


def test_without_the_proxy_a_call_fails_and_is_not_sent_past_it(rig: Rig) -> None:
    assert _call(rig, f"http://127.0.0.1:{free_port()}") == [None, None]
    assert not rig.up.requests


def test_without_the_switch_node_is_as_it_was(rig: Rig) -> None:
    assert _call(rig, rig.url, NODE_USE_ENV_PROXY="0") == [200, 200]
    _assert_not_captured(rig)


def test_options_that_node_has_already_stay(tmp_path: Path) -> None:
    given = routing("http://p:1", tmp_path, before={"NODE_OPTIONS": "--no-deprecation"})["NODE_OPTIONS"]
    assert given == f'--no-deprecation --require "{NODE_PRELOAD.as_posix()}"'
    assert routing("http://p:1", tmp_path, before={"NODE_OPTIONS": given})["NODE_OPTIONS"] == given
