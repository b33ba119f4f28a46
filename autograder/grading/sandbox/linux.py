"""The calls of the Linux kernel that a sandbox is made of, and that Python has no functions for."""

import ctypes
import os
import signal

# unshare: the namespaces
NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000

# mount
NOSUID, NODEV, BIND, REC, PRIVATE = 2, 4, 4096, 16384, 1 << 18
DETACH = 2  # umount2

_ATTR_READ_ONLY, _ATTR_NOSUID = 1, 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_MOUNT_SETATTR = 442  # the same number on every architecture
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}

_SET_PARENT_DEATH_SIGNAL, _SET_DUMPABLE, _SET_NO_NEW_PRIVS, _CAPBSET_DROP = 1, 4, 38, 24
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)


class Refused(OSError):
    """The kernel refused a call; `strerror` says which one and why."""


def unshare(flags: int) -> None:
    _call("unshare", _libc.unshare(flags))


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    arguments = (os.fsencode(source), os.fsencode(target), kind.encode(), ctypes.c_ulong(flags), options.encode())
    _call(f"mount {kind or 'bind'} on {target}", _libc.mount(*arguments))


def unmount(target: str) -> None:
    """Take a mount away from this namespace; what holds a file of it keeps that file."""
    _call(f"umount {target}", _libc.umount2(os.fsencode(target), DETACH))


def make_read_only(target: str) -> None:
    """Make a mount and all that is mounted below it read-only, and their setuid programs ordinary ones."""
    attributes = (ctypes.c_uint64 * 4)(_ATTR_READ_ONLY | _ATTR_NOSUID, 0, 0, 0)
    path, flags = os.fsencode(target), ctypes.c_uint(_AT_RECURSIVE)
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    done = _libc.syscall(_MOUNT_SETATTR, _AT_FDCWD, path, flags, ctypes.byref(attributes), size)
    _call(f"mount_setattr {target}", done)


def change_root(folder: str) -> None:
    """Make a mounted folder the root of this mount namespace; what was the root before is gone."""
    os.chdir(folder)
    _call("pivot_root", _libc.syscall(_PIVOT_ROOT[os.uname().machine], b".", b"."))
    _call("umount of the old root", _libc.umount2(b".", DETACH))
    os.chdir("/")


def drop_privileges() -> None:
    """Give up every capability, now and for all programs that are started; and be no one's to debug."""
    _call("prctl", _libc.prctl(_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    drop_bounds()
    header, none = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    _call("capset", _libc.capset(ctypes.byref(header), ctypes.byref(none)))


def drop_bounds() -> None:
    """Let no program that is started get a capability; this takes one, so that it comes before a change of user."""
    number = 0
    while _libc.prctl(_CAPBSET_DROP, number, 0, 0, 0) == 0:
        number += 1


def refuse_debugging() -> None:
    """Keep processes of the same user from reading this one's memory."""
    _call("prctl", _libc.prctl(_SET_DUMPABLE, 0, 0, 0, 0))


def allow_debugging() -> None:
    """Undo `refuse_debugging`, which a change of user brings about too."""
    _call("prctl", _libc.prctl(_SET_DUMPABLE, 1, 0, 0, 0))


def end_with_parent() -> None:
    """Have this process killed when its parent ends."""
    _call("prctl", _libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0))


def prctl(option: int, *values: object) -> None:
    _call(f"prctl {option}", _libc.prctl(option, *values))


def _call(what: str, result: int) -> None:
    if result < 0:
        number = ctypes.get_errno()
        raise Refused(number, f"{what}: {os.strerror(number)}")
