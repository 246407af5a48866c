"""What the ledger takes from a call when it is read: its own facts, about no other call. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.chaining import Chain
from analytics.dialects.exchange import ResponseReading
from analytics.ledger.composition import KINDS, NO_COUNTS, Counts, counts_of
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
    spoken = chain.spoken
    return Meter(
        prompt_tokens=prompt_tokens(response.usage, response.details),
        looped=looped(response),
        request=_counts(chain, (*chain.preamble, *chain.history)),
        echo=_counts(chain, chain.history[spoken.echo_at : spoken.echo_at + spoken.echo_blocks]),
        reply=_counts(chain, chain.reply),
    )


def _counts(chain: Chain, hashes: Sequence[bytes]) -> Counts:
    found = (chain.blocks[digest] for digest in hashes)
    return counts_of((measured.block.kind, measured.tokens) for measured in found)
