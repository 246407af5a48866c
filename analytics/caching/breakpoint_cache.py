"""Caches that hold what requests mark: Anthropic, Bedrock, Alibaba, and OpenAI from GPT-5.6 on.

A request writes at its breakpoints and reads the longest entry at or before one of them, as far back as its provider
looks. https://platform.claude.com/docs/en/build-with-claude/prompt-caching
"""

from collections.abc import Iterator, Sequence

from analytics.caching.entries import Entries, Entry
from analytics.caching.prompt import EMPTY, NOTHING, Prefix, Prompt
from analytics.caching.requests import MODELS_OWN, Breakpoint, Found, Request

# A breakpoint and the tokens before it.
type Sized = tuple[Breakpoint, int]

UNREAD = Found(NOTHING, 0)


class BreakpointCache:
    """Writes are reported by lifetime, since they are billed."""

    def __init__(self) -> None:
        self._entries = Entries()

    def use(self, request: Request) -> Found:
        """What the cache has of this request, which it then keeps."""
        ruler, least = request.ruler, max(request.call.rule.minimum, 1)
        sized = ((each, ruler.at(each.part)) for each in request.breakpoints)
        marked = [(each, tokens) for each, tokens in sized if tokens >= least]
        found = self._find(request, marked)
        return Found(found.part, found.read, self._write(request, marked, found.read), found.stale_s, found.distant)

    def _find(self, request: Request, marked: Sequence[Sized]) -> Found:
        missed = UNREAD
        for each, _ in reversed(marked):
            found = self._before(request, each.part)
            if found.part.depth:
                return found
            stale_s = missed.stale_s if found.stale_s is None else found.stale_s
            missed = Found(NOTHING, 0, (), stale_s, missed.distant or found.distant)
        return missed

    def _before(self, request: Request, end: Prompt) -> Found:
        """The longest live entry in sight of a breakpoint; behind that, one entry more, which tells why it missed."""
        now, stale_s = request.call.started_at, None
        for part, seen, entry in self._looked_at(request, end):
            near = _near(request, end, part, seen)
            if entry.alive(now) and near:
                return self._read(request, part, entry)
            if not near:
                return Found(NOTHING, 0, (), stale_s, entry.alive(now))
            if stale_s is None and entry.ready_at <= now:
                stale_s = now - entry.used_at
        return UNREAD if stale_s is None else Found(NOTHING, 0, (), stale_s)

    def _read(self, request: Request, part: Prompt, entry: Entry) -> Found:
        if request.call.rule.refreshed:
            entry.used_at = request.call.started_at
        return Found(part, request.ruler.at(part))

    def _looked_at(self, request: Request, end: Prompt) -> Iterator[tuple[Prompt, int, Entry]]:
        """The entries before a breakpoint, each with how many beginnings were looked at up to it."""
        entries, seals, preamble, seen = self._entries, request.seals, end.preamble, 0
        history: Prefix | None = end.history
        if not entries.any_after(seals.history, preamble):
            history = EMPTY
        while history and history.depth:
            seen += history.kind not in MODELS_OWN
            entry = entries.get(seals.history, preamble, history)
            if entry:
                yield Prompt(preamble, history), seen, entry
            history = history.parent
        front: Prefix | None = preamble
        while front and front.depth:
            seen += front.kind not in MODELS_OWN
            part = Prompt(front, EMPTY)
            entry = entries.get(seals.at(part), front, EMPTY)
            if entry:
                yield part, seen, entry
            front = front.parent

    def _write(self, request: Request, marked: Sequence[Sized], read: int) -> tuple[tuple[str, int], ...]:
        now, covered = request.call.started_at, read
        written: dict[str, int] = {}
        for each, tokens in marked:
            if tokens > covered:
                written[each.ttl or ""] = written.get(each.ttl or "", 0) + tokens - covered
                covered = tokens
            seal = request.seals.at(each.part)
            entry = self._entries.get(seal, *each.part)
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
