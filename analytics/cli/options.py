"""Options that several commands share. Every one can be given by an environment variable too."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from analytics.launch.environment import company_proxy
from analytics.launch.places import Places, places
from analytics.launch.processes import ProxySettings
from analytics.record import Who

type Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def option(*names: str, **settings: Any) -> Decorator:
    """A click option with its environment variable: `--spool-limit` is `TOKENECHO_SPOOL_LIMIT`."""
    long = next(name for name in names if name.startswith("--")).partition("/")[0]
    variable = f"TOKENECHO_{long.removeprefix('--').replace('-', '_').upper()}"
    return click.option(*names, **{"envvar": variable, "show_envvar": True, **settings})


def database_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--db`, handed to the command as `at: Places`."""

    def placed(context: click.Context, parameter: click.Parameter, value: Path | None) -> Places:
        return places(value)

    text = "The DuckDB file; its folder holds the spool too. Default: in the user's data folder."
    return option("--db", "at", type=click.Path(path_type=Path, dir_okay=False), callback=placed, help=text)(command)


json_option = option("--json", "as_json", is_flag=True, help="JSON, for programs.")

_PROXY_OPTIONS = (
    option("--mode", multiple=True, help="A mitmproxy mode: regular, local, transparent, reverse:URL, upstream:URL …"),
    option("--host", "hosts", multiple=True, help="One more host to treat as an LLM host (name, *.name, name:port)."),
    option("--app", help="The app to book calls on that do not say."),
    option("--team", help="The team to book calls on that do not say."),
    option("--user", help="The user to book calls on that do not say."),
    option("--content", type=click.Choice(["full", "none"]), default="full", show_default=True,
           help="none: keep hashes and counts of messages, and no text."),
    option("--logins", type=click.Path(exists=True, dir_okay=False, path_type=Path, resolve_path=True),
           help="An htpasswd file: only these proxy logins are let in."),
    option("--addon", "addons", multiple=True, type=click.Path(exists=True, path_type=Path, resolve_path=True),
           help="A further mitmproxy script."),
    option("--set", "options", multiple=True, metavar="NAME=VALUE", help="A mitmproxy option."),
)  # fmt: skip


def proxy_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What `up` and `run` take for their proxy."""
    for decorate in reversed(_PROXY_OPTIONS):
        command = decorate(command)
    return command


def proxy_settings(port: int, listen: str = "127.0.0.1", **given: Any) -> ProxySettings:
    """The settings from those options. A proxy that the environment names is gone through, as it was before."""
    mode, login = given["mode"], None
    company = None if mode else company_proxy(os.environ)
    if company:
        mode, login = (company[0],), company[1]
        click.echo(f"Going through the proxy that HTTPS_PROXY names ({mode[0].removeprefix('upstream:')}).", err=True)
    return ProxySettings(
        port=port,
        listen=listen,
        mode=mode,
        upstream_auth=login,
        hosts=given["hosts"],
        who=Who(given["app"], given["team"], given["user"]),
        content=given["content"],
        addons=given["addons"],
        options=given["options"],
        logins=given["logins"],
    )
