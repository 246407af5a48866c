"""`tokenecho password`: who may log in to the dashboard, and as what."""

import sys

import click

from analytics.cli.options import option
from analytics.launch.places import places
from analytics.launch.users import ROLES, SHORTEST_PASSWORD, Role, User, UsersError, hashed, read_users, write_users


@click.command()
@click.argument("user")
@option("--role", type=click.Choice(ROLES), help="viewer: no message texts; admin: all. Default: viewer, or as it was.")
@option("--sign-on", is_flag=True, help="USER is an address of single sign-on, or *@DOMAIN: no password is asked for.")
@option("--remove", is_flag=True, help="USER may no longer log in.")
def password(user: str, role: Role | None, sign_on: bool, remove: bool) -> None:
    """Let USER log in to a dashboard that others can reach (`tokenecho dashboard --listen`).

    Asks for the password, or reads a line from stdin where that is no terminal. What is kept is a hash, in users.toml
    in the data folder.
    """
    path = places().users
    try:
        users = read_users(path)
        before = users.pop(user, None)
        if remove:
            if before is None:
                raise click.ClickException(f"{path} names no {user!r}.")
            write_users(path, users)
            click.echo(f"{user} may no longer log in.")
            return
        chosen: Role = role or (before.role if before else "viewer")
        write_users(path, users | {user: User(chosen, None if sign_on else hashed(_asked(user)))})
    except UsersError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{user} may log in as {chosen}.")


def _asked(user: str) -> str:
    """The password, which is neither shown nor an argument: any user of the machine can list those."""
    if sys.stdin.isatty():
        given: str = click.prompt(f"Password for {user}", hide_input=True, confirmation_prompt=True)
    else:
        given = sys.stdin.readline().rstrip("\r\n")
    if len(given) < SHORTEST_PASSWORD:
        raise click.ClickException(f"A password has {SHORTEST_PASSWORD} characters or more.")
    return given
