"""Reads the Dockerfile: its stages, and their instructions in order."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docker"


@dataclass(frozen=True, slots=True)
class Instruction:
    """`RUN …`: its keyword, its flags (`--from=build`), and the rest."""

    keyword: str
    flags: dict[str, str]
    rest: str


@dataclass(frozen=True, slots=True)
class Stage:
    """`FROM base AS name`, and what follows it."""

    name: str
    base: str
    steps: tuple[Instruction, ...]

    def only(self, keyword: str) -> list[str]:
        """The text of each instruction with that keyword."""
        return [step.rest for step in self.steps if step.keyword == keyword]


def stages() -> list[Stage]:
    """The stages in their order, with the build's arguments filled in."""
    arguments: dict[str, str] = {}
    found: list[Stage] = []
    for step in _instructions():
        if step.keyword == "ARG":
            name, _, value = step.rest.partition("=")
            arguments[name] = value
        elif step.keyword == "FROM":
            base, _, name = step.rest.split()
            found.append(Stage(name, _filled(base, arguments), ()))
        else:
            last = found.pop()
            found.append(Stage(last.name, last.base, (*last.steps, step)))
    return found


def _filled(text: str, values: dict[str, str]) -> str:
    return re.sub(r"\$\{?(\w+)\}?", lambda found: values.get(found[1], ""), text)


def _instructions() -> list[Instruction]:
    lines = [line for line in (FOLDER / "Dockerfile").read_text().splitlines() if not line.lstrip().startswith("#")]
    return [_instruction(line) for line in "\n".join(lines).replace("\\\n", " ").splitlines() if line.strip()]


def _instruction(line: str) -> Instruction:
    keyword, _, rest = line.strip().partition(" ")
    flags = {}
    while found := re.match(r"\s*--([a-z-]+)=(\S+)\s+", rest):
        flags[found[1]] = found[2]
        rest = rest[found.end() :]
    return Instruction(keyword, flags, rest.strip())


def variables(text: str, before: dict[str, str]) -> dict[str, str]:
    """An ENV instruction's variables on top of those before it."""
    pairs = [word.partition("=") for word in shlex.split(text)]
    return {**before, **{name: _filled(value, before) for name, _, value in pairs}}


def let_in() -> list[str]:
    """What the ignore file lets into the build's context."""
    lines = (FOLDER / "Dockerfile.dockerignore").read_text().splitlines()
    return [line.removeprefix("!") for line in lines if line.startswith("!")]
