"""Caches that hold what requests mark: Anthropic, Bedrock, Alibaba, and OpenAI from GPT-5.6 on.

A request writes at its breakpoints and reads the longest entry at or before one of them, as far back as its provider
looks. https://platform.claude.com/docs/en/build-with-claude/prompt-caching
"""

from collections.abc import Iterator

from analytics.caching.entries import Entries, Entry
from analytics.caching.prompt import EMPTY, NOTHING, Prompt
from analytics.caching.requests import MODELS_OWN, Breakpoint, Found, Request


class BreakpointCache:
    """Writes are reported by lifetime, since they are billed."""

    def __init__(self) -> None:
        self._entries = Entries()

    def use(self, request: Request) -> Found:
        """What the cache has of this request, which it then keeps."""
        rule, ruler = request.call.rule, request.ruler
        marked = [each for each in request.breakpoints if ruler.at(each.part) >= max(rule.minimum, 1)]
        found = self._find(request, marked)
        return Found(found.part, found.read, self._write(request, marked, found.read), found.stale_s, found.distant)

    def _find(self, request: Request, marked: list[Breakpoint]) -> Found:
        missed = Found(NOTHING, 0)
        for each in reversed(marked):
            found = self._before(request, each.part)
            if found.part.depth:
                return found
            stale_s = missed.stale_s if found.stale_s is None else found.stale_s
            missed = Found(NOTHING, 0, (), stale_s, missed.distant or found.distant)
        return missed

    def _before(self, request: Request, end: Prompt) -> Found:
        """The longest live entry in sight of a breakpoint; behind that, one entry more, which tells why it missed."""
        now, stale_s = request.call.started_at, None
        for part, near in self._looked_at(request, end):
            entry = self._entries.get(request.seals.at(part), part)
            if entry is None:
                continue
            if entry.alive(now) and near:
                return self._read(request, part, entry)
            if not near:
                return Found(NOTHING, 0, (), stale_s, entry.alive(now))
            if stale_s is None and entry.ready_at <= now:
                stale_s = now - entry.used_at
        return Found(NOTHING, 0, (), stale_s)

    def _read(self, request: Request, part: Prompt, entry: Entry) -> Found:
        if request.call.rule.refreshed:
            entry.used_at = request.call.started_at
        return Found(part, request.ruler.at(part))

    def _looked_at(self, request: Request, end: Prompt) -> Iterator[tuple[Prompt, bool]]:
        """The beginnings before a breakpoint, and whether the provider still looks for them."""
        part: Prompt | None = end
        seen = 0
        while part and part.depth:
            if part.history.depth and not self._entries.any_after(request.seals.history, part.preamble):
                part = Prompt(part.preamble, EMPTY)
                continue
            seen += part.kind not in MODELS_OWN
            yield part, _near(request, end, part, seen)
            part = part.shorter()

    def _write(self, request: Request, marked: list[Breakpoint], read: int) -> tuple[tuple[str, int], ...]:
        now, covered = request.call.started_at, read
        written: dict[str, int] = {}
        for each in marked:
            tokens, ttl = request.ruler.at(each.part), each.ttl or ""
            if tokens > covered:
                written[ttl] = written.get(ttl, 0) + tokens - covered
                covered = tokens
            seal = request.seals.at(each.part)
            entry = self._entries.get(seal, each.part)
            if entry is None or not entry.alive(now):
                fresh = Entry(request.call.rule.seconds(each.ttl), now, request.ready_at)
                self._entries.keep(seal, each.part, fresh)
            elif request.call.rule.refreshed:
                entry.used_at = now
        return tuple(written.items())


def _near(request: Request, end: Prompt, part: Prompt, seen: int) -> bool:
    rule = request.call.rule
    if rule.readable is not None and seen > rule.readable:
        return False
    if rule.lookback is None:
        return True
    distance = end.steps - part.steps if rule.runs_count_once else end.depth - part.depth
    return distance < rule.lookback
