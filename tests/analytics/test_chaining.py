"""What came lately is remembered, and that does not show in the chains."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.chaining import Chain, Chainer
from analytics.dialects.exchange import Block, RequestReading, ResponseReading
from analytics.hashing import Hasher
from tests.analytics.chats import KEY

# The very same objects come again and again, as those of messages that are recalled do; two of them are equal.
BLOCKS = (
    Block("user", "user", "What is the capital of Norway?"),
    Block("user", "user", "What is the capital of Norway?"),
    Block("assistant", "assistant", "Oslo."),
    Block("assistant", "tool_call", '{"arguments":{},"name":"look"}', "call_1"),
    Block("tool", "tool_result", "", "call_1"),
    Block("user", "image", '{"sha256":"ab"}', size=3000),
    Block("system", "system", "Be brief."),
)
SOME = st.lists(st.sampled_from(BLOCKS), max_size=8).map(tuple)
CALLS = st.lists(st.tuples(SOME, SOME, SOME), max_size=8)


def chained(chainer: Chainer, call: tuple[tuple[Block, ...], ...]) -> Chain:
    preamble, history, reply = call
    return chainer.chain(RequestReading(preamble=preamble, history=history), ResponseReading(reply=reply))


@given(CALLS)
@settings(deadline=None)  # the first count loads the encoding
def test_chains_are_the_same_with_and_without_a_memory(calls: list[tuple[tuple[Block, ...], ...]]) -> None:
    chainer = Chainer(Hasher(KEY))
    for call in calls:
        remembering, forgetful = chained(chainer, call), chained(Chainer(Hasher(KEY)), call)
        assert forgetful.familiar == 0
        assert remembering.fresh <= forgetful.fresh
        assert replace(remembering, familiar=0, fresh=forgetful.fresh) == forgetful


@given(CALLS)
@settings(deadline=None)  # the first count loads the encoding
def test_what_is_familiar_came_before(calls: list[tuple[tuple[Block, ...], ...]]) -> None:
    chainer = Chainer(Hasher(KEY))
    seen: set[bytes] = set()
    for call in calls:
        chain = chained(chainer, call)
        assert seen.issuperset(chain.prefixes[: chain.familiar])
        seen.update(chain.prefixes)


def test_a_history_that_grows_is_familiar_as_far_as_it_came_before() -> None:
    chainer = Chainer(Hasher(KEY))
    chained(chainer, ((), BLOCKS[:3], ()))
    assert chained(chainer, ((), BLOCKS[:6], ())).familiar == 3


def test_a_text_is_fresh_until_it_came() -> None:
    chainer = Chainer(Hasher(KEY))
    long = Block("user", "user", "word " * 1000)
    assert chained(chainer, ((), BLOCKS[:2], (long,))).fresh > 5000
    assert 0 < chained(chainer, ((), (*BLOCKS[:2], long, BLOCKS[2]), ())).fresh < 1000
