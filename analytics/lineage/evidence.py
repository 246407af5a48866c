"""Evidence: what two exchanges have in common. Every function compares facts, and looks at nothing else."""

from datetime import datetime, timedelta

from analytics.lineage.facts import Facts
from analytics.lineage.keys import unique_refs

# A clock that is a little off, between two proxies.
SLACK = timedelta(seconds=1)
# A reply this long is nobody else's, if something else agrees; one this long by itself.
TELLING = 80
UNMISTAKABLE = 400
# An opening that is repeated this soon is the same call once more; later it is somebody else asking the same.
AT_ONCE = timedelta(seconds=2)
AFTER_FAILURE = timedelta(minutes=10)
AFTER_ALL = timedelta(hours=1)


def hinted(x: Facts, y: Facts) -> int:
    """1 where the client says both are one session, -1 where it or the login says they are not, else 0."""
    pairs = ((x.app, y.app), (x.team, y.team), (x.user_name, y.user_name), (x.session_hint, y.session_hint))
    if any(a and b and a != b for a, b in pairs):
        return -1
    return int(bool(x.session_hint and y.session_hint))


def exact(x: Facts, y: Facts) -> bool:
    """Whether x's history is y's whole history, then y's reply, then what is new."""
    node = y.spoken.reply_node
    return node is not None and node in (x.spoken.echo_node, x.spoken.open_node)


def referred(x: Facts, y: Facts) -> int:
    """1 where x's echo has the ids of y's calls, -1 where both have ids and they differ, else 0."""
    echoed, replied = unique_refs(x.spoken.echo_refs), unique_refs(y.reply_refs)
    if echoed & replied:
        return 1
    return -1 if echoed and replied else 0


def replied(x: Facts, y: Facts) -> bool:
    """Whether the last thing said in x's history is y's reply."""
    return x.spoken.echo_key is not None and x.spoken.echo_key == y.spoken.reply_key


def verbatim(x: Facts, y: Facts) -> bool:
    """Whether y's reply came back to the letter, with its thinking."""
    return x.spoken.echo_whole is not None and x.spoken.echo_whole == y.spoken.reply_whole


def begun(x: Facts, y: Facts) -> int:
    """How long the text that follows y's whole history in x is y's reply: 0 where it is not, else up to 7."""
    return len({*x.spoken.echo_heads} & {*y.spoken.reply_heads})


def answered(x: Facts, y: Facts) -> bool:
    """Whether y's reply answers the very block that x's echo comes after."""
    return x.spoken.echo_before is not None and x.spoken.echo_before == y.spoken.last_block


def answered_alike(x: Facts, y: Facts) -> bool:
    """Whether y's reply answers a block much like the one that x's echo comes after, and not long ago."""
    return not {*x.spoken.before_heads}.isdisjoint(y.spoken.last_heads) and gap(x, y) <= AFTER_ALL


def out_of_state(x: Facts, y: Facts) -> bool:
    """Whether x may hold in full what y left to the server: then y sent just the message that it answers."""
    return y.state_ref is not None and x.state_ref is None and answered(x, y) and gap(x, y) <= AFTER_ALL


def opened(x: Facts, y: Facts) -> bool:
    """Whether both histories begin with the same block."""
    return x.spoken.first_block is not None and x.spoken.first_block == y.spoken.first_block


def instructed(x: Facts, y: Facts) -> bool:
    """Whether both have the same tools and instructions, and any."""
    return x.spoken.preamble_blocks > 0 and x.preamble_hash == y.preamble_hash


def said_before(x: Facts, y: Facts) -> bool:
    """Whether the run before x's echo is also the last one of y's history."""
    return x.spoken.prior_key is not None and x.spoken.prior_key == y.spoken.echo_key


def shared_nodes(x: Facts, y: Facts) -> bool:
    """Whether both histories went the same way up to something that the assistant said."""
    return not {*x.nodes}.isdisjoint((*y.nodes, y.spoken.echo_node))


def ended(x: Facts, y: Facts) -> bool:
    """Whether y was over when x began; an exchange that repeats y's reply began after it."""
    return y.ended_at is None or y.ended_at <= x.started_at + SLACK


def gap(x: Facts, y: Facts) -> timedelta:
    """The time from y to x: from y's end, where that was before x."""
    return x.started_at - _end(x, y)


def _end(x: Facts, y: Facts) -> datetime:
    return y.ended_at if y.ended_at is not None and y.ended_at <= x.started_at else y.started_at


def repeated(x: Facts, y: Facts) -> bool:
    """Whether x is y's request once more.

    Different conversations open alike, so that an opening must come at once, or after a call that did not end well.
    """
    if (x.prefix_hash, x.preamble_hash, x.state_ref) != (y.prefix_hash, y.preamble_hash, y.state_ref):
        return False
    if hinted(x, y) < 0 or not x.history_blocks:
        return False
    if x.spoken.runs or x.state_ref:
        return gap(x, y) <= AFTER_ALL
    return _at_once(x, y)


def repeated_at_once(x: Facts, y: Facts) -> bool:
    """Whether x is y's request once more, right after it or after it failed."""
    return repeated(x, y) and _at_once(x, y)


def _at_once(x: Facts, y: Facts) -> bool:
    return gap(x, y) <= (AT_ONCE if y.well else AFTER_FAILURE)


def unheard(x: Facts, y: Facts) -> bool:
    """Whether x, which begins with y's whole opening, may go on from it without y's reply: many open alike."""
    if hinted(x, y) > 0 or not y.well:
        return True
    return instructed(x, y) and y.spoken.history_bytes >= TELLING and gap(x, y) <= AFTER_FAILURE


def follows(x: Facts, y: Facts) -> bool:
    """Whether x's history passes y's reply."""
    node = y.spoken.reply_node
    return node is not None and (node == x.spoken.echo_node or node in x.nodes)


def convincing(x: Facts, y: Facts) -> bool:
    """Whether y's reply at the end of x's history is enough to take y for the parent."""
    if exact(x, y):
        return hinted(x, y) >= 0 or y.spoken.runs > 0 or y.spoken.reply_weight >= TELLING
    if hinted(x, y) < 0:
        return False
    if referred(x, y) > 0:
        return True
    return replied(x, y) and referred(x, y) == 0 and _supported(x, y)


def _supported(x: Facts, y: Facts) -> bool:
    """Whether something else agrees beside the reply. A short reply ("Done.") needs more than a long one."""
    weight = y.spoken.reply_weight
    if shared_nodes(x, y) or weight >= UNMISTAKABLE:
        return True
    around = (answered(x, y) or answered_alike(x, y)) + said_before(x, y) + (hinted(x, y) > 0) + out_of_state(x, y)
    beside = opened(x, y) + instructed(x, y)
    return around >= 2 or (around + beside >= (1 if weight >= TELLING else 2) and (around > 0 or weight >= TELLING))


type Rank = tuple[bool, int, bool, bool, int, bool, bool, bool, bool, bool, bool]


def rank(x: Facts, y: Facts) -> Rank:
    """How strong the evidence is that x continues y, the strongest kind first."""
    return (
        exact(x, y),
        referred(x, y),
        replied(x, y),
        verbatim(x, y),
        hinted(x, y),
        ended(x, y),
        shared_nodes(x, y),
        said_before(x, y),
        answered(x, y),
        instructed(x, y),
        opened(x, y),
    )
