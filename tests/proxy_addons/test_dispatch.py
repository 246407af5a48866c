"""Each event reaches the addons that mitmproxy's own manager would give it to, in its order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest
from mitmproxy import hooks, http, options
from mitmproxy.addonmanager import AddonManager
from mitmproxy.addons import default_addons
from mitmproxy.exceptions import AddonHalt
from mitmproxy.master import Master
from mitmproxy.proxy.layers.http._hooks import HttpRequestHook, HttpResponseHook
from mitmproxy.test import tflow

from proxy_addons.dispatch import Dispatch

type Trigger = Callable[[hooks.Hook], Awaitable[None]]
type Events = Callable[[AddonManager, Trigger, list[str]], Awaitable[None]]


class Noting:
    """Writes down which events it is given."""

    def __init__(self, name: str, noted: list[str]) -> None:
        self.name, self.noted = name, noted

    def request(self, flow: http.HTTPFlow) -> None:
        self.noted.append(f"{self.name}: request")


class Waiting(Noting):
    async def response(self, flow: http.HTTPFlow) -> None:
        await asyncio.sleep(0)
        self.noted.append(f"{self.name}: response")


class Failing(Noting):
    def response(self, flow: http.HTTPFlow) -> None:
        self.noted.append(f"{self.name}: fails")
        raise ValueError(self.name)


class Halting(Noting):
    def response(self, flow: http.HTTPFlow) -> None:
        self.noted.append(f"{self.name}: halts")
        raise AddonHalt


class Group(Noting):
    """An addon with addons, as a script is one."""

    def __init__(self, name: str, noted: list[str], *inner: object) -> None:
        super().__init__(name, noted)
        self.addons = [*inner]


EVENTS = (HttpRequestHook, HttpResponseHook)


def noted_by(events: Events, *, ours: bool) -> list[str]:
    """What the addons wrote down while these events went by our way, or by mitmproxy's."""

    async def run() -> list[str]:
        noted: list[str] = []
        manager = Master(options.Options()).addons
        manager.add(*default_addons())
        trigger = Dispatch(manager).trigger_event if ours else manager.trigger_event
        await events(manager, trigger, noted)
        return noted

    return asyncio.run(run())


async def plain(manager: AddonManager, trigger: Trigger, noted: list[str]) -> None:
    inner = Waiting("inner", noted)
    manager.add(Noting("first", noted), Group("group", noted, inner, Failing("bad", noted)), Waiting("last", noted))
    for event in EVENTS:
        await trigger(event(tflow.tflow(resp=True)))


async def halted(manager: AddonManager, trigger: Trigger, noted: list[str]) -> None:
    manager.add(Waiting("first", noted), Halting("stop", noted), Waiting("last", noted))
    for event in EVENTS:
        await trigger(event(tflow.tflow(resp=True)))


async def changing(manager: AddonManager, trigger: Trigger, noted: list[str]) -> None:
    first, group, last = Noting("first", noted), Group("group", noted), Waiting("last", noted)
    manager.add(first, group)
    for change in (
        lambda: None,
        lambda: manager.add(last),
        lambda: group.addons.append(Waiting("inner", noted)),
        lambda: setattr(first, "response", lambda flow: noted.append("first: has learnt")),
        lambda: manager.remove(last),
    ):
        change()
        for event in EVENTS:
            await trigger(event(tflow.tflow(resp=True)))


@pytest.mark.parametrize("events", [plain, halted, changing])
def test_the_same_addons_are_called_in_the_same_order(events: Events, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    ours, theirs = noted_by(events, ours=True), noted_by(events, ours=False)
    assert len(ours) >= 4
    assert ours == theirs


def test_an_addon_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    noted_by(plain, ours=True)
    assert "Addon error: bad" in caplog.text


class Asked:
    """Counts how often it is looked at."""

    def __init__(self) -> None:
        self.times = 0

    def __getattr__(self, name: str) -> object:
        if name == "response":
            self.times += 1
        raise AttributeError(name)


class Theirs(Asked):
    """As if it were one of mitmproxy's."""


Theirs.__module__ = "mitmproxy.addons.theirs"


def test_of_mitmproxys_own_only_those_that_listen_are_asked_again() -> None:
    async def five_times(manager: AddonManager, trigger: Trigger, noted: list[str]) -> None:
        theirs, users = Theirs(), Asked()
        manager.chain += [theirs, users]
        for _ in range(5):
            await trigger(HttpResponseHook(tflow.tflow(resp=True)))
        noted += [str(theirs.times), str(users.times)]

    assert noted_by(five_times, ours=True) == ["1", "5"]
