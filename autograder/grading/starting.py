"""Begin to start workers, which takes seconds, and leave time for other things.

Their warm processes take longest, and begin first: so nothing else is imported here before they run.
"""

import concurrent.futures
import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .sandbox import available
from .warm.process import processes

if TYPE_CHECKING:
    from .cluster import Workers


@dataclass(frozen=True)
class Starting:
    """Workers that are being started; `local`: on this machine, by this process."""

    local: bool
    _started: concurrent.futures.Future
    _end: Callable[[], None]

    def wait(self) -> "Workers":
        """The workers, once they are there. Raises what `cluster.workers` does."""
        return self._started.result()

    def leave(self) -> None:
        """Begin to end what was started here: there is no more work for it."""
        self._end()


@contextlib.contextmanager
def starting(
    number: int | None = None, scheduler: str | None = None, *, log: Path, sandboxed: bool = True
) -> Iterator[Starting]:
    """Workers for submissions.

    Args:
        number: how many worker processes to start here; by default one for two cores, since kernels need the others.
        scheduler: the address of a scheduler to use instead, as tls://host:8786; the certificates are those that Dask's
            own configuration names (distributed.comm.tls).
        log: a file for what workers of this machine write to stderr.
        sandboxed: whether kernels are to be in a sandbox.
    """
    number = number or max(1, (os.cpu_count() or 1) // 2)
    ahead = number if scheduler is None and sandboxed and available.may_be_warm() else 0
    with (
        processes(ahead, log) as addresses,
        contextlib.ExitStack() as stack,
        concurrent.futures.ThreadPoolExecutor(1) as thread,
    ):
        started = thread.submit(_start, stack, number, scheduler, log, addresses)
        yield Starting(scheduler is None, started, lambda: thread.submit(stack.close))


def _start(stack: contextlib.ExitStack, number: int, scheduler: str | None, log: Path, warm: list[str]) -> "Workers":
    from . import cluster

    return stack.enter_context(cluster.elsewhere(scheduler) if scheduler else cluster.here(number, log, warm))
