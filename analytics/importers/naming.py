"""Record ids that follow from what a record holds: the same traffic has the same id, however often it is imported."""

import hashlib

from analytics.record import Record


def record_name(secret: bytes, record: Record, origin: str = "") -> str:
    """A keyed digest over when, where and what. `origin` is the id that the recording itself gave the entry."""
    head = (origin, record.transport, record.method, record.scheme, record.host, record.port, record.path)
    seen = (record.started_at, record.ended_at, record.status, record.error)
    digest = hashlib.blake2b(key=secret[:64], digest_size=16, person=b"record-id")
    for part in (repr((head, seen)).encode("utf-8", "replace"), record.request.data, record.response.data):
        digest.update(len(part).to_bytes(8))  # else a byte could move from one part to the next unseen
        digest.update(part)
    return digest.hexdigest()
