"""What a worker does before its first submission comes, so that this one need not wait for it."""

import contextlib
import os
import threading
from importlib import import_module
from pathlib import Path

from .importing import importing

_IMPORTED = ("autograder.grading.work", "autograder.grading.execute", "autograder.grading.verify")


def get_ready(log: Path | None = None, warm: str | None = None) -> None:
    """Have a warm process, and import meanwhile what judging takes. Errors are left to the first submission.

    Args:
        log: a file of this machine for what this process and its kernels write to stderr from now on.
        warm: the address of a warm process that has been started; by default, one is started.
    """
    if log is not None:
        with contextlib.suppress(OSError), log.open("a") as file:
            os.dup2(file.fileno(), 2)
    warming = threading.Thread(target=_warm, args=(warm,))
    warming.start()
    with importing(), contextlib.suppress(Exception):
        for name in _IMPORTED:
            import_module(name)
    warming.join()


def _warm(address: str | None) -> None:
    from .sandbox import available
    from .warm.client import warm_process

    with contextlib.suppress(Exception):
        if available.kind() == available.WARM:
            warm_process().start(address)
