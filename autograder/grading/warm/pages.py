"""Large pages for the warm process: a fork copies the table of pages, and 2 MB pages make it a short one.

Each kernel comes out of three forks; with large pages they take a quarter of the time. Where the system has none (it
is a kernel of Linux before 6.1, or another system), nothing changes.
"""

import ctypes

_SIZE = 2**21
_COLLAPSE = 25  # MADV_COLLAPSE, https://man7.org/linux/man-pages/man2/madvise.2.html


def collapse() -> None:
    """Put this process's own memory, as far as it is now, into large pages."""
    libc = ctypes.CDLL(None)
    for start, end in _own_memory():
        start, end = -(-start // _SIZE) * _SIZE, end // _SIZE * _SIZE
        if start < end:
            libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _COLLAPSE)


def _own_memory() -> list[tuple[int, int]]:
    """The ranges of addresses that are no file's, and that can be written to."""
    found = []
    with open("/proc/self/maps") as file:
        for line in file:
            addresses, permissions, *_, inode_and_path = line.split(maxsplit=4)
            path = inode_and_path.split(maxsplit=1)[1:]
            if permissions.startswith("rw") and (not path or path[0].strip() == "[heap]"):
                start, end = addresses.split("-")
                found.append((int(start, 16), int(end, 16)))
    return found
