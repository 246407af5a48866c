"""Marked secrets, the places they are sent in, and a search that finds them wherever they were written down."""

import base64
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from analytics.spool import Spool, unpacked
from tests.rig import ROOT, Rig

# All secrets begin with it, so a secret of which these six characters were written down is found.
TELLTALE = "Zq7XwK"


class Secrets:
    """Makes secrets, none like another, and remembers what to look for."""

    def __init__(self) -> None:
        self.count = 0
        self.telltales = [TELLTALE]

    def new(self) -> str:
        self.count += 1
        return f"{TELLTALE}{self.count:06}x9"

    def header_sets(self) -> Iterator[dict[str, str]]:
        """Headers with a secret in every place that a client or a signer puts one; some places exclude others."""
        new = self.new
        yield {
            "authorization": f"Bearer {new()}",
            "cookie": f"session={new()}; other={new()}",
            "x-api-key": new(),
            "api-key": new(),
            "x-goog-api-key": new(),
            "x-openai-api-key": new(),
            "x-amz-security-token": new(),
            "ocp-apim-subscription-key": new(),
            "cf-aig-authorization": f"Bearer {new()}",
            "x-codex-session-token": new(),
            "referer": f"https://app.test/?token={new()}",
            "http-referer": f"https://app.test/?token={new()}",
            "x-never-heard-of": new(),
        }
        signed = f"Credential={new()}/20260101/us-east-1/bedrock/aws4_request, SignedHeaders=host, Signature={new()}"
        yield {"authorization": f"AWS4-HMAC-SHA256 {signed}"}
        yield {"authorization": f"Basic {self.basic()}", "sec-websocket-protocol": f"openai-insecure-api-key.{new()}"}

    def basic(self) -> str:
        """A login as the header has it; that text is as good as the password in it."""
        coded = base64.b64encode(f"{self.new()}:{self.new()}".encode()).decode()
        self.telltales.append(coded[:10])
        return coded

    def query(self) -> str:
        names = ("key", "api_key", "X-Amz-Signature", "X-Amz-Security-Token", "X-Amz-Credential", "sig", "access_token")
        return "&".join([f"{name}={self.new()}" for name in names] + [self.new()])

    def fields(self) -> dict[str, Any]:
        """Parts of a request body that hold credentials of somebody else's servers."""
        new = self.new
        signed = f"https://bucket.s3.amazonaws.com/a?X-Amz-Security-Token={new()}&X-Amz-Signature={new()}&x=1"
        headers = {"Authorization": f"Bearer {new()}", "X-Team-Token": new(), "x-api-key": new()}
        return {
            "tools": [{"type": "mcp", "server_url": signed, "authorization": new(), "headers": headers}],
            "mcp_servers": [{"url": "https://mcp.test", "authorization_token": new()}],
            "api_key": new(),
            "API-Key": new(),
            "client_secret": f'quoted " and {new()}',
            "password": new(),
            "nested": [{"deep": {"access_token": new(), "refresh_token": new(), "secret_access_key": new()}}],
            "cookie": [new(), new()],
        }


def collect(rig: Rig) -> Path:
    """Run the collector over what waits; its log."""
    log = rig.folder / "collector.log"
    command = [sys.executable, "-m", "analytics.cli", "collect", "--once", "--db", str(rig.database)]
    with log.open("wb") as out:
        environment = {**os.environ, "TOKENECHO_HOME": str(rig.folder / "home")}
        subprocess.run(command, check=True, cwd=ROOT, env=environment, stdout=out, stderr=out)
    return log


def found_in(rig: Rig, words: list[str]) -> list[tuple[str, str]]:
    """(where, around it) of every place with one of these words, in the files' bytes and in what these mean."""
    return [
        (where, data[max(0, at - 40) : at + 40].decode("utf-8", "replace"))
        for where, data in _written(rig)
        for word in words
        if (at := data.find(word.encode())) >= 0
    ]


def _written(rig: Rig) -> Iterator[tuple[str, bytes]]:
    for path in sorted(rig.folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
    yield from _spooled(rig.spool)
    if rig.database.exists():
        yield from _stored(rig.database)


def _spooled(spool: Spool) -> Iterator[tuple[str, bytes]]:
    for table in ("records", "set_aside"):
        for row in spool._db.execute(f"select meta, request, response from {table}"):  # noqa: S608  # two constants
            yield f"spool.{table}", row[0] + unpacked(row[1]) + unpacked(row[2])


def _stored(path: Path) -> Iterator[tuple[str, bytes]]:
    with duckdb.connect(str(path), read_only=True) as database:
        tables = [name for (name,) in database.execute("select table_name from duckdb_tables()").fetchall()]
        for table in tables:
            for row in database.table(table).fetchall():
                yield f"database.{table}", b"\n".join(map(_plain, row))


def _plain(value: object) -> bytes:
    if not isinstance(value, bytes):
        return repr(value).encode()
    return value + (unpacked(value) if value.startswith(b"\x28\xb5\x2f\xfd") else b"")
