"""End what takes too long, so that a slow answer gets a sentence and not a kernel that is killed."""

import _thread
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class TooSlow(Exception):
    """A block took longer than it had."""


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Run a block for at most so many seconds of wall-clock time.

    The block is interrupted as by Ctrl-C, which works on every system, but only in the main thread and only between
    two Python instructions; in another thread there is no limit.

    Raises:
        TooSlow: the time was up.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    time_is_up = threading.Event()

    def interrupt() -> None:
        time_is_up.set()
        _thread.interrupt_main()

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except KeyboardInterrupt:
        if time_is_up.is_set():
            raise TooSlow from None
        raise
    finally:
        timer.cancel()
        with suppress(KeyboardInterrupt):  # one that was on its way when the block ended
            if time_is_up.is_set():
                time.sleep(0.05)
