"""A model call in words that no API has for itself; `har.py` says it in the words of each."""

from dataclasses import dataclass, field
from typing import Any, Literal

type Api = Literal[
    "openai.chat",
    "openai.responses",
    "anthropic.messages",
    "gemini.generate",
    "gemini.interactions",
    "bedrock.converse",
]
type Content = Literal["full", "none"]
type Json = dict[str, Any]

# Characters to a token, where a scenario does not say how many tokens a call had.
CHARACTERS = 4


@dataclass(frozen=True, slots=True)
class Said:
    """A part of a conversation: a text, a tool call or a tool's result.

    `mark` puts a cache breakpoint behind it where the API has them: its TTL, such as `5m`.
    """

    role: Literal["user", "assistant"]
    text: str = ""
    tool: str = ""
    call_id: str = ""
    mark: str = ""

    @property
    def kind(self) -> Literal["text", "call", "result"]:
        if not self.call_id:
            return "text"
        return "call" if self.role == "assistant" else "result"


def user(text: str, mark: str = "") -> Said:
    return Said("user", text, mark=mark)


def assistant(text: str, mark: str = "") -> Said:
    return Said("assistant", text, mark=mark)


def tool_call(tool: str, call_id: str, text: str = "{}") -> Said:
    """`text` is the arguments' JSON."""
    return Said("assistant", text, tool, call_id)


def tool_result(tool: str, call_id: str, text: str, mark: str = "") -> Said:
    return Said("user", text, tool, call_id, mark)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The usage a provider reports. `input` is all-in; `read` and the writes are parts of it."""

    input: int
    output: int = 20
    read: int = 0
    write_5m: int = 0
    write_1h: int = 0
    write_30m: int = 0
    reasoning: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One model call. `at` is in seconds since the scenario began; `takes` is how long the answer took.

    `tools` maps names to descriptions. `usage` None makes the provider report the texts' length in tokens and nothing
    cached; `reported=False` makes it report nothing. `state` is the id that the call continues (a response's id).
    `error` is the code and the message of a failure, with `status`. `parameters` are further fields of the request,
    `answer` further fields of the response, both in the API's own words. `path` is another path than the API's own.
    """

    api: Api
    at: float
    said: tuple[Said, ...]
    reply: tuple[Said, ...] = (Said("assistant", "Very well."),)
    system: str = ""
    system_mark: str = ""
    tools: dict[str, str] = field(default_factory=dict)
    model: str = ""
    usage: Tokens | None = None
    reported: bool = True
    stop: str = ""
    status: int = 200
    error: tuple[str, str] | None = None
    state: str = ""
    response_id: str = ""
    parameters: Json = field(default_factory=dict)
    answer: Json = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    key: str = "the-key"
    app: str = "shop"
    host: str = ""
    path: str = ""
    takes: float = 1.0

    @property
    def tokens(self) -> Tokens:
        """What it is billed for."""
        if self.usage:
            return self.usage
        sent = len(self.system) + sum(len(said.text) + len(said.tool) for said in self.said)
        sent += sum(len(name) + len(about) for name, about in self.tools.items())
        output = sum(len(said.text) for said in self.reply)
        return Tokens(max(1, sent // CHARACTERS), max(1, output // CHARACTERS))


@dataclass(frozen=True, slots=True)
class Scenario:
    """Calls in which a finding holds, or nearly does. The name is a sentence, `content` what is stored of the texts."""

    name: str
    calls: tuple[Call, ...]
    content: Content = "full"
