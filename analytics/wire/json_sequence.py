"""JSON text sequences: how the messages of a WebSocket are kept in one body. https://www.rfc-editor.org/rfc/rfc7464

The separator is a control character that no JSON text holds, so any message that is JSON comes back as it was.
"""

from collections.abc import Iterable

SEPARATOR = b"\x1e"
MEDIA_TYPE = "application/json-seq"


def join_sequence(messages: Iterable[bytes]) -> bytes:
    """The messages as one sequence."""
    return b"".join(SEPARATOR + message + b"\n" for message in messages)


def split_sequence(data: bytes) -> list[bytes]:
    """The messages of a sequence."""
    return [message.removesuffix(b"\n") for message in data.split(SEPARATOR)[1:]]
