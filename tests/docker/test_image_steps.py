"""The image's steps: what they copy is there, and carried out in a clean root they make roles that work.

The second half downloads a Debian and every dependency (about two minutes): set TOKENECHO_TEST_IMAGE=1 for it.
"""

import fnmatch
import os
import re
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docker import clean_root
from tests.docker.clean_root import NETWORK_ADMIN, Image, Volumes, bare, build, contain, volumes
from tests.docker.dockerfile import ROOT, let_in, stages

MEGABYTE = 10**6
LARGEST = 900 * MEGABYTE
HEALTHCHECK = "python /opt/tokenecho/docker/healthcheck.py"

STAGES = stages()
SOURCES = [
    source
    for stage in STAGES
    for step in stage.steps
    if step.keyword == "COPY" and "from" not in step.flags
    for source in step.rest.split()[:-1]
]


@pytest.mark.parametrize("source", SOURCES)
def test_what_is_copied_exists_and_is_let_into_the_build(source: str) -> None:
    assert (ROOT / source).exists()
    assert source in let_in()


def test_nothing_is_let_in_that_is_not_copied() -> None:
    assert sorted(let_in()) == sorted(SOURCES)


def test_every_stage_stands_on_one_base_with_a_whole_version() -> None:
    first, *others = STAGES
    assert re.fullmatch(r"python:3\.13\.\d+-slim-bookworm(@sha256:[0-9a-f]{64})?", first.base)
    assert {stage.base for stage in others} == {first.name}


def test_what_is_copied_from_a_stage_was_built_before() -> None:
    seen: list[str] = []
    for stage in STAGES:
        assert all(step.flags["from"] in seen for step in stage.steps if "from" in step.flags)
        seen.append(stage.name)


def test_every_image_that_runs_is_watched_and_ours_is_not_root() -> None:
    for stage in STAGES:
        assert bool(stage.only("ENTRYPOINT")) == bool(stage.only("HEALTHCHECK"))
    assert STAGES[-1].only("ENTRYPOINT") == ['["tokenecho"]']
    assert not STAGES[-1].only("USER")[-1].startswith(("0", "root"))


def test_the_lock_names_each_dependency_and_the_build_backend() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    locked = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert {re.split(r"[<>=\[]", name)[0] for name in wanted} <= locked


ASKED = os.environ.get("TOKENECHO_TEST_IMAGE") == "1"
REASON = clean_root.missing() if ASKED else "TOKENECHO_TEST_IMAGE is not 1"
slow = pytest.mark.skipif(REASON is not None, reason=f"the image's steps are not carried out: {REASON}")


