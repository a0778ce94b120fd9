"""The child of a fault test: whatever lives in the process of the tests, and however it hangs."""

import os
import threading

import pytest

from tests.faults import forked
from tests.faults.forked import BROKE, ENDED, Child
from tests.faults.work import hang, stand_alone


def test_child_has_nothing_of_the_process_of_the_tests(kept_database):
    over = threading.Event()
    thread = threading.Thread(target=over.wait)
    thread.start()
    try:
        assert Child("", stand_alone, os.getpid()).wait() == ENDED
    finally:
        over.set()
        thread.join()


def test_child_that_hangs_fails_its_test_and_is_gone(kept_database, monkeypatch):
    monkeypatch.setattr(forked, "_PATIENCE", 0.2)
    child = Child("", hang)

    with pytest.raises(AssertionError, match="still at work"):
        child.wait()

    assert not Child.living


def test_child_that_cannot_work_is_no_success(kept_database):
    assert Child("", stand_alone).wait() == BROKE
