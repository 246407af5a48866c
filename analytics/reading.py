"""Reading: a record becomes a row of `exchanges` and the blocks below it. Pure: nothing is looked up or written."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from analytics.billing import USAGE, cost_columns
from analytics.chaining import Chain, Chainer
from analytics.client import client_of, retry_of, session_of
from analytics.dialects.call import Call
from analytics.dialects.canonical import dumps
from analytics.dialects.exchange import RequestReading, ResponseReading
from analytics.dialects.registry import find_dialect
from analytics.hashing import ROOT, Hasher, as_uuid
from analytics.ledger.meter import Meter, meter_of
from analytics.opening import Opened, open_call
from analytics.pricing.pricer import Pricer
from analytics.record import Record

type Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is to be stored of one record. `raw` holds the record itself where no dialect reads it."""

    row: Row
    chain: Chain
    raw: Record | None = None
    meter: Meter = field(default_factory=Meter)

    @property
    def weight(self) -> int:
        """About how many bytes it holds in memory that those before it do not."""
        return self.chain.fresh + (len(self.raw.request.data) + len(self.raw.response.data) if self.raw else 0)


class Reader:
    """Reads records under one hash key and one price list, its `pricer`."""

    def __init__(self, hasher: Hasher, pricer: Pricer) -> None:
        self.pricer = pricer
        self._hasher = hasher
        self._chainer = Chainer(hasher)

    def read(self, record: Record) -> Reading:
        """The record's exchange; one that no dialect reads keeps the record and has no usage."""
        opened = open_call(record)
        dialect = find_dialect(record.provider, record.api)
        if dialect is None or not _legible(opened.call):
            row = _base_row(record, opened, "unread") | _response_row(ResponseReading(ended=record.complete), record)
            return Reading(row, Chain(), record)
        request, response = dialect.read_request(opened.call), dialect.read_response(opened.call)
        chain = self._chainer.chain(request, response)
        row = _base_row(record, opened, "read") | _request_row(request, opened.call) | _response_row(response, record)
        meter = meter_of(chain, response)
        row |= self._chain_row(chain, response)
        row |= cost_columns(self.pricer, row, request.parameters, response.details, meter.text_only)
        return Reading(row, chain, meter=meter)

    def _chain_row(self, chain: Chain, response: ResponseReading) -> Row:
        end = chain.prefixes[-1] if chain.prefixes else ROOT
        return {
            "preamble_hash": as_uuid(self._hasher.bag(chain.preamble.digests)),
            "prefix_hash": as_uuid(end),
            "history_blocks": len(chain.history.digests),
            "reply_hashes": [as_uuid(block) for block in chain.reply.digests],
            "reply_refs": [ref for block in response.reply for ref in (block.ref, block.item_id) if ref],
        }


def _legible(call: Call) -> bool:
    """Whether there is any JSON for a dialect to read; a failed call may have only a request."""
    answered = call.body is not None or bool(call.events)
    return answered or bool(call.request)


def _base_row(record: Record, opened: Opened, reading: str) -> Row:
    client, version = client_of(opened.call.request_headers)
    return {
        "exchange_id": record.record_id,
        "capture_id": record.capture_id,
        "source": record.source,
        "transport": record.transport,
        "connection_id": record.connection_id,
        **_times(record),
        "provider": record.provider,
        "api": record.api,
        "method": record.method,
        "host": record.host,
        "port": record.port,
        "path": record.path,
        "http_version": record.http_version,
        "status": record.status,
        "streamed": opened.call.streamed,
        "warmup": record.warmup,
        "client": client,
        "client_version": version,
        "client_retry": retry_of(opened.call.request_headers),
        "app": record.who.app,
        "team": record.who.team,
        "user_name": record.who.user_name,
        "key_fingerprint": record.key_fingerprint,
        "session_hint": session_of(opened.call.request_headers),
        "request_bytes": opened.request_bytes,
        "response_bytes": opened.response_bytes,
        "request_wire_bytes": record.request.wire_bytes,
        "response_wire_bytes": record.response.wire_bytes,
        "request_trimmed": record.request.trimmed,
        "response_trimmed": record.response.trimmed,
        "content": record.content,
        "reading": reading,
    }


def _times(record: Record) -> Row:
    start, first, end = record.started_at, record.first_byte_at, record.ended_at
    return {
        "started_at": _utc(start),
        "request_ended_at": _utc(record.request_ended_at),
        "first_byte_at": _utc(first),
        "ended_at": _utc(end),
        "ttft_ms": None if first is None else (first - start) * 1000,
        "duration_ms": None if end is None else (end - start) * 1000,
    }


def _utc(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)


def _request_row(request: RequestReading, call: Call) -> Row:
    return {
        "request_model": request.model,
        "streamed": call.streamed or request.streamed,
        "session_hint": session_of(call.request_headers) or request.session_hint,
        "state_ref": request.state_ref,
        "parameters": dumps(request.parameters),
    }


def _response_row(response: ResponseReading, record: Record) -> Row:
    return {
        **{name: getattr(response.usage, name) for name in USAGE},
        "usage_basis": "reported" if response.usage.reported else "none",
        "response_model": response.model,
        "response_id": response.response_id,
        "state_id": response.state_id,
        "stop_reason": response.stop_reason,
        "error_code": response.error_code,
        "error_message": response.error_message or record.error,
        "service_tier": response.service_tier,
        "complete": record.complete and response.ended,
        "usage_raw": dumps(response.usage_raw) if response.usage_raw else None,
        "details": dumps(response.details),
    }
