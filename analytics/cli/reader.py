"""What commands read with: this installation's secret, its prices, and what it does not want to hear of."""

import click

from analytics.findings.mutes import Mute, MutesError, load_mutes
from analytics.hashing import Hasher
from analytics.launch.places import Places
from analytics.pricing.price_file import PriceFileError, read_price_file
from analytics.pricing.pricer import Pricer
from analytics.private import installation_secret
from analytics.reading import Reader


def make_reader(at: Places) -> Reader:
    """A reader under the installation's secret and with its prices."""
    return Reader(Hasher(installation_secret(at.home)), make_pricer(at))


def make_pricer(at: Places) -> Pricer:
    """The installation's prices: its `prices.toml`, where there is one, goes before the price list."""
    try:
        return Pricer(read_price_file(at.prices) if at.prices.exists() else None)
    except PriceFileError as error:
        raise click.ClickException(str(error)) from error


def read_mutes(at: Places) -> list[Mute]:
    """The findings that are muted; ClickException where the file cannot be read."""
    try:
        return load_mutes(at.mutes)
    except MutesError as error:
        raise click.ClickException(str(error)) from error
