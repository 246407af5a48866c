"""The reader that commands use: this installation's secret and prices."""

from analytics.hashing import Hasher
from analytics.launch.places import Places
from analytics.pricing.pricer import Pricer
from analytics.private import installation_secret
from analytics.reading import Reader


def make_reader(at: Places) -> Reader:
    """A reader under the installation's secret."""
    return Reader(Hasher(installation_secret(at.home)), Pricer())
