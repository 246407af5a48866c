"""The search for cyclic garbage, put off while something is made that stays: each search walks all of it in vain.

What was made meanwhile is left out of the searches that follow, too, but for a whole one now and then.
https://docs.python.org/3/library/gc.html#gc.freeze
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Final

# How many times something is made until all of it is searched once.
SEARCHED_EVERY: Final = 32
_made = count(1)


@contextmanager
def no_search() -> Iterator[None]:
    """Python does not search meanwhile, in any thread. What is in no cycle is freed as ever."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            _settle()
            gc.enable()


def _settle() -> None:
    if next(_made) % SEARCHED_EVERY:
        gc.freeze()
    else:
        gc.unfreeze()
        gc.collect()
