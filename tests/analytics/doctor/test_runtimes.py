"""Which runtimes are found on PATH, and what is known of them without a call."""

import os
import sys
from pathlib import Path

import pytest

from analytics.doctor.probes import Probe
from analytics.doctor.pythons import OWN, python_probes
from analytics.doctor.runtimes import Found, found_runtimes, node_probes

OLD_PYTHON = 'echo "Python 2.7.18" >&2; exit 1'
BARE_PYTHON = """echo '{"version": "3.12.0", "prefix": "/elsewhere", "libraries": {"httpx": "0.28.1"}}'"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing on it yet."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def add(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def subjects(found: Found) -> list[str]:
    return [probe.subject for probe in found[0]]


def test_without_any_runtime_our_own_python_is_left(path: Path) -> None:
    probes, checks = found_runtimes()
    assert {probe.subject.partition(":")[0] for probe in probes} == {f"{OWN} {sys.version.split()[0]}"}
    assert checks == []


@pytest.mark.parametrize(("version", "needy"), [("v16.20.0", True), ("v18.19.0", False), ("v24.5.0", False)])
def test_every_node_that_our_script_was_tried_with_should_be_routed(path: Path, version: str, needy: bool) -> None:
    add(path, "node", f"echo {version}")
    probes, _ = node_probes()
    assert [probe.needy for probe in probes] == [needy, needy]
    assert [probe.subject for probe in probes] == [f"node {version[1:]}: fetch", f"node {version[1:]}: https"]


def test_every_runtime_on_path_is_found(path: Path) -> None:
    for name in ("deno", "bun", "curl", "wget"):
        add(path, name, f"echo {name} 1.2.3")
    found = subjects(found_runtimes())
    assert {"deno 1.2.3: fetch", "bun 1.2.3: fetch", "curl 1.2.3", "wget 1.2.3"} <= set(found)


def test_java_and_go_are_found_and_not_probed(path: Path) -> None:
    add(path, "java", "echo 'openjdk version \"21.0.2\"' >&2")
    add(path, "go", "echo go version go1.24.1 linux/amd64")
    probes, checks = found_runtimes()
    assert [(check.subject, check.level) for check in checks] == [("go 1.24.1", "note"), ("java 21.0.2", "note")]
    assert "JAVA_TOOL_OPTIONS" in checks[1].remedy
    assert not [probe for probe in probes if probe.subject.startswith(("go", "java"))]


def test_a_program_that_hides_its_version_is_a_runtime_all_the_same(path: Path) -> None:
    add(path, "curl", "exit 2")
    add(path, "deno", "echo hello")
    assert "deno ?: fetch" in subjects(found_runtimes())


def test_the_users_python_is_probed_with_what_it_has(path: Path) -> None:
    add(path, "python3", BARE_PYTHON)
    probes, checks = python_probes()
    theirs = [probe for probe in probes if probe.command[0].startswith(str(path))]
    assert [probe.subject for probe in theirs] == ["python3 3.12.0: urllib", "python3 3.12.0: httpx 0.28.1"]
    assert [check.found for check in checks] == ["not installed there: requests, aiohttp"]


def test_a_python_too_old_to_ask_is_left_out(path: Path) -> None:
    add(path, "python", OLD_PYTHON)
    assert all(subject.startswith(OWN) for subject in subjects(python_probes()))


def test_one_python_under_two_names_is_probed_once(path: Path) -> None:
    for name in ("python3", "python"):
        add(path, name, f'exec {sys.executable} "$@"')
    assert {subject.split()[0] for subject in subjects(python_probes())} == {"python3"}


def test_aiohttp_is_tried_with_and_without_trust_env(path: Path) -> None:
    plain, trusting = (probe for probe in python_probes()[0] if "aiohttp" in probe.subject)
    assert (plain.needy, trusting.needy) == (True, False)
    assert "trust_env=True" in plain.remedies["not routed"]
    assert "trust_env" in trusting.subject


def test_the_programs_are_files_of_the_package() -> None:
    probes = [probe for probe in found_runtimes()[0] if isinstance(probe, Probe)]
    scripts = [part for probe in probes for part in probe.command if part.endswith((".py", ".mjs"))]
    assert scripts
    assert all(os.path.isfile(script) for script in scripts)
