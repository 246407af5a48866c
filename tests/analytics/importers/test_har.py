"""HAR files are read as a stream, in any order, up to where they can be read."""

import gzip
import json
import zlib
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.importers.har import read_har
from analytics.importers.har_entry import entry_records
from analytics.importers.har_file import CutOff, chunks, entries
from analytics.importers.settings import Tally
from analytics.record import Record, from_meta
from analytics.transport_errors import own_words
from tests.analytics.importers.har_files import (
    IMPORTING,
    STARTED_AT,
    Entry,
    entry,
    har,
    imported,
    socket_entry,
    turn,
    written,
)


def traffic() -> list[Entry]:
    """Calls, a socket with two exchanges, and something else; each call is told by its question."""
    calls = [entry(question=f"question {n}", reply=f'{{"id":"é {n} ]}}\\""}}') for n in range(5)]
    socket = socket_entry([*turn(1, STARTED_AT + 1), *turn(2, STARTED_AT + 5)])
    return [*calls, socket, entry("https://example.com/"), entry(response={"status": 0, "content": {}})]


def read(path: Path) -> tuple[list[Record], Tally]:
    tally = Tally()
    return list(read_har(path, IMPORTING, tally)), tally


def test_entries_in_any_order_give_the_same_records(tmp_path: Path) -> None:
    found = traffic()
    shuffled = [found[place] for place in (3, 7, 0, 5, 1, 6, 4, 2)]
    before, after = imported(tmp_path, *found), imported(tmp_path, *shuffled)
    assert len(before) == 8
    assert [r.record_id for r in before] != [r.record_id for r in after]
    assert sorted(before, key=lambda r: r.record_id) == sorted(after, key=lambda r: r.record_id)


def test_reading_twice_gives_the_same_ids_and_each_record_its_own(tmp_path: Path) -> None:
    first, second = imported(tmp_path, *traffic()), imported(tmp_path, *traffic())
    assert first == second
    assert len({record.record_id for record in first}) == len(first)


def test_ids_depend_on_the_secret(tmp_path: Path) -> None:
    ours = imported(tmp_path, entry())
    theirs = imported(tmp_path, entry(), importing=replace(IMPORTING, secret=b"another"))
    assert ours[0].record_id != theirs[0].record_id


def test_whose_call_it_is_does_not_change_its_id(tmp_path: Path) -> None:
    again = replace(IMPORTING, capture_id="import-2", content="none")
    assert imported(tmp_path, entry())[0].record_id == imported(tmp_path, entry(), importing=again)[0].record_id


