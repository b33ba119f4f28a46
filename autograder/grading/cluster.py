"""Where submissions are worked on: worker processes of this machine, or those of a Dask scheduler elsewhere.

Workers never see the gradebook. Other users of a shared machine cannot reach them: connections are encrypted, and both
sides show a certificate (https://distributed.dask.org/en/stable/tls.html).
"""

import contextlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dask
from distributed import Client, Future, LocalCluster, fire_and_forget
from distributed.security import Security

from .problems import CourseError
from .ready import get_ready
from .version import version

THREADS = 3  # submissions at once per worker: each mostly waits for its kernel

_ATTEMPTS = 3
_SECONDS = 15  # to reach a scheduler
_SETTINGS = {
    "distributed.scheduler.allowed-failures": 2,  # a submission on which workers die is not tried for ever
    "distributed.worker.daemon": True,
    "distributed.worker.profile.enabled": False,  # nobody looks at it, nor at these, which are taken very often
    "distributed.scheduler.http.routes": [],  # which would show anybody on this machine, without encryption
    "distributed.worker.http.routes": [],
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.tick.interval": "1s",
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


@contextlib.contextmanager
def here(number: int, log: Path, warm: list[str]) -> Iterator[Workers]:
    """Workers of this machine, started for this.

    Args:
        number: how many worker processes.
        log: a file for what they write to stderr.
        warm: addresses of warm processes that have been started for them.

    Raises:
        CourseError: they do not start.
    """
    with (
        dask.config.set(_SETTINGS),
        _local(number) as cluster,
        contextlib.closing(Client(cluster, direct_to_workers=True)) as client,
    ):
        yield _getting_ready(Workers(client, []), log, warm)


@contextlib.contextmanager
def elsewhere(scheduler: str) -> Iterator[Workers]:
    """The workers of a scheduler, wherever they are.

    Args:
        scheduler: its address, as tls://host:8786; the certificates are those that Dask's own configuration names
            (distributed.comm.tls).

    Raises:
        CourseError: there is no scheduler at the address, it cannot be trusted, or it has no workers with this version
            of the package.
    """
    with dask.config.set(_SETTINGS), contextlib.closing(_reached(scheduler)) as client:
        yield _getting_ready(_with_this_version(client, scheduler))


def _getting_ready(crew: Workers, log: Path | None = None, warm: Iterable[str] = ()) -> Workers:
    for one, address in itertools.zip_longest(crew.addresses, warm):
        if one:
            fire_and_forget(crew.submit(get_ready, log, address, worker=one))
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
                scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},  # alone, None is port 8787
                memory_limit=0,  # kernels are limited by themselves
            )
    raise CourseError("Worker processes end while they start: see that there is memory left, and grade again.")


def _reached(address: str) -> Client:
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
