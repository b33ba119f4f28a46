"""How much a grading kernel may use: the numbers, and the ones that the kernel of Linux watches by itself."""

from dataclasses import dataclass

MB = 2**20


@dataclass(frozen=True)
class Limits:
    """What one notebook's run may use; sizes in bytes, times in seconds."""

    memory: int = 2048 * MB  # of all its processes together, beyond what they share with the warm process
    processes: int = 64  # and threads: a kernel alone has about ten
    files: int = 256  # open at once, per process: what waits in a socket is memory that no process is charged for
    file_size: int = 128 * MB
    folder: int = 256 * MB  # all that is written
    submission: int = 50 * MB  # of what was handed in, all that is there
    folder_files: int = 10_000
    cell_cpu: int = 60  # for one cell, of all its processes together
    cpu: int = 300  # for the whole notebook


def apply(limits: Limits) -> None:
    """Limit this process and those that it starts, for good.

    What the process has mapped already does not count: the limit of its address space is set above it.
    """
    import resource  # which Windows has not

    with open("/proc/self/statm") as file:
        sizes = [int(pages) * resource.getpagesize() for pages in file.read().split()]
    mapped, data = sizes[0], sizes[5]
    for kind, most in [
        (resource.RLIMIT_AS, mapped + 2 * limits.memory),  # threads reserve much that they do not use
        (resource.RLIMIT_DATA, data + limits.memory),
        (resource.RLIMIT_NPROC, limits.processes),
        (resource.RLIMIT_NOFILE, limits.files),
        (resource.RLIMIT_FSIZE, limits.file_size),
        (resource.RLIMIT_CPU, limits.cpu),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_NICE, 0),
        (resource.RLIMIT_RTPRIO, 0),
    ]:
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))