@pytest.mark.parametrize(
    "layout",
    [
        lambda es: {"log": {"entries": es, "creator": {"name": "entries"}}},
        lambda es: {"entries": [1], "log": {"pages": [{"entries": []}], "comment": 'log "{', "entries": es}},
        lambda es: {"_meta": {"log": {"entries": []}}, "log": {"entries": es}, "more": [{}]},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_the_list_of_entries_is_found_wherever_it_is(tmp_path: Path, layout: Any, indent: int | None) -> None:
    data = json.dumps(layout([entry(), 7, None, entry(question="b")]), indent=indent).encode()
    records, tally = read(written(tmp_path, b"\xef\xbb\xbf" + data))
    assert (len(records), tally.stopped_at) == (2, None)


def test_entries_are_told_apart_at_any_size_of_chunk() -> None:
    data = har(traffic())
    expected = list(entries(iter([data])))
    for size in [1, 2, 3, 5, 64, 1000]:
        pieces = (data[at : at + size] for at in range(0, len(data), size))
        assert list(entries(pieces)) == expected


JSON = st.recursive(
    st.none() | st.integers() | st.text(st.sampled_from('{}[]"\\:,a\né')),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('{}[]"\\a', max_size=3), inner, max_size=4),
)


@given(st.lists(st.dictionaries(st.text('"\\{]', max_size=3), JSON, max_size=4), max_size=5), st.integers(1, 50))
def test_what_is_split_is_what_was_written(found: list[Entry], size: int) -> None:
    data = har(found)
    pieces = (data[at : at + size] for at in range(0, len(data), size))
    assert [json.loads(part or b"") for part in entries(pieces)] == found


@given(st.lists(JSON, max_size=3), JSON, JSON)
def test_no_entry_raises_anything_but_value_error(messages: list[object], odd: object, other: object) -> None:
    for broken in [
        {"request": odd, "response": other},
        entry(_webSocketMessages=messages, timings=odd, time=other),
        entry(request={"headers": messages, "postData": odd}, response={"content": other, "headers": odd}),
        entry(
            request={"httpVersion": odd, "bodySize": other}, response={"status": odd, "_error": other, "bodySize": odd}
        ),
    ]:
        try:
            records = entry_records(broken, IMPORTING) or []
        except ValueError:
            continue
        for record in records:
            kept = replace(record, error=own_words(record.error))
            assert from_meta(record.meta(), record.request.data, record.response.data) == kept


def test_wherever_a_file_is_cut_off_the_entries_before_are_kept(tmp_path: Path) -> None:
    found = traffic()
    data = har(found)
    whole, _ = read(written(tmp_path, data))
    ends = [data.index(json.dumps(one).encode()) + len(json.dumps(one).encode()) for one in found]
    for cut in [*range(40, len(data) - 2, 97), *ends, *(end + 1 for end in ends[:-1])]:
        records, tally = read(written(tmp_path, data[:cut]))
        assert tally.entries == sum(end <= cut for end in ends)
        assert records == whole[: len(records)]
        assert "cut off" in str(tally.stopped_at) or "no list" in str(tally.stopped_at)


def test_the_message_says_where_the_file_stopped(tmp_path: Path) -> None:
    data = har([entry(), entry()])
    second = data.rindex(b'{"startedDateTime"')
    _, tally = read(written(tmp_path, data[: second + 100]))
    place = f"it is cut off inside the entry that begins at byte {second:,}"
    assert tally.stopped_at == f"{tmp_path / 'traffic.har'}: stopped after 1 entries: {place}"


def test_one_damaged_entry_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    data = har([entry(question="a"), entry(question="b"), entry(question="c")])
    damaged = data.replace(b'"startedDateTime": "', b'"startedDateTime"; "', 1)
    records, tally = read(written(tmp_path, damaged))
    assert (len(records), tally.entries, tally.skipped) == (2, 3, 1)
    assert str(tally.problem).startswith("entry 1: ")


def test_an_entry_that_nobody_dated_is_skipped(tmp_path: Path) -> None:
    records, tally = read(written(tmp_path, har([entry(startedDateTime="soon"), entry()])))
    assert (len(records), tally.skipped, tally.problem) == (1, 1, "entry 1: its date cannot be read")


def test_a_list_where_an_entry_should_be_is_skipped(tmp_path: Path) -> None:
    data = har([entry(), entry()]).replace(b'"entries": [', b'"entries": [["no entry"], ')
    records, tally = read(written(tmp_path, data))
    assert (len(records), tally.skipped, tally.problem) == (2, 1, "entry 1: it is no JSON object")


@pytest.mark.parametrize("odd", [rb"\ud83d", rb"\udcff", b"\xff\xfe", b"\x01"])
def test_bytes_that_json_parsers_refuse_do_not_cost_the_entry(tmp_path: Path, odd: bytes) -> None:
    (record,), tally = read(written(tmp_path, har([entry(reply="[HERE]")]).replace(b"[HERE]", b"a" + odd)))
    assert record.response.data.startswith(b"a")
    assert tally.skipped == 0
    assert record.meta()


def test_an_entry_that_would_not_fit_in_memory_is_skipped() -> None:
    long, short = entry(reply="x" * 5000), entry()
    found = list(entries(iter([har([long, short, long])]), limit=3000))
    assert [part and json.loads(part) for part in found] == [None, short, None]


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_compressed_files_are_read(tmp_path: Path, pack: Any) -> None:
    records, tally = read(written(tmp_path, pack(har([entry()])), "traffic.har.gz"))
    assert (len(records), tally.stopped_at) == (1, None)


def test_a_compressed_file_is_inflated_a_little_at_a_time(tmp_path: Path) -> None:
    path = written(tmp_path, gzip.compress(bytes(50_000_000)), "bomb.har.gz")
    assert max(len(chunk) for chunk in chunks(path)) <= 2**20


@pytest.mark.parametrize("damage", [lambda data: data[:-200], lambda data: data[:-200] + b"\xff" * 200])
def test_a_damaged_compression_keeps_what_came_before(tmp_path: Path, damage: Any) -> None:
    noise = [entry(question=sha256(bytes([n])).hexdigest()) for n in range(50)]
    path = written(tmp_path, damage(gzip.compress(har(noise), 1)), "traffic.har.gz")
    records, tally = read(path)
    assert 40 < len(records) < 50
    assert "compression" in str(tally.stopped_at)


def test_a_file_without_entries_says_so(tmp_path: Path) -> None:
    for data in [b"", b"{}", b'{"log": {}}', b'{"log": {"entries": 3}}', b'{"log": {"comment": "unfinis']:
        records, tally = read(written(tmp_path, data))
        assert (records, tally.entries) == ([], 0)
        assert "there is no list of entries" in str(tally.stopped_at)


def test_an_endless_head_is_given_up() -> None:
    with pytest.raises(CutOff, match="no list of entries"):
        list(entries(iter([b'{"log":{"a":['] + [b"1," * 2**19] * 20)))


def test_an_empty_list_is_a_whole_file(tmp_path: Path) -> None:
    _, tally = read(written(tmp_path, har([])))
    assert (tally.entries, tally.stopped_at) == (0, None)


def test_progress_counts_every_entry(tmp_path: Path) -> None:
    told: list[int] = []
    list(read_har(written(tmp_path, har(traffic())), IMPORTING, Tally(progress=told.append)))
    assert told == list(range(1, 9))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.integers(0, 3000))
def test_a_file_with_garbage_in_it_never_raises(tmp_path: Path, garbage: bytes, at: int) -> None:
    data = har([entry(), entry(question="b")])
    records, tally = read(written(tmp_path, data[:at] + garbage + data[at:]))
    assert len(records) + tally.other + tally.skipped == tally.entries or tally.stopped_at
