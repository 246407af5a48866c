"""`python -m dashboard.report --db FILE`: the page on standard output, for `tokenecho report --format html`."""

import sys
from typing import Any

import click

from analytics.cli.filters import filter_options, none_chosen
from analytics.cli.options import database_option
from analytics.cli.reader import read_mutes
from analytics.launch.places import Places
from analytics.reporting import Selection
from analytics.store.database import DatabaseError
from dashboard.report.material import load
from dashboard.report.page import page


@click.command()
@database_option
@filter_options
def main(at: Places, **chosen: Any) -> None:
    """Write the report on these calls as a page of HTML."""
    try:
        material = load(at.database, Selection(**chosen), read_mutes(at))
    except DatabaseError as error:
        raise click.ClickException(str(error)) from error
    sys.stdout.buffer.write(page(material).encode())
    if not material.report.totals["calls"]:
        click.echo(none_chosen(material.selection), err=True)


if __name__ == "__main__":
    main()
