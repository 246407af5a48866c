"""The environment of a routed process."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from analytics.identity import from_login
from analytics.launch.environment import PROXY_VARIABLES, TRUST_VARIABLES, company_proxy, proxy_url, routing
from analytics.record import Who

BUNDLE = Path("bundle.pem")
URL = "http://127.0.0.1:8080"


def test_every_runtimes_variables_are_set_in_both_cases() -> None:
    found = routing(URL, BUNDLE, before={})
    assert all(found[name] == found[name.lower()] == URL for name in PROXY_VARIABLES)
    assert all(found[name] == "bundle.pem" for name in TRUST_VARIABLES)
    assert found["NODE_USE_ENV_PROXY"] == "1"
    assert found["NO_PROXY"] == found["no_proxy"] == "localhost,127.0.0.1,::1"


def test_hosts_reached_directly_stay_so() -> None:
    before = {"NO_PROXY": "intranet.example, .corp.example"}
    assert routing(URL, BUNDLE, before=before)["NO_PROXY"] == "intranet.example,.corp.example,localhost,127.0.0.1,::1"


def test_an_llm_host_is_never_reached_directly() -> None:
    for entry in ("*", "api.openai.com", "openai.com", ".anthropic.com", "*.openai.com"):
        assert routing(URL, BUNDLE, before={"no_proxy": entry})["NO_PROXY"] == "localhost,127.0.0.1,::1", entry


def test_a_named_host_is_never_reached_directly() -> None:
    assert routing(URL, BUNDLE, before={}, hosts=["localhost"])["NO_PROXY"] == "127.0.0.1,::1"
    found = routing(URL, BUNDLE, before={"NO_PROXY": "gateway.example"}, hosts=["gateway.example:8443"])
    assert "gateway.example" not in found["NO_PROXY"]


def test_names_are_in_the_proxys_login() -> None:
    assert proxy_url("127.0.0.1", 8080) == URL
    assert proxy_url("h", 1, Who(team="blue")) == "http://blue:x@h:1"
    assert proxy_url("h", 1, Who(app="shop", team="a b")) == "http://a%20b+shop:x@h:1"
    assert proxy_url("h", 1, Who(app="shop", user_name="me")) == "http://+shop+me:x@h:1"


@pytest.mark.parametrize("name", ["blue", "c++ team", "50 % off", "ä+b%2Bc", "a@b:c/d"])
def test_any_name_comes_back_from_the_login_that_a_client_sends(name: str) -> None:
    url = urlsplit(proxy_url("h", 1, Who(app=name, team=name)))
    assert url.hostname == "h"
    assert from_login(unquote(url.username or "")) == Who(app=name, team=name)


def test_a_companys_proxy_is_gone_through_and_our_own_is_not() -> None:
    assert company_proxy({}) is None
    assert company_proxy({"HTTPS_PROXY": "http://corp.example:3128"}) == ("upstream:http://corp.example:3128", None)
    login = company_proxy({"https_proxy": "http://me:p%40ss@corp.example:3128"})
    assert login == ("upstream:http://corp.example:3128", "me:p@ss")
    assert company_proxy(routing(URL, BUNDLE, before={})) is None
