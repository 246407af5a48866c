"""Paths on providers' hosts that are not model calls; they take anything and answer `{}`."""

from tests.upstream.answers import Answer, Call, UpstreamError, whole
from tests.upstream.state import World


def accept(call: Call) -> Answer:
    return whole({})


def word(error: UpstreamError, world: World) -> Answer:
    return whole({"error": error.message}, (), error.status)
