"""What all processes of a kernel use together, as the first process of their namespace sees them."""

import os

_TICKS = os.sysconf("SC_CLK_TCK")


class Usage:
    """Counts every process but the first one.

    Args:
        kernel: the kernel's process, which has used nothing yet but what it shares with the warm process.
    """

    def __init__(self, kernel: int) -> None:
        self._shared = _own_memory(kernel)

    def memory(self) -> int:
        """Bytes that are nobody else's; what each process has from the warm process does not count."""
        return sum(max(0, _own_memory(process) - self._shared) for process in _processes())

    def cpu(self) -> float:
        """Seconds of processor time, of processes that have ended too."""
        return sum(_cpu(process) for process in _processes()) + _cpu(1)


def _processes() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit() and name != "1"]


def _own_memory(process: int) -> int:
    total = 0
    for line in _read(process, "status").splitlines():
        if line.startswith(("RssAnon:", "RssShmem:")):
            total += int(line.split()[1]) * 1024
    return total


def _cpu(process: int) -> float:
    fields = _read(process, "stat").rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS


def _read(process: int, name: str) -> str:
    try:
        with open(f"/proc/{process}/{name}", encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:  # it has just ended
        return ""
