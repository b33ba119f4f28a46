"""End what takes too long, so that a slow answer gets a sentence and not a kernel that is killed."""

import ctypes
import threading
import time
from collections.abc import Callable
from typing import TypeVar

_AGAIN = 1.0  # seconds until work that caught the exception gets it once more

Outcome = TypeVar("Outcome")


class TooSlow(BaseException):
    """Work took longer than it had. Not an Exception, which an answer may well catch."""


def within(seconds: float, work: Callable[[], Outcome]) -> Outcome:
    """Do some work within so many seconds; gives what it returns.

    What counts is wall-clock time, but not that in which a busy machine had no processor for it (Linux tells).
    It is ended between two Python instructions of its thread, on every system and whatever became of its signals (a
    process in the background may ignore Ctrl-C).

    Raises:
        TooSlow: the time was up.
    """
    thread, over = threading.get_ident(), threading.Event()

    number, began = threading.get_native_id(), time.monotonic()
    queued_before = _queued(number)

    def watch() -> None:
        wait = seconds
        while not over.wait(wait):
            wait = began + seconds + _queued(number) - queued_before - time.monotonic()
            if wait <= 0:
                _raise(thread, TooSlow)
                wait = _AGAIN

    watcher = threading.Thread(target=watch, daemon=True, name="patience")
    try:
        watcher.start()
        return work()
    finally:
        while True:  # once more, if an exception arrives here
            try:
                over.set()
                watcher.join()
                for _ in range(1000):  # one that is still on its way arrives now, and not in what comes after
                    pass
                break
            except TooSlow:
                continue


def _queued(number: int) -> float:
    """Seconds for which a thread of this process could have run but had no processor; 0 where nobody counts them."""
    try:
        with open(f"/proc/self/task/{number}/schedstat") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def _raise(thread: int, error: type[BaseException]) -> None:
    """Raise an error in a thread as soon as it runs Python code again."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error))
