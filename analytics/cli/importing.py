"""`tokenecho import`: HAR and flow files into the database, by the same path as live traffic."""

import click


@click.command("import")
def import_command() -> None:
    """stub."""
