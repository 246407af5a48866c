"""Automatic caches that know whole requests: DeepSeek.

A beginning is a unit where a request's input or its reply ended, and where two requests were seen to part; only whole
units are read. https://api-docs.deepseek.com/guides/kv_cache
"""

from analytics.caching.entries import Entries, Entry
from analytics.caching.prompt import EMPTY, NOTHING, Prompt
from analytics.caching.requests import Found, Request, Seal
from analytics.caching.trails import Forest


class UnitCache:
    """Writing is free, so it reports no writes."""

    def __init__(self) -> None:
        self._units = Entries()
        self._sent: dict[Seal, Forest] = {}

    def use(self, request: Request) -> Found:
        """What the cache has of this request, which it then keeps."""
        call, seal, now = request.call, request.seals.history, request.call.started_at
        found = self._find(request, seal, now)
        sent = self._sent.setdefault(seal, Forest())
        parting = sent.deepest(call.prompt)
        if parting.depth and not self._units.get(seal, *parting):
            self._keep(request, seal, parting)
        sent.use(call.prompt, now, call)
        for end in (call.prompt, call.answered):
            if end:
                self._keep(request, seal, end)
        return found

    def _find(self, request: Request, seal: Seal, now: float) -> Found:
        part: Prompt | None = request.call.prompt
        while part:
            if part.history.depth and not self._units.any_after(seal, part.preamble):
                part = Prompt(part.preamble, EMPTY)
            unit = self._units.get(seal, *part)
            if unit and unit.alive(now):
                unit.used_at = now
                return Found(part, request.ruler.at(part))
            part = part.shorter()
        return Found(NOTHING, 0)

    def _keep(self, request: Request, seal: Seal, part: Prompt) -> None:
        seconds = request.call.rule.seconds(request.ttl)
        self._units.keep(seal, part, Entry(seconds, request.call.started_at, request.ready_at))
