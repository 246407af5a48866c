"""The search for cyclic garbage is put off, and goes on afterwards as before."""

import gc

import pytest

from analytics.garbage import no_search


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
