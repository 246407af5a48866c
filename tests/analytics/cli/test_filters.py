"""The options that choose among calls are the same in every command that reads them."""

import click
import pytest

from analytics.cli import tokenecho

READING = "exchanges sql export verify conversations turns report whatif findings check rebuild"


@pytest.mark.parametrize("name", READING.split())
def test_every_command_that_reads_calls_chooses_among_them(name: str) -> None:
    command = tokenecho.get_command(click.Context(tokenecho), name)
    assert command is not None
    found = {option for parameter in command.params for option in parameter.opts}
    assert {"--db", "--since", "--until", "--app", "--team"} <= found
