"""`tokenecho verify`: is what is stored what was captured, and does it add up?"""

import sys
from dataclasses import asdict

import click
import orjson

from analytics.cli.numbers import count
from analytics.cli.options import database_option, json_option
from analytics.hashing import Hasher
from analytics.launch.places import Places
from analytics.private import installation_secret
from analytics.store.database import Database
from analytics.store.verification import Verification, verify_database


@click.command()
@database_option
@json_option
def verify(at: Places, as_json: bool) -> None:
    """Hash every block and history again, follow every reference, add up every ledger.

    Ends with 1 where something is wrong.
    """
    hasher = Hasher(installation_secret(at.home))
    with Database(at.database).reading() as connection:
        found = verify_database(connection, hasher)
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
    verdict = [] if wrong else ["All of it is as it was captured, and adds up."]
    return [*wrong, *_looked_at(found), *verdict]


def _examples(examples: tuple[str, ...], number: int) -> str:
    return ", ".join(examples) + (" …" if number > len(examples) else "")


def _looked_at(found: Verification) -> list[str]:
    lines = [
        f"{count(found.exchanges)} exchanges, {count(found.blocks)} blocks, {count(found.prefixes)} steps of histories "
        f"and {count(found.preambles)} preambles looked at."
    ]
    if found.textless:
        lines.append(f"{count(found.textless)} blocks were captured without their texts and cannot be hashed again.")
    return lines
