"""A block that takes too long is ended; one that does not is left alone."""

import threading
import time

import pytest

from autograder.probing.patience import TooSlow, patience


def test_a_block_that_takes_too_long_is_ended():
    began = time.monotonic()
    with pytest.raises(TooSlow), patience(0.1):
        _spin(until=began + 20)
    assert time.monotonic() - began < 10


def test_a_quick_block_is_left_alone():
    with patience(0.05):
        done = True
    time.sleep(0.1)
    assert done
    assert not [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]


def test_ctrl_c_stays_ctrl_c():
    with pytest.raises(KeyboardInterrupt), patience(60):
        raise KeyboardInterrupt


def test_in_another_thread_there_is_no_limit():
    done = []

    def work() -> None:
        with patience(0.01):
            time.sleep(0.05)
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done


def _spin(until: float) -> None:
    while time.monotonic() < until:
        pass
