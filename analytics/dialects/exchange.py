"""What a dialect reads out of a call: blocks, usage, state, stop reason. Values only, no behaviour."""

from dataclasses import dataclass, field
from typing import Literal

type Role = Literal["system", "user", "assistant", "tool"]
type Kind = Literal[
    "tools",
    "system",
    "user",
    "assistant",
    "thinking",
    "tool_call",
    "tool_result",
    "image",
    "document",
    "audio",
    "other",
]
type Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Block:
    """One content part. `content` is canonical: the same text for the same content whatever its dress on the wire.

    `ref` is the id that ties a tool call to its result; it is no part of the content. `size` is the content's bytes
    on the wire where `content` only stands for it (an image is kept as its digest), else None. `item_id` is another id
    of the same call, which some clients send back in place of `ref`.
    """

    role: Role
    kind: Kind
    content: str
    ref: str | None = None
    size: int | None = None
    item_id: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider reported them; None is what it did not say, never 0.

    `input_tokens` is all-in (uncached + cache reads + cache writes) and `output_tokens` includes reasoning,
    whatever the provider's own convention. The writes by TTL are parts of `cache_write_tokens`.
    """

    input_tokens: int | None = None
    cache_read_tokens: int | None = None
    cache_write_tokens: int | None = None
    cache_write_5m_tokens: int | None = None
    cache_write_30m_tokens: int | None = None
    cache_write_1h_tokens: int | None = None
    cache_write_12h_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    audio_input_tokens: int | None = None
    audio_output_tokens: int | None = None
    reported_cost_usd: float | None = None

    @property
    def reported(self) -> bool:
        """Whether the provider said anything that can be billed."""
        return self.input_tokens is not None or self.output_tokens is not None


@dataclass(frozen=True, slots=True)
class RequestReading:
    """The request: preamble (tools, then system), history, and what else was asked for.

    `state_ref` names server-side state that the request continues, as `kind:id`
    (`previous_response_id:resp_1`, `conversation:conv_1`, `thread.previous_message_id:msg_1`).
    `parameters` holds the other fields of the request that bear on cost or caching.
    """

    model: str | None = None
    streamed: bool = False
    preamble: tuple[Block, ...] = ()
    history: tuple[Block, ...] = ()
    state_ref: str | None = None
    session_hint: str | None = None
    parameters: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResponseReading:
    """The response: the reply's blocks, the usage, and how it ended.

    `ended` is whether the provider's own end was seen (the last event, or a whole body): a stream that stops before
    it was cut off. `usage_raw` is the provider's usage object, verbatim.
    """

    model: str | None = None
    response_id: str | None = None
    reply: tuple[Block, ...] = ()
    usage: Usage = field(default_factory=Usage)
    usage_raw: Json | None = None
    stop_reason: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    service_tier: str | None = None
    state_id: str | None = None
    ended: bool = True
    details: Json = field(default_factory=dict)
