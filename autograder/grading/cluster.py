"""Where submissions are worked on: worker processes of this machine, or those of a Dask scheduler elsewhere.

Workers never see the gradebook. Other users of a shared machine cannot reach them: connections are encrypted, and both
sides show a certificate (https://distributed.dask.org/en/stable/tls.html).
"""

import concurrent.futures
import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dask
from distributed import Client, Future, LocalCluster, fire_and_forget
from distributed.security import Security

from .problems import CourseError
from .ready import get_ready
from .version import version

THREADS = 4  # submissions at once per worker: each mostly waits for its kernel

_ATTEMPTS = 3
_SECONDS = 15  # to reach a scheduler
_SETTINGS = {
    "distributed.scheduler.allowed-failures": 2,  # a submission on which workers die is not tried for ever
    "distributed.worker.daemon": True,
    "distributed.admin.large-graph-warning-threshold": "1GB",
    "distributed.comm.timeouts.connect": f"{_SECONDS}s",
}


@dataclass(frozen=True)
class Workers:
    """Workers that have this version of the package, by a client of their scheduler. `others` are the addresses of
    those that have not: they get nothing to do."""

    client: Client
    others: list[str]

    @property
    def addresses(self) -> list[str]:
        """Those that there are now."""
        return [one for one in self.client.scheduler_info(n_workers=-1)["workers"] if one not in self.others]

    @property
    def slots(self) -> int:
        """How many submissions they work on at once."""
        return sum(threads for one, threads in self.client.nthreads().items() if one not in self.others)

    def submit(self, function: Callable, *arguments: object, worker: str | None = None) -> Future:
        """Have one of them, or a certain one, call a function."""
        these = [worker] if worker else self.addresses if self.others else None
        return self.client.submit(function, *arguments, workers=these, pure=False)


@dataclass(frozen=True)
class Starting:
    """Workers that are being started; `local`: on this machine, by this process."""

    local: bool
    _started: concurrent.futures.Future

    def wait(self) -> Workers:
        """The workers, once they are there. Raises what `workers` does."""
        return self._started.result()


@contextlib.contextmanager
def starting(number: int | None, scheduler: str | None, log: Path) -> Iterator[Starting]:
    """Begin to start `workers`, which takes seconds, and leave time for other things; the arguments are the same."""
    with contextlib.ExitStack() as stack, concurrent.futures.ThreadPoolExecutor(1) as thread:
        yield Starting(scheduler is None, thread.submit(lambda: stack.enter_context(workers(number, scheduler, log))))


@contextlib.contextmanager
def workers(number: int | None, scheduler: str | None, log: Path) -> Iterator[Workers]:
    """Workers for submissions.

    Args:
        number: how many worker processes to start here; by default one for two cores, since kernels need the others.
        scheduler: the address of a scheduler to use instead, as tls://host:8786; the certificates are those that Dask's
            own configuration names (distributed.comm.tls).
        log: a file for what workers of this machine write to stderr.

    Raises:
        CourseError: workers do not start, or there is no scheduler at the address, it cannot be trusted, or has no
            workers with this version of the package.
    """
    with dask.config.set(_SETTINGS):
        if scheduler is None:
            with (
                _local(number or max(1, (os.cpu_count() or 1) // 2)) as cluster,
                contextlib.closing(Client(cluster)) as client,
            ):
                yield _getting_ready(Workers(client, []), log)
        else:
            with contextlib.closing(_elsewhere(scheduler)) as client:
                yield _getting_ready(_with_this_version(client, scheduler), None)


def _getting_ready(crew: Workers, log: Path | None) -> Workers:
    for one in crew.addresses:
        fire_and_forget(crew.submit(get_ready, log, worker=one))
    return crew


def _local(number: int) -> LocalCluster:
    for _ in range(_ATTEMPTS):
        with contextlib.suppress(RuntimeError):  # a worker ended while it started
            return LocalCluster(
                n_workers=number,
                threads_per_worker=THREADS,
                host="127.0.0.1",
                protocol="tls://",
                security=Security.temporary(),
                dashboard_address=None,
                worker_dashboard_address=None,
                memory_limit=0,  # kernels are limited by themselves
            )
    raise CourseError("Worker processes end while they start: see that there is memory left, and grade again.")


def _elsewhere(address: str) -> Client:
    if not address.startswith("tls://"):
        raise CourseError(
            f"{address} is no address of an encrypted scheduler: start it with certificates, and name it as "
            "tls://host:8786."
        )
    try:
        client = Client(address, security=Security(require_encryption=True), timeout=_SECONDS)
    except (OSError, TypeError, ValueError) as error:
        why = str(error).partition("\n")[0].rstrip(".") or type(error).__name__
        raise CourseError(
            f"The scheduler at {address} cannot be used ({why}): see that it runs, and that Dask's configuration "
            "(distributed.comm.tls) names its certificates; or leave out --scheduler."
        ) from None
    return client


def _with_this_version(client: Client, address: str) -> Workers:
    versions = client.run(version, on_error="return")
    if not versions:
        raise CourseError(f"The scheduler at {address} has no workers: start `dask worker {address}` somewhere.")
    found = Workers(client, [worker for worker, its in versions.items() if its != version()])
    if not found.addresses:
        raise CourseError(
            f"The workers of {address} have another version of this package, or none: install this one there, and "
            "start them again."
        )
    return found
