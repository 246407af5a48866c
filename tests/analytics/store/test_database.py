"""Whatever is the matter with the file, who opens it is told which file, why, and what to do; no traceback."""

import base64
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from analytics.store import database as database_module
from analytics.store.database import (
    SCHEMA_VERSION,
    Database,
    DatabaseError,
    DatabaseLocked,
    DatabaseMissing,
    DatabaseUnavailable,
)

HOLDING = """
import duckdb, sys, time
connection = duckdb.connect(sys.argv[1])
print("holding", flush=True)
time.sleep(60)
"""
DYING = """
import os, sys
from pathlib import Path
from analytics.store.database import Database
with Database(Path(sys.argv[1])).writing() as connection:
    connection.execute("insert into losses values ('s', 'r', '2026-01-01', 1)")
    if sys.argv[2] == "committed":
        connection.commit()
        print(oct(os.stat(sys.argv[1] + ".wal").st_mode & 0o777))
        sys.stdout.flush()
    os._exit(9)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls.duckdb"


@pytest.fixture
def held(path: Path) -> Iterator[int]:
    """The id of another process that has the file."""
    with Database(path).writing():
        pass
    with subprocess.Popen([sys.executable, "-c", HOLDING, path], stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        holder.stdout.readline()
        yield holder.pid
        holder.kill()


def command_line(path: Path) -> tuple[int, str, str]:
    """What `tokenecho exchanges` does about it: exit code, output, errors."""
    command = [sys.executable, "-m", "analytics.cli", "exchanges", "--db", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def refusals(path: Path) -> list[str]:
    """What a reader and a writer are told."""
    with pytest.raises(DatabaseError) as read, Database(path).reading(timeout=0.1):
        pass
    with pytest.raises(DatabaseError) as written, Database(path).writing(timeout=0.1):
        pass
    return [str(read.value), str(written.value)]


def foreign(path: Path, *statements: str) -> Path:
    with duckdb.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def test_a_missing_file_is_missing_to_a_reader_and_made_by_a_writer(path: Path) -> None:
    with pytest.raises(DatabaseMissing, match=r"calls.duckdb: no database there yet"), Database(path).reading():
        pass
    with Database(path).writing() as connection:
        assert connection.execute("select count(*) from exchanges").fetchone() == (0,)
    with Database(path).reading() as connection:
        assert connection.execute("select value from meta").fetchall() == [(str(SCHEMA_VERSION),)]
    assert [found.name for found in path.parent.iterdir()] == ["calls.duckdb"]


def test_the_command_line_says_so_without_a_traceback(path: Path, tmp_path: Path) -> None:
    code, out, err = command_line(path)
    assert (code, out) == (1, "")
    assert err.startswith(f"Error: {path}: no database there yet")
    path.write_text("a letter to somebody")
    code, out, err = command_line(path)
    assert (code, out) == (1, "")
    assert err == f"Error: {path}: not a database of tokenecho's; choose another file with --db.\n"


@pytest.mark.parametrize("content", [b"", b"x", b"no database\n" * 1000])
def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert refusals(path) == [f"{path}: not a database of tokenecho's; choose another file with --db."] * 2
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "statements",
    [
        ("create table sales (day date, amount double)",),
        (),
        ("create table meta (name varchar)",),
        ("create table meta (key varchar, value varchar)",),
        ("create table meta (key varchar, value varchar)", "insert into meta values ('schema_version', 'last week')"),
        ("create table meta (key varchar, value varchar)", "insert into meta values ('schema_version', null)"),
    ],
)
def test_somebody_elses_database_is_refused_and_left_as_it_is(path: Path, statements: tuple[str, ...]) -> None:
    foreign(path, *statements)
    before = path.read_bytes()
    assert refusals(path) == [f"{path}: not a database of tokenecho's; choose another file with --db."] * 2
    assert path.read_bytes() == before


def test_a_database_of_a_newer_version_is_left_to_that_version(path: Path) -> None:
    with Database(path).writing() as connection:
        connection.execute("update meta set value = '99'")
    for refusal in refusals(path):
        assert refusal.startswith(f"{path}: written by a newer tokenecho (schema 99, this one knows {SCHEMA_VERSION})")
        assert "upgrade tokenecho or choose another file with --db" in refusal


def test_of_a_file_in_use_it_is_told_who_has_it(path: Path, held: int) -> None:
    read, written = refusals(path)
    assert read == written
    assert read.startswith(f"{path}: in use by python")
    assert f"(PID {held})" in read
    with pytest.raises(DatabaseLocked), Database(path).reading(timeout=0.05):
        pass


def test_a_file_that_comes_free_is_had_without_asking_again(path: Path, held: int) -> None:
    threading.Timer(0.3, os.kill, (held, signal.SIGKILL)).start()
    with Database(path).writing(timeout=20) as connection:
        assert connection.execute("select count(*) from exchanges").fetchone() == (0,)


def test_a_folder_in_the_place_of_the_file_is_refused(path: Path) -> None:
    path.mkdir()
    for refusal in refusals(path):
        assert refusal.startswith(f"{path}: cannot be opened: ")
        assert "Is a directory" in refusal


def test_a_folder_that_cannot_be_written_to_is_named(read_only: Path) -> None:
    writing = Database(read_only / "new.duckdb").writing()
    with pytest.raises(DatabaseError, match=f"^{read_only}: cannot be written to") as raised, writing:
        pass
    assert not isinstance(raised.value, DatabaseUnavailable)
    with Database(read_only / "old.duckdb").reading() as connection:  # reading does not need it
        assert connection.execute("select count(*) from exchanges").fetchone() == (0,)


def test_a_folder_in_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DatabaseError, match="Not a directory"), Database(tmp_path / "file" / "x.duckdb").writing():
        pass


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    """A folder with a database, on a file system that takes no writes: those that deny bind even root."""
    folder = tmp_path / "fixed"
    with Database(folder / "old.duckdb").writing():
        pass
    mount = shutil.which("mount")
    if os.geteuid() or not mount:
        folder.chmod(0o500)
        yield folder
        folder.chmod(0o700)
        return
    if subprocess.run([mount, "-o", "bind,ro", folder, folder], check=False).returncode:
        pytest.skip("root here may not mount, and to root no permission is denied")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_files_and_folders_are_for_the_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "calls.duckdb"
    before = os.umask(0)
    try:
        with Database(path).writing():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
        command = [sys.executable, "-c", DYING, str(path), "committed"]
        died = subprocess.run(command, capture_output=True, text=True, check=False)
        assert os.umask(0) == 0  # and it was put back
    finally:
        os.umask(before)
    assert died.stdout == "0o600\n"
    modes = {found.name: stat.S_IMODE(found.stat().st_mode) for found in path.parent.iterdir()}
    assert modes == {"calls.duckdb": 0o600, "calls.duckdb.wal": 0o600}
    assert [stat.S_IMODE((tmp_path / folder).stat().st_mode) for folder in ("a", "a/b")] == [0o700, 0o700]


@pytest.mark.parametrize(("moment", "rows"), [("committed", 1), ("uncommitted", 0)])
def test_what_a_dying_writer_committed_is_there_and_nothing_else(path: Path, moment: str, rows: int) -> None:
    subprocess.run([sys.executable, "-c", DYING, path, moment], check=False)
    for _ in range(2):  # from the log, and once a writer has folded that into the file
        with Database(path).reading() as connection:
            assert connection.execute("select count(*) from losses").fetchone() == (rows,)
        with Database(path).writing():
            pass


def test_an_exception_undoes_the_session(path: Path) -> None:
    with pytest.raises(duckdb.ConversionException), Database(path).writing() as connection:
        connection.executemany("insert into losses values ('s', 'r', ?, 1)", [["2026-01-01"], ["no day"]])
    with Database(path).reading() as connection:
        assert connection.execute("select count(*) from losses").fetchone() == (0,)


def test_many_long_texts_take_more_memory_rather_than_stop_everything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(database_module.WRITER, "memory_limit", "24MB")
    database, failed = Database(tmp_path / "calls.duckdb"), 0
    insert = "insert into blocks values (?, 'user', 'user', ?, null, 1, 1)"
    for _ in range(8):
        rows = [(os.urandom(16), base64.b64encode(os.urandom(75_000)).decode()) for _ in range(50)]
        for _ in range(2):  # as a collector tries again
            try:
                with database.writing() as connection:
                    connection.executemany(insert, rows)
            except DatabaseUnavailable:
                failed += 1
            else:
                break
    with database.reading() as connection:
        found = connection.execute("select count(*) from blocks").fetchone()
    assert (failed, found) == (1, (400,))
