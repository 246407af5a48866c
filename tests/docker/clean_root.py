"""Carries out a Dockerfile's steps in a bare Debian made with debootstrap: a root that has nothing of ours.

The base image is stood in for by that Debian and this machine's own Python, copied to where the image has it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.docker.dockerfile import ROOT, Instruction, Stage, variables

TOOLS = ("debootstrap", "unshare", "chroot", "setpriv", "ip", "apt-get")
SUITE = "bookworm"
# What the official Python image has beyond a bare Debian, and what a copied Python is linked against.
PACKAGES = (
    "ca-certificates", "netbase", "tzdata", "libbz2-1.0", "libexpat1", "libffi8", "liblzma5", "libncursesw6",
    "libreadline8", "libsqlite3-0", "libssl3", "libuuid1", "zlib1g",
)  # fmt: skip
# How this machine reaches its package indexes: the steps have to use the same ones.
OURS = (
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/pip.conf",
    str(Path.home() / ".config/pip/pip.conf"),
    "/etc/ssl/certs/ca-certificates.crt",
)
PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
BUILD_TIMEOUT_S = 900


def missing() -> str | None:
    """What keeps this machine from building a root, if anything does."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "not root"
    absent = [tool for tool in TOOLS if not shutil.which(tool)]
    return f"not installed: {', '.join(absent)}" if absent else None


def bare(root: Path) -> None:
    """A Debian with a Python in /usr/local."""
    mirror = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE)"], capture_output=True, text=True, check=True
    )
    site = mirror.stdout.split()[0]
    command = ["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", SUITE, str(root), site]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=BUILD_TIMEOUT_S)
    _copy_python(root)
    for name in OURS:
        if Path(name).is_file():
            target = root / name.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            shutil.copyfile(name, target)


def _copy_python(root: Path) -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    here, there = Path(sys.base_prefix), root / "usr/local"
    (there / "lib").mkdir(parents=True, exist_ok=True)
    unwanted = shutil.ignore_patterns("test", "site-packages", "__pycache__", "config-*")
    shutil.copytree(here / "lib" / version, there / "lib" / version, ignore=unwanted, symlinks=True)
    (there / "lib" / version / "site-packages").mkdir()
    for library in (here / "lib").glob(f"lib{version}*"):
        shutil.copy2(library, there / "lib", follow_symlinks=False)
    shutil.copy2(here / "bin" / version, there / "bin" / version)
    (there / "bin" / "python").symlink_to(version)
    (there / "bin" / "python3").symlink_to(version)
    run(root, "ldconfig && python -m ensurepip && ln -s pip3 /usr/local/bin/pip", {})


def run(root: Path, script: str, environment: dict[str, str], folder: str = "/") -> None:
    """A RUN step, as root, with the network of this machine. The mounts go when the step ends."""
    own = {name: value for name, value in os.environ.items() if name.startswith("PIP_") or name.endswith("_proxy")}
    namespaces = [
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        f"--root={root}",
        "--mount-proc",
        f"--wd={folder}",
    ]
    subprocess.run(
        [*namespaces, "/bin/sh", "-ec", script],
        env={"PATH": PATH, "HOME": "/root", **own, **environment},
        check=True,
        timeout=BUILD_TIMEOUT_S,
    )


@dataclass(slots=True)
class Image:
    """A stage as far as it has been carried out."""

    root: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    folder: str = "/"


def build(stages: list[Stage], base: Path, folder: Path) -> dict[str, Image]:
    """Each stage's image. The first one is the base itself."""
    built: dict[str, Image] = {stages[0].name: Image(base)}
    for stage in stages[1:]:
        image = built[stage.name] = Image(folder / stage.name)
        subprocess.run(["cp", "-a", str(built[stage.base].root), str(image.root)], check=True)
        for step in stage.steps:
            _carry_out(step, image, built)
    return built


def _carry_out(step: Instruction, image: Image, built: dict[str, Image]) -> None:
    match step.keyword:
        case "RUN":
            run(image.root, step.rest, image.environment, image.folder)
        case "COPY":
            _copy(step, image, built)
        case "ENV":
            image.environment = variables(step.rest, image.environment)
        case "WORKDIR":
            image.folder = step.rest
            (image.root / step.rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
        case "USER" | "VOLUME" | "EXPOSE" | "HEALTHCHECK" | "ENTRYPOINT" | "CMD":
            pass  # how it is run, not how it is built
        case other:
            raise NotImplementedError(other)


def _copy(step: Instruction, image: Image, built: dict[str, Image]) -> None:
    *sources, target = step.rest.split()
    origin = built[step.flags["from"]].root if "from" in step.flags else ROOT
    into = image.root / os.path.join(image.folder, target).lstrip("/")
    for source in sources:
        found = origin / source.lstrip("/")
        to = into / found.name if target.endswith("/") and found.is_file() else into
        to.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-a", *(["-T"] if found.is_dir() else []), str(found), str(to)], check=True)
        if mode := step.flags.get("chmod"):
            to.chmod(int(mode, 8))


OURSELVES = "--reuid=10801 --regid=10801 --bounding-set=-all"
NETWORK_ADMIN = "--bounding-set=-all,+net_admin"

_CONTAINER = """
mount --bind "$ROOT" "$ROOT"
mount -o remount,bind,ro "$ROOT"
mount -t tmpfs tmpfs "$ROOT/tmp"
mount -t proc proc "$ROOT/proc"
for volume in $VOLUMES; do
    mount --bind "${volume%%:*}" "$ROOT/$(echo "$volume" | cut -d: -f2)"
    case "$volume" in *:ro) mount -o "remount,bind,ro" "$ROOT/$(echo "$volume" | cut -d: -f2)" ;; esac
done
ip link set lo up
exec chroot "$ROOT" setpriv --no-new-privs --clear-groups --inh-caps=-all $RIGHTS /bin/sh -ec "$SCRIPT"
"""


@dataclass(frozen=True, slots=True)
class Volumes:
    """Folders that stand for the compose file's volumes."""

    folder: Path

    def mount(self, name: str, target: str, mode: str = "rw") -> str:
        return f"{self.folder / name}:{target}:{mode}"


@contextmanager
def volumes(image: Image, folder: Path) -> Iterator[Volumes]:
    """New ones, with the owner and the mode that the image gives them, as an engine would."""
    for name, target in (("data", "data"), ("ca", "data/ca"), ("trust", "trust")):
        subprocess.run(["cp", "-a", str(image.root / target), str(folder / name)], check=True)
    yield Volumes(folder)


def contain(image: Image, script: str, mounts: list[str], rights: str = OURSELVES) -> subprocess.CompletedProcess[str]:
    """The script as the compose file runs it: its uid and capabilities, a read-only root, no network but loopback."""
    settings = {"ROOT": str(image.root), "SCRIPT": script, "VOLUMES": " ".join(mounts), "RIGHTS": rights}
    namespaces = ["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child"]
    return subprocess.run(
        [*namespaces, "/bin/sh", "-ec", _CONTAINER],
        env={**image.environment, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
