"""The facts of one exchange that lineage is decided by: all of them its own, none about another exchange."""

from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache

# Calls that are no turn of a conversation: they count, embed or fetch.
OUTSIDE = frozenset(
    {
        "anthropic.count_tokens",
        "cohere.embed",
        "gemini.count_tokens",
        "gemini.embed",
        "ollama.embed",
        "openai.embeddings",
        "openai.responses.retrieve",
    }
)


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a history and its reply say, by hash (as text, None where there is none): the columns of `chains`.

    `echo_*` is the last run of the assistant that something follows: what the parent replied, if it was sent back.
    It begins at block `echo_at`; `echo_blocks` and `echo_bytes` count it with its thinking. `open_node` is a run that
    ends the history (a prefill, or a reply that is to go on). `passed` are the nodes of the runs before the echo, the
    last first, 16 bytes each; `since` the prefixes between the echo and the end, the last first; `tail` the hashes of
    the blocks behind `stem`, the last prefix that is a multiple of STRIDE long. `reply_whole` and `echo_whole` stand
    for the reply and the echo to the letter, with their thinking. `reply_heads` is how the reply begins, `echo_heads`
    how the last run does; `last_heads` how the last block does, `before_heads` the one before the echo (`heads.py`).
    """

    preamble_blocks: int = 0
    preamble_bytes: int = 0
    history_bytes: int = 0
    first_block: str | None = None
    last_block: str | None = None
    stem: str | None = None
    tail: bytes = b""
    runs: int = 0
    reply_key: str | None = None
    reply_node: str | None = None
    reply_weight: int = 0
    echo_key: str | None = None
    echo_node: str | None = None
    echo_prefix: str | None = None
    echo_before: str | None = None
    echo_at: int = 0
    echo_blocks: int = 0
    echo_bytes: int = 0
    echo_refs: tuple[str, ...] = ()
    prior_key: str | None = None
    open_node: str | None = None
    passed: bytes = b""
    since: bytes = b""
    reply_line: int | None = None
    opening_lines: tuple[int, ...] = ()
    reply_whole: int | None = None
    echo_whole: int | None = None
    reply_heads: tuple[int, ...] = ()
    echo_heads: tuple[int, ...] = ()
    last_heads: tuple[int, ...] = ()
    before_heads: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """One exchange. `well` is whether it ended well: a retry follows one that did not."""

    exchange_id: str
    started_at: datetime
    ended_at: datetime | None
    well: bool
    session_hint: str | None
    app: str | None
    team: str | None
    user_name: str | None
    state_ref: str | None
    state_id: str | None
    response_id: str | None
    preamble_hash: str | None
    prefix_hash: str | None
    history_blocks: int
    reply_refs: tuple[str, ...]
    spoken: Spoken

    @property
    def order(self) -> tuple[datetime, str]:
        """The order of exchanges: an exchange continues only earlier ones."""
        return self.started_at, self.exchange_id

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes that this history passes, the deepest first, without its echo."""
        return _hashes(self.spoken.passed)

    @property
    def stops(self) -> tuple[str, ...]:
        """The histories that this one is, with something more that is not the assistant's; the longest first."""
        return _hashes(self.spoken.since)


@lru_cache(maxsize=1 << 12)  # a call is looked at many times while it is linked
def _hashes(blob: bytes) -> tuple[str, ...]:
    digits = blob.hex()
    return tuple(as_text(digits[at : at + 32]) for at in range(0, len(digits), 32))


def as_text(digits: str) -> str:
    """32 hexadecimal digits as DuckDB writes a UUID."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


SPOKEN = tuple(field.name for field in fields(Spoken))
# Those that are lists in the store.
LISTS = tuple(field.name for field in fields(Spoken) if field.default == ())
