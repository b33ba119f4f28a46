"""What all processes of a kernel use together, as the first process of their namespace sees them."""

import os
from dataclasses import dataclass

from . import view
from .limits import Limits

_TICKS = os.sysconf("SC_CLK_TCK")
_MEMORY = ("RssAnon:", "RssShmem:", "VmSwap:")
_FAIR_MEMORY = ("Pss_Anon:", "Pss_Shmem:", "SwapPss:")  # the same, and of what several processes share, to each a part
_GRACE = 5  # seconds of processor time for a cell to end after it was interrupted


@dataclass(frozen=True)
class Used:
    """Bytes, seconds of processor time, and processes with their threads; the first process does not count."""

    memory: int
    cpu: float
    processes: int


class Usage:
    """Compares what is used with the limits.

    Args:
        kernel: the kernel's process, which has used nothing yet but what it shares with the warm process.
    """

    def __init__(self, kernel: int, limits: Limits) -> None:
        self._shared, self._limits = _status(kernel).memory, limits
        self._start = self.look().cpu
        self._before: float | None = self._start
        self._interrupted = False

    def look(self) -> Used:
        """What is used now. Of memory, what is the warm process's does not count. Processor time is also that of
        processes that have ended."""
        processes = _processes()
        seen = [_status(process) for process in processes]
        return Used(
            memory=self._memory(processes, sum(status.memory for status in seen)),
            cpu=sum(map(_cpu, processes)) + _cpu(1),
            processes=sum(status.threads for status in seen),
        )

    def _memory(self, processes: list[int], together: int) -> int:
        """The memory of these processes, which have so much together. What they share counts once, where that could
        matter: it takes milliseconds to find out, and only Linux knows which pages are still the warm process's."""
        if together - self._shared > self._limits.memory:
            together = sum(map(_fair_memory, processes))
        return max(0, together - self._shared)

    def begin_cell(self) -> None:
        """Count the next cell's processor time, from the next look on: to look at each cell takes too long."""
        self._before, self._interrupted = None, False

    def reached(self) -> str:
        """The name of a limit that was reached, or ""; "interrupt" if the cell is to be interrupted, which is once."""
        used, limits = self.look(), self._limits
        self._before = used.cpu if self._before is None else self._before
        cell = used.cpu - self._before
        if used.memory > limits.memory:
            return "memory"
        if used.processes > limits.processes:  # the kernel of Linux refuses them first, except to root
            return "processes"
        if _files() > limits.folder_files:  # where bubblewrap made the folder; elsewhere Linux refuses them first
            return "files"
        if used.cpu - self._start > limits.cpu or cell > limits.cell_cpu + _GRACE:
            return "time"
        if cell > limits.cell_cpu and not self._interrupted:
            self._interrupted = True
            return "interrupt"
        return ""


@dataclass(frozen=True)
class _Status:
    memory: int
    threads: int


def _files() -> int:
    """How many files there are in the kernel's own folder."""
    status = os.statvfs(view.HOME)
    return status.f_files - status.f_ffree


def _processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]


def _status(process: int) -> _Status:
    lines = _read(process, "status").splitlines()
    threads = sum(int(line.split()[1]) for line in lines if line.startswith("Threads:"))
    return _Status(_sum(lines, _MEMORY), threads)


def _fair_memory(process: int) -> int:
    """A process's part of the memory that it has together with others; all of it, if it lets nobody look."""
    lines = _read(process, "smaps_rollup").splitlines()
    return _sum(lines, _FAIR_MEMORY) if lines else _status(process).memory


def _sum(lines: list[str], names: tuple[str, ...]) -> int:
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(names))


def _cpu(process: int) -> float:
    fields = _read(process, "stat").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS


def _read(process: int, name: str) -> str:
    try:
        with open(f"/proc/{process}/{name}", encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:  # it has just ended
        return ""
