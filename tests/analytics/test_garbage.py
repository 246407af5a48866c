"""The search for cyclic garbage is put off, and goes on afterwards as before."""

import gc
import weakref

import pytest

from analytics.garbage import SEARCHED_EVERY, no_search


def test_the_search_goes_on_afterwards_also_after_an_error() -> None:
    with no_search():
        assert not gc.isenabled()
    with pytest.raises(ValueError, match="broken"), no_search():
        raise ValueError("broken")
    assert gc.isenabled()


def test_one_who_does_not_search_does_not_begin_to() -> None:
    gc.disable()
    try:
        with no_search():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()


class Ring:
    """Refers to itself, so that only a search frees it."""

    def __init__(self) -> None:
        self.ring = self


def test_what_was_made_is_searched_all_at_once_now_and_then() -> None:
    with no_search():
        ring = weakref.ref(Ring())
    for _ in range(SEARCHED_EVERY):
        with no_search():
            pass
    assert ring() is None
