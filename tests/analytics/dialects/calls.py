"""Calls for a test to read: hand-written JSON in, a `Call` out."""

from collections.abc import Sequence

from analytics.dialects.call import Call, Event
from analytics.dialects.exchange import Block, Json


def call(
    request: object = None,
    answer: object = None,
    *,
    events: Sequence[object] | None = None,
    path: str = "/v1/messages",
    status: int = 200,
    headers: dict[str, str] | None = None,
    response_headers: dict[str, str] | None = None,
) -> Call:
    return Call(
        provider="test",
        api="test",
        host="api.test",
        path=path,
        query={},
        request_headers=headers or {},
        request=request if isinstance(request, dict) else {},
        status=status,
        response_headers=response_headers or {},
        body=answer,
        events=tuple(Event("message", event) for event in events or ()),
        streamed=events is not None,
    )


def content(blocks: tuple[Block, ...]) -> list[tuple[str, str, str]]:
    """What makes blocks equal to lineage."""
    return [(block.role, block.kind, block.content) for block in blocks]


def counts(usage: object) -> Json:
    """The counts that a usage holds."""
    names = (name for name in dir(usage) if name.endswith("_tokens"))
    return {name: found for name in names if (found := getattr(usage, name)) is not None}
