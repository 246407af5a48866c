"""Why a cache missed: what had been sent before, and which of the provider's rules kept it from being read."""

from analytics.caching.call import Call, Miss
from analytics.caching.prompt import Prompt
from analytics.caching.requests import Found, Request, Seal
from analytics.caching.trails import Forest, Use


class Memory:
    """All that was sent so far, whatever model and key it was sent under."""

    def __init__(self) -> None:
        self._sent = Forest()
        # While all of it was sent under one seal, both are the same.
        self._own: dict[Seal, Forest] = {}
        self._calls: dict[str, Request] = {}

    def remember(self, request: Request) -> None:
        """A request that was sent."""
        call, seal = request.call, request.seals.history
        if not self._own:
            self._own[seal] = self._sent
        elif seal not in self._own and len(self._own) == 1:
            self._part()
        self._sent.use(call.prompt, call.started_at, call)
        own = self._own.setdefault(seal, Forest())
        if own is not self._sent:
            own.use(call.prompt, call.started_at, call)
        self._calls[call.call_id] = request

    def _part(self) -> None:
        """A second seal comes: what was sent under the first one is kept by itself from now on."""
        [first] = self._own
        own = self._own[first] = Forest()
        for request in self._calls.values():
            own.use(request.call.prompt, request.call.started_at, request.call)

    def explain(self, request: Request, found: Found) -> tuple[int, Miss | None]:
        """The tokens of the longest beginning that was sent before, and why not all of them were read."""
        sent = self._sent.deepest(request.call.prompt)
        reusable = request.ruler.at(sent) if sent.depth else 0
        if request.call.rule.family == "none":
            return reusable, None
        break_ = self._break(request)
        if found.part.depth >= sent.depth:
            return reusable, break_ or (None if sent.depth else Miss("cold"))
        rule = request.call.rule
        floor = reusable // rule.granularity * rule.granularity
        if floor < max(rule.minimum, 1):
            return reusable, break_ or Miss("short", reusable)
        return reusable, self._shortage(request, found, sent, floor - found.read)

    def _break(self, request: Request) -> Miss | None:
        """Where the prompt stops being its parent's, if it does."""
        parent = self._calls.get(request.call.parent_id or "")
        if parent is None:
            return None
        shared = request.call.prompt.shared(parent.call.prompt)
        if shared.depth == parent.call.prompt.depth:
            return None
        whole = min(parent.call.input_tokens, request.call.input_tokens)
        tokens = max(whole - request.ruler.at(shared), 0)
        return Miss("broken", tokens, shared.depth + 1, earlier_id=parent.call.call_id)

    def _shortage(self, request: Request, found: Found, sent: Prompt, tokens: int) -> Miss | None:
        if tokens <= 0:
            return None
        forest = self._own.get(request.seals.history)
        own = sent if forest is self._sent else forest.deepest(request.call.prompt) if forest else None
        if forest is None or own is None or own.depth < sent.depth:
            use = self._sent.latest(sent)
            return self._foreign(request, use, tokens) if use else Miss("cold", tokens)
        use = forest.latest(own)
        return _unread(request, found, use, tokens) if use else Miss("cold", tokens)

    def _foreign(self, request: Request, use: Use, tokens: int) -> Miss:
        """It had been sent under another model, key or parameter only."""
        theirs = self._calls[use.call.call_id].seals.pairs
        names = [name for (name, value) in request.seals.pairs if (name, value) not in theirs]
        name = names[0] if names else "model"
        earlier = use.call.call_id
        match name:
            case "model":
                return Miss("other_model", tokens, detail=use.call.model, earlier_id=earlier)
            case "cache_key":
                return Miss("other_key", tokens, detail=use.call.cache_key, earlier_id=earlier)
        return Miss("parameter", tokens, detail=name, earlier_id=earlier)


def _unread(request: Request, found: Found, use: Use, tokens: int) -> Miss:
    """It had been sent in the very same way."""
    call, earlier = request.call, use.call
    if call.started_at < (earlier.started_at if earlier.ready_at is None else earlier.ready_at):
        return Miss("unready", tokens, earlier_id=earlier.call_id)
    ttl_s, seconds = call.rule.seconds(request.ttl), call.started_at - use.at
    if call.rule.family == "prefix":
        return Miss("expired", tokens, seconds=seconds, ttl_s=ttl_s, earlier_id=earlier.call_id)
    if found.distant:
        return Miss("lookback", tokens, earlier_id=earlier.call_id)
    if found.stale_s is not None:
        return Miss(
            "expired", tokens, seconds=found.stale_s, ttl_s=_lifetime(call, request), earlier_id=earlier.call_id
        )
    return Miss("unmarked", tokens, earlier_id=earlier.call_id)


def _lifetime(call: Call, request: Request) -> float | None:
    ttl = request.breakpoints[-1].ttl if request.breakpoints else request.ttl
    return call.rule.seconds(ttl)
