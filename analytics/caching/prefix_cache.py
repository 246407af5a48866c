"""Automatic caches that know any beginning of a recent prompt: OpenAI before GPT-5.6, Gemini, xAI, Groq, Mistral.

https://developers.openai.com/api/docs/guides/prompt-caching
"""

import heapq
from math import inf

from analytics.caching.prompt import NOTHING
from analytics.caching.requests import Found, Request, Seal
from analytics.caching.trails import Forest


class PrefixCache:
    """Writing is free, so it reports no writes."""

    def __init__(self) -> None:
        self._forests: dict[Seal, Forest] = {}
        # Prompts whose calls have not been answered yet: nobody can read them.
        self._waiting: list[tuple[float, int, Request]] = []
        self._number = 0

    def use(self, request: Request) -> Found:
        """What the cache has of this request, which it then keeps."""
        now = request.call.started_at
        self._settle(now)
        found = self._find(request, now)
        self._number += 1
        heapq.heappush(self._waiting, (request.ready_at, self._number, request))
        return found

    def _find(self, request: Request, now: float) -> Found:
        call, forest = request.call, self._forests.get(request.seals.history)
        if forest is None:
            return Found(NOTHING, 0)
        seconds = call.rule.seconds(request.ttl)
        part = forest.alive(forest.deepest(call.prompt), -inf if seconds is None else now - seconds)
        tokens = request.ruler.at(part) // call.rule.granularity * call.rule.granularity
        if not tokens or tokens < call.rule.minimum:
            return Found(NOTHING, 0)
        forest.use(part, now, call)
        return Found(part, tokens)

    def _settle(self, now: float) -> None:
        while self._waiting and self._waiting[0][0] <= now:
            _, _, request = heapq.heappop(self._waiting)
            forest = self._forests.setdefault(request.seals.history, Forest())
            forest.use(request.call.prompt, request.call.started_at, request.call)
