"""What the ledger takes from a call when it is read: its own facts, about no other call. Pure."""

from dataclasses import dataclass

from analytics.chaining import Chain
from analytics.dialects.exchange import ResponseReading
from analytics.ledger.composition import KINDS, NO_COUNTS, Counts, counts_of, plus
from analytics.ledger.prompt import looped, prompt_tokens

MEDIA = KINDS.index("media")


@dataclass(frozen=True, slots=True)
class Meter:
    """One row of `meters`: the request's, its echo's and the reply's blocks as counts by kind.

    `prompt_tokens` is what the request itself came to, `looped` whether that cannot be told; see `prompt.py`.
    """

    prompt_tokens: int | None = None
    looped: bool = False
    request: Counts = NO_COUNTS
    echo: Counts = NO_COUNTS
    reply: Counts = NO_COUNTS

    @property
    def text_only(self) -> bool:
        """Whether neither side holds an image, a document or audio."""
        return not self.request[MEDIA] and not self.reply[MEDIA]


def meter_of(chain: Chain, response: ResponseReading) -> Meter:
    """The meter of a call that a dialect has read."""
    history, start = chain.history, chain.spoken.echo_at
    echo = slice(start, start + chain.spoken.echo_blocks)
    kinds = (block.kind for block in history.blocks[echo])
    return Meter(
        prompt_tokens=prompt_tokens(response.usage, response.details),
        looped=looped(response),
        request=plus(chain.preamble.counts, history.counts),
        echo=counts_of(zip(kinds, history.tokens[echo], strict=True)),
        reply=chain.reply.counts,
    )
