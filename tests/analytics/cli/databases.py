"""Databases for commands to read: collected calls in a data folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from click.testing import CliRunner, Result

from analytics.cli import tokenecho
from analytics.cli.reader import make_reader
from analytics.launch.places import Places
from analytics.record import Record
from analytics.store.batch import write_batch
from analytics.store.database import Database
from tests.analytics.chats import chat, said


def collected(home: Path, records: Sequence[Record]) -> Database:
    """The default database of that data folder, with those calls."""
    at = Places(home / "tokenecho.duckdb", home)
    reader = make_reader(at)
    with Database(at.database).writing() as connection:
        write_batch(connection, [reader.read(record) for record in records])
    return Database(at.database)


def called(home: Path, *arguments: str, more: Mapping[str, str] | None = None, stdin: str | None = None) -> Result:
    """A command run in this process, which is quicker where there are many to try."""
    return CliRunner().invoke(tokenecho, arguments, input=stdin, env={"TOKENECHO_HOME": str(home), **(more or {})})


def conversation(home: Path) -> Database:
    """Three turns of one conversation: the history of the last one is five messages long."""
    texts = ["Question 1?", "Answer 1.", "And then?", "Answer 2.", "And in the end?"]
    return collected(home, [chat(turn, said(*texts[: 2 * turn - 1])) for turn in (1, 2, 3)])
