"""Where files live: the data folder, and what lies beside a database."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs


def home() -> Path:
    """The data folder: `TOKENECHO_HOME`, or the platform's user data directory."""
    given = os.environ.get("TOKENECHO_HOME")
    return Path(given).expanduser().absolute() if given else platformdirs.user_data_path("tokenecho", appauthor=False)


@dataclass(frozen=True, slots=True)
class Places:
    """The files of one database, and those of the installation."""

    database: Path
    home: Path

    @property
    def spool(self) -> Path:
        return self.database.with_name(self.database.name + ".spool")

    @property
    def collector_lock(self) -> Path:
        return self.database.with_name(self.database.name + ".collector.lock")

    @property
    def mutes(self) -> Path:
        """The findings that nobody wants to hear of."""
        return self.database.with_name("mutes.toml")

    @property
    def prices(self) -> Path:
        """The user's own prices."""
        return self.home / "prices.toml"

    @property
    def users(self) -> Path:
        """Who may log in to the dashboard."""
        return self.home / "users.toml"

    @property
    def sign_on(self) -> Path:
        """Streamlit's secrets, with `[auth]` for single sign-on."""
        return self.home / "secrets.toml"

    @property
    def authority(self) -> Path:
        """The folder with the proxy's certificate authority."""
        return self.home / "ca"

    @property
    def authority_certificate(self) -> Path:
        return self.authority / "mitmproxy-ca-cert.pem"

    @property
    def client_bundle(self) -> Path:
        """What a routed process trusts: the system's roots and the proxy's authority."""
        return self.authority / "bundle.pem"

    @property
    def upstream_roots(self) -> Path:
        """What the proxy trusts: the system's roots and any that the user's environment adds."""
        return self.authority / "upstream-roots.pem"


def places(database: Path | None = None) -> Places:
    """The places for that database, or for the default one."""
    folder = home()
    return Places((database or folder / "tokenecho.duckdb").expanduser().absolute(), folder)
