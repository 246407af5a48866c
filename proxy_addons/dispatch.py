"""Events go to the addons that listen to them, not to all of mitmproxy's own one by one.

For each event mitmproxy asks every addon of its chain, about forty, whether it has a method of that name. A model call
has some eight events, and asking takes a fifth of the CPU that mitmproxy spends on it.
https://docs.mitmproxy.org/stable/addons/overview/; mitmproxy 12.2.3, mitmproxy/addonmanager.py
"""

from mitmproxy.addonmanager import AddonManager, safecall
from mitmproxy.exceptions import AddonHalt
from mitmproxy.hooks import Hook

# Their methods stay what they are. A user's addon may get another one at any time, so it is always asked.
MITMPROXY = "mitmproxy.addons."


class Dispatch:
    """Takes the place of a manager's `trigger_event`: the same addons, in the same order, called by the same means."""

    def __init__(self, manager: AddonManager) -> None:
        self._manager = manager
        self._chain: list[object] = []
        self._listening: dict[str, list[object]] = {}

    async def trigger_event(self, event: Hook) -> None:
        """Have every addon that may listen handle the event; one that fails is logged, and the next has its turn."""
        for addon in self._listeners(event.name):
            try:
                with safecall():
                    await self._manager.invoke_addon(addon, event)
            except AddonHalt:
                return

    def _listeners(self, name: str) -> list[object]:
        if self._manager.chain != self._chain:  # an addon came or went
            self._chain, self._listening = [*self._manager.chain], {}
        found = self._listening.get(name)
        if found is None:
            found = self._listening[name] = [addon for addon in self._chain if _may_listen(addon, name)]
        return found


def _may_listen(addon: object, name: str) -> bool:
    """Whether it has a method for this event, or may get one."""
    fixed = type(addon).__module__.startswith(MITMPROXY) and not hasattr(addon, "addons")
    return not fixed or hasattr(addon, name)
