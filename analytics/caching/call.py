"""What the simulators take and give: calls in, and for each how much of its input a cache would have read, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from analytics.caching.prompt import Prompt
from analytics.caching.rules import CacheRule

type Placement = Literal["as_sent", "automatic", "preamble", "none"]
type Reason = Literal[
    "cold",
    "short",
    "expired",
    "unready",
    "broken",
    "parameter",
    "other_key",
    "other_model",
    "lookback",
    "unmarked",
]


class Mark(NamedTuple):
    """A breakpoint behind the first `position` blocks; `ttl` names its lifetime, None the default one."""

    position: int
    ttl: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was answered, with what its provider's cache goes by.

    Times are seconds since 1970. `ready_at` is when what it writes can be read (the first byte of the answer); None
    is at once. `input_tokens` is all-in, as reported. `answered` is the prompt with the reply after it, for caches
    that keep replies too. `parent_id` names the call that this one continues. `reported_read` is what the provider said
    to have read; it is used to learn sizes, never to say what is read.
    """

    call_id: str
    started_at: float
    model: str
    rule: CacheRule
    prompt: Prompt
    input_tokens: int
    marks: tuple[Mark, ...] = ()
    cache_key: str | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    ready_at: float | None = None
    parent_id: str | None = None
    answered: Prompt | None = None
    reported_read: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """How the calls are made: as they were, or otherwise.

    `marks`: `automatic` marks the end of the preamble and of every request (and places before it, as far apart as the
    provider looks back), `preamble` the end of the preamble only, `none` nothing (and switches implicit ones off).
    `ttl` replaces every lifetime that was asked for, where the rule knows it. `one_key` gives all calls one cache key.
    """

    marks: Placement = "as_sent"
    ttl: str | None = None
    one_key: bool = False


AS_IT_WAS = Policy()


@dataclass(frozen=True, slots=True)
class Miss:
    """Why tokens that had been sent before were not read.

    `cold`: nobody had sent the beginning of this prompt. `short`: below the provider's minimum. `expired`: last used
    `seconds` ago, with a lifetime of `ttl_s`. `unready`: the call that wrote it had not been answered. `broken`:
    the first block that differs from the parent's is the one at `position` (counted from 1). `parameter`: `detail`
    names the one that changed. `other_key`, `other_model`: sent under another one. `lookback`: cached, but further
    before the breakpoint than the provider looks. `unmarked`: no breakpoint had it cached.
    `tokens` is what could have been read besides; `earlier_id` the latest call that sent it.
    """

    reason: Reason
    tokens: int = 0
    position: int | None = None
    seconds: float | None = None
    ttl_s: float | None = None
    detail: str | None = None
    earlier_id: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The input of one call by price class: `read + written + uncached` is its `input_tokens`.

    `writes` holds the billed writes by lifetime. `reusable` are the tokens of the longest beginning that an earlier
    call had sent.
    """

    call_id: str
    read: int
    writes: tuple[tuple[str, int], ...]
    uncached: int
    reusable: int
    miss: Miss | None = None

    @property
    def written(self) -> int:
        return sum(tokens for _, tokens in self.writes)
