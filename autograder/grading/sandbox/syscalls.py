"""A seccomp filter: system calls that no notebook needs, and by which memory, time or privileges are had uncounted.

`memfd_create`, anonymous shared mappings and what System V left are memory that no limit of a process counts. What
`io_setup` gives is counted for the whole system, and one call can take all of it. A process that ignores SIGCHLD has
children whose time nobody is charged for. Some families of sockets know no network namespaces, such as the one to the
host of a virtual machine. The others reach into other processes, make namespaces or are seldom used doors into the
kernel. Each fails with "Operation not permitted".
"""

import ctypes
import errno
import mmap
import os
import signal
import socket
import struct

from .linux import prctl

# x86_64 and aarch64
_REFUSED = {
    "memfd_create": (319, 279), "memfd_secret": (447, 447), "shmget": (29, 194), "msgget": (68, 186),
    "semget": (64, 190), "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39),
    "pivot_root": (155, 41), "chroot": (161, 51), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "process_madvise": (440, 440), "kcmp": (312, 272), "pidfd_getfd": (438, 438),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "fanotify_init": (300, 262),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "vmsplice": (278, 75), "move_pages": (279, 239),
    "migrate_pages": (256, 238), "syslog": (103, 116), "kexec_load": (246, 104), "init_module": (175, 105),
    "finit_module": (313, 273), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "personality": (135, 92), "io_setup": (206, 0),
}  # fmt: skip
_CLONE, _CLONE3, _SOCKET, _MMAP, _SIGACTION = (56, 220), (435, 435), (41, 198), (9, 222), (13, 134)
_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_NAMESPACES = 0x7E020000  # the flags of clone that make namespaces
_FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK)
_X32 = 0x40000000  # calls of another table under x86_64

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE = 0, 4  # offsets in what the filter sees
_SET_SECCOMP, _FILTER = 22, 2

_Line = tuple[int, int, int, int]  # an instruction: its code, where to jump if it is true and if not, its value


def refuse() -> None:
    """Install the filter in this process, for good. Privileges must have been dropped.

    Raises:
        Refused: the kernel has no seccomp.
        KeyError: the filter is not written for this machine's architecture.
    """
    column, architecture = _ARCHITECTURES[os.uname().machine]
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER), (_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
        # Its flags are out of the filter's sight; without it, the C library uses clone.
        (_EQUAL, 0, 1, _CLONE3[column]), (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
    ]  # fmt: skip
    for numbers in _REFUSED.values():
        program += [(_EQUAL, 0, 1, numbers[column]), (_RETURN, 0, 0, _ERRNO | errno.EPERM)]
    for numbers, lines in ((_CLONE, _clone()), (_SOCKET, _socket()), (_MMAP, _mmap()), (_SIGACTION, _sigaction())):
        program += [(_EQUAL, 0, len(lines) + 1, numbers[column]), *lines, (_RETURN, 0, 0, _ALLOW)]
    program.append((_RETURN, 0, 0, _ALLOW))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program), ctypes.addressof(code)))
    prctl(_SET_SECCOMP, ctypes.c_ulong(_FILTER), header, ctypes.c_ulong(0), ctypes.c_ulong(0))


def _clone() -> list[_Line]:
    return [(_LOAD, 0, 0, _argument(0)), (_ANY_BIT, 0, 1, _NAMESPACES), (_RETURN, 0, 0, _ERRNO | errno.EPERM)]


def _socket() -> list[_Line]:
    lines = [(_LOAD, 0, 0, _argument(0))]
    for place, family in enumerate(_FAMILIES, 1):
        lines.append((_EQUAL, len(_FAMILIES) - place + 1, 0, family))
    return [*lines, (_RETURN, 0, 0, _ERRNO | errno.EAFNOSUPPORT)]


def _mmap() -> list[_Line]:
    """Not what is both shared and anonymous; with MAP_SHARED, the bit of MAP_SHARED_VALIDATE is set too."""
    both = mmap.MAP_SHARED | mmap.MAP_ANONYMOUS
    return [
        (_LOAD, 0, 0, _argument(3)), (_AND, 0, 0, both), (_EQUAL, 0, 1, both), (_RETURN, 0, 0, _ERRNO | errno.EPERM)
    ]  # fmt: skip


def _sigaction() -> list[_Line]:
    """To set what SIGCHLD does is answered with success, and has no effect; to ask for it is allowed."""
    return [
        (_LOAD, 0, 0, _argument(0)), (_EQUAL, 0, 5, signal.SIGCHLD),
        (_LOAD, 0, 0, _argument(1)), (_EQUAL, 0, 2, 0),
        (_LOAD, 0, 0, _argument(1) + 4), (_EQUAL, 1, 0, 0), (_RETURN, 0, 0, _ERRNO),
    ]  # fmt: skip


def _argument(number: int) -> int:
    """The offset of the lower half of a call's argument."""
    return 16 + 8 * number
