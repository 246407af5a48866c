"""One exchange in its conversation, as findings read it."""

from datetime import datetime
from typing import NamedTuple

import orjson

type Json = dict[str, object]


class Turn(NamedTuple):
    """The columns of `finding_turns.sql`, in their order; docs/tables.md says what those of the public tables mean.

    `model` is the response's, or the request's where the response names none. `readable` is whether texts are
    stored. `preamble_used_before` and `preamble_used_after` are the nearest starts of successful calls with the same
    preamble, provider, model and key, in whatever conversation; `preamble_used_earlier` is the one before the former,
    `preamble_read_after` what the latter read from the cache. `twin_exchange_id` is the nearest earlier call with
    the very same request, `earlier_exchange_id` the same client's nearest earlier call; all of them within seven days.
    """

    exchange_id: str
    conversation_id: str
    turn: int
    branch: str
    parent_exchange_id: str | None
    relation: str
    started_at: datetime
    ended_at: datetime | None
    provider: str
    api: str
    request_model: str | None
    model: str | None
    status: int | None
    error_code: str | None
    error_message: str | None
    stop_reason: str | None
    complete: bool
    warmup: bool
    client: str | None
    client_retry: int | None
    app: str | None
    user_name: str | None
    key_fingerprint: str | None
    session_hint: str | None
    state_ref: str | None
    state_id: str | None
    input_tokens: int | None
    prompt_tokens: int | None
    looped: bool | None
    cache_read_tokens: int | None
    cache_write_tokens: int | None
    cache_write_5m_tokens: int | None
    cache_write_30m_tokens: int | None
    cache_write_1h_tokens: int | None
    cache_write_12h_tokens: int | None
    output_tokens: int | None
    reasoning_tokens: int | None
    cost_usd: float | None
    uncached_usd: float | None
    cache_read_usd: float | None
    cache_write_usd: float | None
    output_usd: float | None
    context_window: int | None
    request_bytes: int
    preamble_hash: bytes | None
    history_blocks: int
    reply_hashes: list[bytes] | None
    readable: bool
    parameters_json: str | None
    details_json: str | None
    resent_tokens: int | None
    echoed_tokens: int | None
    new_tokens: int | None
    remembered_tokens: int | None
    token_basis: str | None
    resent_usd: float | None
    echoed_usd: float | None
    remembered_usd: float | None
    resent_bytes: int
    echoed_bytes: int
    echoed_blocks: int
    resent_preamble_bytes: int
    tools_tokens: int | None
    system_tokens: int | None
    preamble_used_before: datetime | None
    preamble_used_after: datetime | None
    twin_exchange_id: str | None
    earlier_exchange_id: str | None
    request_ended_at: datetime | None
    preamble_used_earlier: datetime | None
    preamble_read_after: int | None

    @property
    def parameters(self) -> Json:
        """What else the request asked for; docs/dialects.md lists the keys."""
        return _object(self.parameters_json)

    @property
    def details(self) -> Json:
        """What else the provider said; docs/dialects.md lists the keys."""
        return _object(self.details_json)

    @property
    def read_at_once(self) -> int | None:
        """Tokens of the request itself; None where server tools had the model read more, and nobody knows how much."""
        return self.prompt_tokens if self.looped or self.prompt_tokens is not None else self.input_tokens

    @property
    def well(self) -> bool:
        """Whether the provider answered it, as far as is known."""
        return self.error_code is None and (self.status or 0) < 400 and self.complete

    @property
    def uncached_tokens(self) -> int | None:
        """Input tokens billed at the full price; None where unknown, or where the counts contradict each other."""
        if self.input_tokens is None:
            return None
        rest = self.input_tokens - (self.cache_read_tokens or 0) - (self.cache_write_tokens or 0)
        return rest if rest >= 0 else None


def _object(text: str | None) -> Json:
    found = orjson.loads(text) if text else {}
    return found if isinstance(found, dict) else {}
