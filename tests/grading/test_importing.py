"""Importing without collecting garbage."""

import gc
from importlib import import_module

import pytest

from autograder.grading.importing import importing


def test_no_garbage_is_collected_meanwhile_and_afterwards_it_is_again():
    with importing():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_an_import_that_fails_leaves_it_as_it_was():
    with pytest.raises(ModuleNotFoundError), importing():
        import_module("no_such_module")
    assert gc.isenabled()


def test_what_has_been_imported_is_not_looked_through_again():
    with importing():
        kept = [[] for _ in range(100)]
    assert gc.get_freeze_count() >= len(kept)
    gc.unfreeze()
