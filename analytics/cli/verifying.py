"""`tokenecho verify`: is what is stored what was captured, and does it add up?"""

import sys
from dataclasses import asdict
from typing import Any

import click
import orjson

from analytics.cli.filters import filter_options, say_if_none
from analytics.cli.numbers import count
from analytics.cli.options import database_option, json_option
from analytics.hashing import Hasher
from analytics.launch.places import Places
from analytics.narrowing import narrow
from analytics.private import installation_secret
from analytics.reporting import Selection
from analytics.store.database import Database
from analytics.store.verification import Verification, verify_database


@click.command()
@database_option
@filter_options
@json_option
def verify(at: Places, as_json: bool, **chosen: Any) -> None:
    """Hash every block and history again, follow every reference, add up every ledger.

    With --since, --until, --app or --team only the calls that these choose are looked at, with the whole histories that
    they sent. Ends with 1 where something is wrong.
    """
    hasher, selection = Hasher(installation_secret(at.home)), Selection(**chosen)
    with Database(at.database).reading() as connection:
        calls = narrow(connection, selection, at_once=True, hourly=False)
        found = verify_database(connection, hasher)
    if selection.given:
        say_if_none(calls, selection)
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(asdict(found), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    else:
        for line in _lines(found):
            click.echo(line)
    sys.exit(1 if found.wrong or found.foreign else 0)


def _lines(found: Verification) -> list[str]:
    if found.foreign:
        return ["None of the hashes can be made again: they were made with the secret of another installation.",
                "Is TOKENECHO_HOME the folder that this database was captured with?"]  # fmt: skip
    wrong = [f"WRONG  {count(one.count)} {one.text}: {_examples(one.examples, one.count)}" for one in found.wrong]
    sound = not wrong and (found.exchanges or not found.stored_exchanges)
    return [*wrong, *_looked_at(found), *(["All of it is as it was captured, and adds up."] if sound else [])]


def _examples(examples: tuple[str, ...], number: int) -> str:
    return ", ".join(examples) + (" …" if number > len(examples) else "")


def _looked_at(found: Verification) -> list[str]:
    of_all = "" if found.exchanges == found.stored_exchanges else f" of {count(found.stored_exchanges)}"
    lines = [
        f"{count(found.exchanges)}{of_all} exchanges, {count(found.blocks)} blocks, {count(found.prefixes)} steps of "
        f"histories and {count(found.preambles)} preambles looked at."
    ]
    if found.textless:
        lines.append(f"{count(found.textless)} blocks were captured without their texts and cannot be hashed again.")
    return lines
