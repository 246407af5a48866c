"""`tokenecho exchanges`, `import` and `reparse`, on files."""

import json
from dataclasses import replace
from pathlib import Path

import duckdb

from analytics.cli.reader import make_reader
from analytics.launch.places import Places
from analytics.reading import Reading
from analytics.record import Body, Record
from analytics.store.batch import write_batch
from analytics.store.database import Database
from tests.analytics.cli.terminal import called

ANSWER = {
    "id": "chatcmpl-1",
    "model": "gpt-4o-2024-08-06",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
}
QUESTION = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi [bold]there[/bold]"}]}
JSON = (("content-type", "application/json"),)


def entry(question: object, answer: object, second: int = 0) -> dict[str, object]:
    """One call to OpenAI as a HAR entry."""
    headers = [{"name": "Content-Type", "value": "application/json"}]
    request = {
        "method": "POST",
        "url": "https://api.openai.com/v1/chat/completions",
        "httpVersion": "HTTP/1.1",
        "headers": headers,
        "bodySize": -1,
        "postData": {"mimeType": "application/json", "text": json.dumps(question)},
    }
    content = {"mimeType": "application/json", "size": 1, "text": json.dumps(answer)}
    response = {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "headers": headers}
    return {
        "startedDateTime": f"2026-11-01T10:00:{second:02}.000Z",
        "time": 500,
        "timings": {"send": 1, "wait": 400, "receive": 99},
        "request": request,
        "response": {**response, "content": content, "bodySize": -1},
        "cache": {},
    }


def written(folder: Path, entries: list[dict[str, object]]) -> Path:
    """The entries as a HAR file."""
    path = folder / "traffic.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), "utf-8")
    return path


def har(tmp_path: Path) -> Path:
    """A HAR with one call to OpenAI and one to somebody else."""
    call = entry(QUESTION, ANSWER)
    request = call["request"]
    assert isinstance(request, dict)
    return written(tmp_path, [call, {**call, "request": {**request, "url": "https://example.com/"}}])


def chat_har(folder: Path, usage: tuple[tuple[int, int], ...]) -> Path:
    """A HAR with a chat: a turn for each (input, output), sent whole each time."""
    messages: list[dict[str, str]] = []
    entries = []
    for number, (given, made) in enumerate(usage):
        messages.append({"role": "user", "content": f"Question {number} about something particular?"})
        reply = {"role": "assistant", "content": f"The answer to question {number} is at length this one."}
        tokens = {"prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made}
        choices = [{"index": 0, "message": reply, "finish_reason": "stop"}]
        answer = {**ANSWER, "id": f"chatcmpl-{number}", "choices": choices, "usage": tokens}
        entries.append(entry({"model": "gpt-4o", "messages": list(messages)}, answer, second=number * 5))
        messages.append(reply)
    return written(folder, entries)


def test_an_imported_call_is_a_row_with_its_cost(tmp_path: Path) -> None:
    ran = called(tmp_path, "import", str(har(tmp_path)))
    assert ran.exit_code == 0, ran.output
    assert "1 model calls in 2 entries; 1 were no model calls." in ran.stdout
    heading, row = called(tmp_path, "exchanges").stdout.splitlines()
    cells = dict(zip(heading.split("\t"), row.split("\t"), strict=True))
    assert cells["time (UTC)"] == "11-01 10:00:00"
    assert (cells["in"], cells["out"], cells["cached"]) == ("1,000", "100", "–")
    # 1000 × $2.50 + 100 × $10 a million: OpenAI's list price of gpt-4o
    assert cells["cost"] == "$0.0035"


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    path = har(tmp_path)
    called(tmp_path, "import", str(path))
    before = called(tmp_path, "exchanges", "--json").stdout
    again = called(tmp_path, "import", "--json", str(path))
    assert json.loads(again.stdout)[str(path)]["calls"] == 1
    assert called(tmp_path, "exchanges", "--json").stdout == before


def test_a_file_of_another_kind_is_named_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing of the kind", "utf-8")
    ran = called(tmp_path, "import", str(path))
    assert ran.exit_code == 1
    assert "notes.txt is neither a HAR file nor a mitmproxy flow file" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_cut_off_file_keeps_what_came_before(tmp_path: Path) -> None:
    path = har(tmp_path)
    path.write_text(path.read_text("utf-8")[:-200], "utf-8")
    ran = called(tmp_path, "import", str(path))
    assert ran.exit_code == 1
    assert "could not be read to its end" in ran.stderr
    assert len(json.loads(called(tmp_path, "exchanges", "--json").stdout)["exchanges"]) == 1


def test_without_a_database_the_message_says_when_there_will_be_one(tmp_path: Path) -> None:
    ran = called(tmp_path, "exchanges")
    assert ran.exit_code == 1
    assert "no database there yet" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_foreign_or_newer_database_is_a_message(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.duckdb"
    with duckdb.connect(foreign) as connection:
        connection.execute("create table sales (amount double)")
    assert "not a database of tokenecho's" in called(tmp_path, "exchanges", "--db", str(foreign)).stderr
    called(tmp_path, "import", str(har(tmp_path)))
    with duckdb.connect(tmp_path / "tokenecho.duckdb") as connection:
        connection.execute("update meta set value = '999' where key = 'schema_version'")
    newer = called(tmp_path, "exchanges")
    assert newer.exit_code == 1
    assert "newer tokenecho" in newer.stderr


def record(api: str) -> Record:
    """A call that could be read, under whatever API."""
    return Record(
        record_id="call-1",
        started_at=1_790_000_000.0,
        ended_at=1_790_000_001.0,
        method="POST",
        scheme="https",
        host="api.openai.com",
        port=443,
        path="/v1/chat/completions",
        http_version="HTTP/1.1",
        request_headers=JSON,
        request=Body(json.dumps(QUESTION).encode(), 10),
        provider="openai",
        api=api,
        status=200,
        response_headers=JSON,
        response=Body(json.dumps(ANSWER).encode(), 10),
    )


def test_what_no_dialect_read_is_kept_raw_and_read_once_one_does(tmp_path: Path) -> None:
    at = Places(tmp_path / "tokenecho.duckdb", tmp_path)
    unread = make_reader(at).read(record("openai.future"))
    assert unread.raw is not None
    # As an upgrade would find it: the same call under an API that is read now.
    kept = Reading(unread.row, unread.chain, replace(unread.raw, api="openai.chat"))
    with Database(at.database).writing() as connection:
        write_batch(connection, [kept])
    listed = called(tmp_path, "exchanges")
    assert "unread" in listed.stdout
    assert "1 stored raw: no dialect reads them yet" in listed.stderr
    assert "1 calls read that were stored raw; 0 are still unread" in called(tmp_path, "reparse").stdout
    (row,) = json.loads(called(tmp_path, "exchanges", "--json").stdout)["exchanges"]
    assert (row["reading"], row["input_tokens"], row["exchange_id"]) == ("read", 1000, "call-1")
    with Database(at.database).reading() as connection:
        assert connection.execute("select count(*) from raw_exchanges").fetchone() == (0,)


def test_captured_text_is_never_markup(tmp_path: Path) -> None:
    called(tmp_path, "import", "--app", "[red]app[/red]", str(har(tmp_path)))
    assert "[red]app[/red]" in called(tmp_path, "exchanges").stdout
