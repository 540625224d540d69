"""What follows many changes follows once."""

import pytest

from workbench.batches import once, one_batch


def test_outside_a_batch_it_happens_at_once():
    told = []
    once("a", lambda: told.append("a"))
    once("a", lambda: told.append("a"))
    assert told == ["a", "a"]


def test_in_a_batch_it_happens_once_for_each_key_at_the_end():
    told = []
    with one_batch():
        for name in "abab":
            once(name, lambda name=name: told.append(name))
        with one_batch():
            once("a", lambda: told.append("a"))
        assert told == []
    assert told == ["a", "b"]


def test_an_error_drops_it_and_ends_the_batch():
    told = []
    with pytest.raises(ZeroDivisionError), one_batch():
        once("a", lambda: told.append("a"))
        raise ZeroDivisionError
    assert told == []
    once("b", lambda: told.append("b"))
    assert told == ["b"]
