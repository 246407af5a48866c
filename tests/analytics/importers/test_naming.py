"""The id of an imported record follows from what it holds."""

from dataclasses import replace
from pathlib import Path

import pytest

from analytics.importers.naming import record_name
from analytics.record import Body, Record
from tests.analytics.importers.har_files import SECRET, entry, one


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return replace(one(tmp_path, entry()), request=Body(b"ab", 2), response=Body(b"cd", 2))


def test_every_part_of_the_identity_counts(record: Record) -> None:
    others = [
        replace(record, started_at=record.started_at + 0.001),
        replace(record, ended_at=None),
        replace(record, host="eu.api.openai.com"),
        replace(record, path="/v1/responses"),
        replace(record, status=500),
        replace(record, request=Body(b"aB", 2)),
        replace(record, response=Body(b"cD", 2)),
        replace(record, request=Body(b"a", 1), response=Body(b"bcd", 3)),
    ]
    names = {record_name(SECRET, each) for each in [record, *others]}
    assert len(names) == 1 + len(others)
    assert record_name(SECRET, record, "flow-1") not in names


def test_what_the_import_adds_does_not_count(record: Record) -> None:
    other = replace(record, record_id="x", capture_id="y", content="none", key_fingerprint=None)
    assert record_name(SECRET, other) == record_name(SECRET, record)
