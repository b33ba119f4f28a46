"""Work that takes too long is ended; work that does not is left alone."""

import contextlib
import subprocess
import sys
import threading
import time

import pytest

from autograder.probing import patience
from autograder.probing.patience import TooSlow, within


def forever() -> None:
    began = time.monotonic()
    while time.monotonic() < began + 20:
        pass


def test_work_that_takes_too_long_is_ended():
    began = time.monotonic()
    with pytest.raises(TooSlow):
        within(0.1, forever)
    assert time.monotonic() - began < 10


def test_quick_work_is_left_alone():
    assert within(0.05, lambda: "done") == "done"
    time.sleep(0.1)
    assert "patience" not in {thread.name for thread in threading.enumerate()}


def test_time_in_which_a_busy_machine_had_no_processor_does_not_count(monkeypatch):
    queued = iter([1.0, 1.3])  # before, and after the first tenth of a second
    monkeypatch.setattr(patience, "_queued", lambda number: next(queued, 1.3))

    def lasting(seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass
        return "done"

    assert within(0.1, lambda: lasting(0.25)) == "done"
    with pytest.raises(TooSlow):
        within(0.1, lambda: lasting(20))


def test_what_sleeps_has_no_more_time_than_what_works():
    began = time.monotonic()
    with pytest.raises(TooSlow):
        within(0.1, lambda: [time.sleep(0.01) for _ in range(2000)])
    assert time.monotonic() - began < 10


def interrupted() -> None:
    raise KeyboardInterrupt


def test_ctrl_c_stays_ctrl_c():
    with pytest.raises(KeyboardInterrupt):
        within(60, interrupted)


def test_it_holds_in_any_thread_and_where_ctrl_c_is_ignored():
    code = (
        "import signal, threading; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from autograder.probing.patience import TooSlow, within\n"
        "def forever():\n    while True: pass\n"
        "def work():\n    try: within(0.1, forever)\n    except TooSlow: print('ended')\n"
        "work(); thread = threading.Thread(target=work); thread.start(); thread.join()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["ended", "ended"]


def test_work_that_catches_everything_once_is_ended_the_second_time(monkeypatch):
    monkeypatch.setattr(patience, "_AGAIN", 0.1)
    caught: list[BaseException] = []

    def stubborn() -> None:
        try:
            forever()
        except BaseException as error:
            caught.append(error)
        forever()

    with pytest.raises(TooSlow):
        within(0.1, stubborn)
    assert len(caught) == 1


def test_nothing_comes_late():
    for _ in range(300):
        with contextlib.suppress(TooSlow):
            within(0.0005, lambda: time.sleep(0.0005))
        sum(range(100))