@pytest.fixture(scope="module")
def images() -> Iterator[dict[str, Image]]:
    """Every stage, carried out. Not in pytest's own folder, which would keep gigabytes of old runs."""
    with tempfile.TemporaryDirectory(prefix="tokenecho-image-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        bare(folder / "bare")
        yield build(STAGES, folder / "bare", folder)


@pytest.fixture(scope="module")
def image(images: dict[str, Image]) -> Image:
    return images[STAGES[-1].name]


@pytest.fixture(scope="module")
def at(image: Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Volumes]:
    """The volumes after the `authority` service ran."""
    with volumes(image, tmp_path_factory.mktemp("volumes")) as made:
        mounts = [made.mount("data", "/data"), made.mount("ca", "/data/ca"), made.mount("trust", "/trust")]
        done = contain(image, "python /opt/tokenecho/docker/trust.py /trust", mounts)
        assert done.returncode == 0, done.stderr
        yield made


def healthy(role: str, *commands: str) -> str:
    """A script that starts these commands and ends well as soon as the health check is content."""
    started = " ".join(f"{command} &" for command in commands)
    tries = (
        f"while [ $tries -lt 120 ]; do if {HEALTHCHECK} {role}; then exit 0; fi; tries=$((tries+1)); sleep 0.5; done"
    )
    return f"{started} tries=0; {tries}; exit 1"


@slow
def test_the_image_says_its_version(image: Image) -> None:
    done = contain(image, "tokenecho --version", [])
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert version in done.stdout, done.stderr


@slow
def test_the_image_holds_the_wheel_and_none_of_the_checkout(image: Image) -> None:
    packages = next((image.root / "opt/tokenecho/lib").glob("python3*")) / "site-packages"
    assert (packages / "analytics/cli/__init__.py").is_file()
    assert not (image.root / "build").exists()
    assert not any((image.root / "data").rglob("*.pem"))  # each installation makes its own authority


@slow
def test_the_image_adds_less_than_a_gigabyte_to_its_base(image: Image) -> None:
    used = subprocess.run(["du", "-sb", str(image.root / "opt/tokenecho")], capture_output=True, text=True, check=True)
    size = int(used.stdout.split()[0])
    print(f"/opt/tokenecho: {size / MEGABYTE:.0f} MB")
    assert size < LARGEST


@slow
@pytest.mark.parametrize(
    "command",
    [
        "tokenecho proxy --listen 0.0.0.0 --port 8080",
        "tokenecho proxy --mode transparent@127.0.0.1:8080 --mode transparent@::1:8080",
    ],
)
def test_the_proxy_becomes_healthy(image: Image, at: Volumes, command: str) -> None:
    done = contain(image, healthy("proxy", command), [at.mount("data", "/data"), at.mount("ca", "/data/ca")])
    assert done.returncode == 0, done.stdout + done.stderr


@slow
def test_the_collector_becomes_healthy_and_never_sees_the_key(image: Image, at: Volumes) -> None:
    script = f"test ! -e /data/ca/mitmproxy-ca.pem; {healthy('collector', 'tokenecho collect')}"
    done = contain(image, script, [at.mount("data", "/data")])
    assert done.returncode == 0, done.stdout + done.stderr


@slow
def test_the_dashboard_becomes_healthy_on_a_volume_that_it_cannot_write(image: Image, at: Volumes) -> None:
    command = "tokenecho dashboard --listen 0.0.0.0 --no-login --port 8501"
    script = f"! touch /data/x 2>/dev/null; {healthy('dashboard', command)}"
    done = contain(image, script, [at.mount("data", "/data", "ro")])
    assert done.returncode == 0, done.stdout + done.stderr


LEFT_OPEN = """
import os
from pathlib import Path
import duckdb
from analytics.store.database import Database
with Database(Path("/data/tokenecho.duckdb")).writing():
    pass
connection = duckdb.connect("/data/tokenecho.duckdb")
connection.execute("insert into meta values ('left', 'open')")
os._exit(0)
"""
READ = """
from analytics.store.database import Database
from dashboard.data import here
with Database(here().database).reading() as connection:
    print(connection.execute("select value from meta where key = 'left'").fetchone())
"""


@slow
def test_a_volume_that_cannot_be_written_is_enough_to_read_what_a_killed_collector_left(
    image: Image, at: Volumes
) -> None:
    """DuckDB then finds a write-ahead log that it cannot fold into the file."""
    written = contain(image, f"python - <<'END'\n{LEFT_OPEN}\nEND", [at.mount("data", "/data")])
    assert written.returncode == 0, written.stderr
    assert (at.folder / "data/tokenecho.duckdb.wal").exists()
    read = contain(image, f"python - <<'END'\n{READ}\nEND", [at.mount("data", "/data", "ro")])
    assert read.stdout == "('open',)\n", read.stderr


@slow
def test_without_a_role_named_each_one_that_runs_is_checked(image: Image, at: Volumes) -> None:
    mounts = [at.mount("data", "/data"), at.mount("ca", "/data/ca")]
    idle = contain(image, HEALTHCHECK, mounts)
    assert (idle.returncode, idle.stdout) == (1, "no role runs here\n")
    done = contain(image, "tokenecho collect & sleep 0.2; " + healthy("", "tokenecho proxy"), mounts)
    assert done.returncode == 0, done.stdout + done.stderr


@slow
def test_the_redirect_needs_no_more_than_the_network_and_its_own_image(images: dict[str, Image]) -> None:
    root = images["redirect"].root
    done = contain(images["redirect"], "redirect redirect --check", [], NETWORK_ADMIN)
    assert done.returncode == 0, done.stderr
    assert not (root / "opt/tokenecho").exists()
    assert not fnmatch.filter(os.listdir(root / "var/lib/apt/lists"), "*_Packages")
