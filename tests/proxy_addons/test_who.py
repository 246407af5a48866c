"""Whose call it was: by the proxy login, else the headers, else the flags; and the key's fingerprint."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from analytics.record import Record, Who
from tests.proxy_addons.calls import chat
from tests.rig import Rig, Trust, proxy
from tests.upstream import Running, upstream

FLAGS: dict[str, Any] = {"tokenecho_app": "flag-app", "tokenecho_team": "flag-team", "tokenecho_user": "flag-user"}


@pytest.fixture(scope="module")
def flagged(folder: Path, trust: Trust, up: Running) -> Iterator[Rig]:
    with proxy(folder / "flagged", trust, up, **FLAGS) as running:
        yield running


@pytest.fixture(scope="module")
def guarded(folder: Path, trust: Trust, up: Running) -> Iterator[Rig]:
    """A proxy with a file of logins."""
    digest = base64.b64encode(hashlib.sha1(b"right", usedforsecurity=False).digest()).decode()
    logins = folder / "logins"
    logins.write_text(f"red+billing+ada:{{SHA}}{digest}\n")
    with proxy(folder / "guarded", trust, up, proxyauth=f"@{logins}") as running:
        yield running


def call(rig: Rig, login: str = "", path: str = chat().path, **headers: str) -> Record:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with rig.client(login=login) as client:
        client.post(path, json=chat().body, headers=named)
    return rig.record()


@pytest.mark.parametrize(
    ("login", "headers", "expected"),
    [
        ("", {}, Who("flag-app", "flag-team", "flag-user")),
        ("", {"x_tokenecho_app": "a"}, Who("a", "flag-team", "flag-user")),
        ("red:x", {}, Who("flag-app", "red", "flag-user")),
        ("red:x", {"x_tokenecho_team": "blue", "x_tokenecho_user": "u"}, Who("flag-app", "red", "u")),
        ("red+billing+ada:x", {"x_tokenecho_app": "other"}, Who("billing", "red", "ada")),
        ("+billing:x", {}, Who("billing", "flag-team", "flag-user")),
        ("red%20team:x", {}, Who("flag-app", "red team", "flag-user")),
    ],
)
def test_the_login_counts_before_the_headers_and_these_before_the_flags(
    flagged: Rig, login: str, headers: dict[str, str], expected: Who
) -> None:
    assert call(flagged, login, **headers).who == expected


def test_nobody_is_named_where_nobody_says(rig: Rig) -> None:
    assert call(rig).who == Who()


def test_a_login_holds_for_all_calls_of_its_connection_and_no_other(flagged: Rig) -> None:
    with flagged.client(login="red:x") as one, flagged.client() as other:
        for client in (one, other, one):
            client.post(chat().path, json=chat().body)
    assert [record.who.team for record in flagged.records(3)] == ["red", "flag-team", "red"]


def test_a_login_on_a_plain_http_call_names_and_never_goes_on(flagged: Rig) -> None:
    with upstream(tls=False) as plain:
        address = f"http://localhost:{plain.port}{chat().path}"
        assert call(flagged, "red:secret", address).who.team == "red"
        assert "proxy-authorization" not in plain.requests[-1].header


def test_a_login_on_the_list_is_let_in_and_names(guarded: Rig) -> None:
    assert call(guarded, "red+billing+ada:right").who == Who("billing", "red", "ada")


@pytest.mark.parametrize("login", ["", "red+billing+ada:wrong", "red:right"])
def test_any_other_login_is_refused_and_nothing_is_stored(guarded: Rig, login: str) -> None:
    with guarded.client(login=login) as client:
        with pytest.raises(httpx.ProxyError, match="407"):
            client.post(chat().path, json=chat().body)
        assert client.post(f"http://localhost:1{chat().path}", json=chat().body).status_code == 407
    # The writer keeps the order: had anything been stored, it would come first.
    assert call(guarded, "red+billing+ada:right").who.team == "red"


@pytest.mark.parametrize("name", ["authorization", "x_api_key", "api_key", "x_goog_api_key"])
def test_the_same_key_has_the_same_fingerprint_and_another_has_another(rig: Rig, name: str) -> None:
    prints = [call(rig, **{name: key}).key_fingerprint for key in ("one", "one", "two")]
    assert prints[0] == prints[1] != prints[2]
    assert prints[2]


def test_a_key_has_one_fingerprint_wherever_it_is_sent(rig: Rig) -> None:
    headers = {call(rig, **{name: "one"}).key_fingerprint for name in ("x_api_key", "api_key", "x_goog_api_key")}
    bearer = call(rig, authorization="Bearer one").key_fingerprint
    query = call(rig, path=f"{chat().path}?key=one").key_fingerprint
    assert headers == {bearer} == {query}


def test_without_a_key_there_is_no_fingerprint(rig: Rig) -> None:
    assert call(rig).key_fingerprint is None


def test_another_installation_has_other_fingerprints(rig: Rig, flagged: Rig) -> None:
    assert call(rig, x_api_key="one").key_fingerprint != call(flagged, x_api_key="one").key_fingerprint


def test_what_tells_clients_and_sessions_apart_is_kept(rig: Rig) -> None:
    record = call(rig, x_claude_code_session_id="s-1", user_agent="claude-cli/2.0", x_stainless_lang="python")
    assert record.request_header("x-claude-code-session-id") == "s-1"
    assert record.request_header("user-agent") == "claude-cli/2.0"
    assert record.request_header("x-stainless-lang") == "python"
