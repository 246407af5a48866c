"""A spool of another host is imported like any other recording."""

import sqlite3
from dataclasses import replace
from pathlib import Path

from analytics.importers.importing import detect, import_file
from analytics.importers.settings import Tally
from analytics.importers.spools import read_spool
from analytics.record import Record, Who
from analytics.spool import Spool
from tests.analytics.importers.har_files import IMPORTING, entry, imported


def other_host(tmp_path: Path, records: list[Record]) -> Path:
    """The spool of another host with these records waiting."""
    path = tmp_path / "other.spool"
    spool = Spool(path)
    spool.append(records)
    spool.tidy()
    spool.close()
    return path


def calls(tmp_path: Path) -> list[Record]:
    return imported(tmp_path, *(entry(question=f"question {n}") for n in range(3)))


def test_its_records_come_over_as_they_are(tmp_path: Path) -> None:
    records = calls(tmp_path)
    path = other_host(tmp_path, records)
    assert detect(path) == "spool"
    assert list(read_spool(path, IMPORTING)) == records
    assert list(read_spool(path, IMPORTING)) == records, "the file is left as it is"


def test_what_was_set_aside_there_comes_too(tmp_path: Path) -> None:
    records = calls(tmp_path)
    path = other_host(tmp_path, records)
    spool = Spool(path)
    spool.set_aside(spool.take()[0].seq, "it broke there")
    spool.close()
    assert {r.record_id for r in read_spool(path, IMPORTING)} == {r.record_id for r in records}


def test_names_of_the_import_fill_in_what_is_missing(tmp_path: Path) -> None:
    first, *rest = calls(tmp_path)
    path = other_host(tmp_path, [replace(first, who=Who(team="blue")), *rest])
    found = read_spool(path, replace(IMPORTING, who=Who(app="shop", team="red")))
    assert [(r.who.app, r.who.team) for r in found] == [("shop", "blue"), ("shop", "red"), ("shop", "red")]


def test_a_damaged_record_is_passed_over_and_counted(tmp_path: Path) -> None:
    path = other_host(tmp_path, calls(tmp_path))
    with sqlite3.connect(path) as database:
        database.execute("update records set meta = x'00' where seq = 2")
    database.close()
    tally = Tally()
    assert len(list(read_spool(path, IMPORTING, tally))) == 2
    assert (tally.entries, tally.skipped) == (3, 1)


def test_another_sqlite_file_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("create table notes (text)")
    database.close()
    target = Spool(tmp_path / "target.spool")
    found = import_file(path, target, IMPORTING, lambda _: None)
    target.close()
    assert found.calls == 0
    assert "no such table" in (found.stopped_at or "")
