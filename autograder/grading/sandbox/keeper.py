"""The two processes around each sandboxed kernel.

The *keeper* stands outside: it knows the grader by a socket, and ends when the grader does. The *first process* stands
inside, as the first of the kernel's process namespace: when it ends, so does every process in there, whatever session
or group it made for itself. It ends when the keeper does, when the kernel does, or when a limit is reached.

What the grader sends is one byte for each signal to pass on, or `CELL` when a cell begins. What it gets is one line:
"up" when the kernel's sockets are there, or why the kernel could not be started; then, if a limit ended the kernel, a
line with its name; then the end of the stream when the kernel is gone.
"""

import contextlib
import os
import select
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from . import CELL, landlock, linux, syscalls, view
from .limits import Limits, apply
from .usage import Usage

_EVERY = 0.2  # seconds between two looks at what the kernel uses
_FIRST_USER = 0x70000000  # where root grades: kernels run as users that nobody else is


def keep(
    grader: socket.socket,
    run: Callable[[Callable[[], None]], None],
    *,
    root: str,
    package: Path,
    sockets: str,
    submission: str,
    limits: Limits,
    talk: socket.socket | None = None,
) -> None:
    """Run a kernel in a sandbox, in a process just forked for it; comes back when the kernel is gone.

    Args:
        grader: the socket to the grader.
        run: the kernel, in its sandbox; it calls its argument when its sockets are there, and returns when it ends.
        root, package, sockets, submission, limits: as for `view.build`.
        talk: a socket that the kernel alone is to have.
    """
    other = other_user()
    by_root, user = other is not None, other or (os.getuid(), os.getgid())
    try:
        _leave(by_root)
    except OSError as error:
        grader.sendall(f"{error.strerror}\n".encode())
        return

    def enter() -> None:
        linux.unshare(linux.NEWNS)  # not the keeper: it has files to remove in the end
        view.build(root, package, sockets, submission, limits, user)

    ours, theirs = socket.socketpair()
    first = os.fork()
    if not first:
        ours.close()
        grader.close()
        be_first(
            theirs, run, limits, user if by_root else None,
            enter=enter,
            shut=lambda: linux.unmount(view.SOCKETS), talk=talk,
        )  # fmt: skip
    theirs.close()
    if talk:
        talk.close()
    pass_on(grader, ours)
    ours.close()
    with contextlib.suppress(ProcessLookupError):
        os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)


def other_user() -> tuple[int, int] | None:
    """A user and group for one kernel alone, as which root can run it; None for others, and where there is no other."""
    if os.geteuid() != 0:
        return None
    for line in Path("/proc/self/uid_map").read_text().splitlines():
        first, _, many = map(int, line.split())
        if first <= _FIRST_USER and first + many > _FIRST_USER + 2**22:
            return (_FIRST_USER + os.getpid(),) * 2
        if many > 2**15:  # as in a container of an ordinary user
            return (first + many - 2 - os.getpid() % 2**14,) * 2
    return None


def _leave(by_root: bool) -> None:
    """Leave the namespaces of the system: of users (which root does not need), of processes, network, IPC, names."""
    flags = linux.NEWPID | linux.NEWNET | linux.NEWIPC | linux.NEWUTS
    uid, gid = os.getuid(), os.getgid()
    linux.unshare(flags if by_root else flags | linux.NEWUSER)
    if not by_root:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def pass_on(grader: socket.socket, first: socket.socket, said: Callable[[bytes], None] = lambda data: None) -> None:
    """Pass on the grader's signals and the first process's lines, until one of them is gone.

    Args:
        grader, first: the sockets to them.
        said: called with what the first process has said, before it is passed on.
    """
    while True:
        ready, _, _ = select.select([grader, first], [], [])
        for source, target in ((grader, first), (first, grader)):
            if source in ready:
                with contextlib.suppress(OSError):
                    if data := source.recv(4096):
                        if source is first:
                            said(data)
                        target.sendall(data)
                        continue
                return


def be_first(
    keeper: socket.socket,
    run: Callable[[Callable[[], None]], None],
    limits: Limits,
    user: tuple[int, int] | None,
    *,
    enter: Callable[[], None],
    shut: Callable[[], None],
    talk: socket.socket | None = None,
) -> NoReturn:
    """Be the first process of the kernel's namespaces, in which this process is. It does not come back.

    Args:
        keeper: the socket to the keeper.
        run, limits: as for `keep`.
        user: the user and group that the kernel is to become; None to stay what it is.
        enter: makes the files ready that the kernel sees.
        shut: puts the folder of the sockets out of reach, when they are there.
        talk: as for `keep`.
    """
    try:
        _be_first(keeper, run, limits, user, enter, shut, talk)
    except BaseException as error:
        with contextlib.suppress(OSError):
            keeper.sendall(f"{getattr(error, 'strerror', None) or error!r}\n".encode())
    finally:
        os._exit(1)


def _be_first(
    keeper: socket.socket,
    run: Callable,
    limits: Limits,
    user: tuple[int, int] | None,
    enter: Callable,
    shut: Callable,
    talk: socket.socket | None,
) -> None:
    linux.refuse_debugging()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # so that nothing inside can end the first process
    enter()
    bound, kernel_end = socket.socketpair()
    kernel = os.fork()
    if not kernel:
        keeper.close()
        bound.close()
        _be_kernel(kernel_end, run, limits, user)
    kernel_end.close()
    if talk:
        talk.close()
    said = bound.recv(4096)
    if said != b".":
        raise OSError(0, said.decode() or "the kernel ended while it started")
    shut()
    if user:
        _become(user)
    linux.drop_privileges()
    linux.refuse_debugging()  # which a change of user undoes
    keeper.sendall(b"up\n")
    bound.send(b".")
    bound.close()
    _watch(keeper, kernel, limits)


def _be_kernel(first: socket.socket, run: Callable, limits: Limits, user: tuple[int, int] | None) -> None:
    def bound() -> None:
        """Say that the sockets are there, and wait until their folder is out of reach."""
        first.send(b".")
        first.recv(1)
        first.close()

    try:
        os.setsid()
        if user:
            _become(user)
        apply(limits)
        linux.drop_privileges()
        landlock.lock()
        syscalls.refuse()
        linux.allow_debugging()  # a process may look at itself
        run(bound)
    except BaseException as error:
        with contextlib.suppress(OSError):
            first.send(str(getattr(error, "strerror", None) or repr(error)).encode()[:4000])
    finally:
        os._exit(0)


def _become(user: tuple[int, int]) -> None:
    linux.drop_bounds()
    try:
        os.setgroups([])
        os.setresgid(user[1], user[1], user[1])
        os.setresuid(user[0], user[0], user[0])
    except OSError as error:
        raise linux.Refused(error.errno, f"setuid: {error.strerror}") from None


def _watch(keeper: socket.socket, kernel: int, limits: Limits) -> None:
    """Be the first process: pass on signals, collect what ended, and end if the kernel does or a limit is reached."""
    usage, alive = Usage(kernel, limits), os.pidfd_open(kernel)
    due = 0.0
    while True:
        ready, _, _ = select.select([keeper, alive], [], [], _EVERY)
        if alive in ready:
            return
        if keeper in ready:
            signals = keeper.recv(64)
            if not signals:
                return
            for number in signals:
                if number == CELL:
                    usage.begin_cell()
                else:
                    _signal(kernel, number)
        while _collected():
            pass
        if ready and time.monotonic() < due:
            continue
        due = time.monotonic() + _EVERY
        if reached := usage.reached():
            if reached != "interrupt":
                keeper.sendall(f"{reached}\n".encode())
                return
            _signal(kernel, signal.SIGINT)


def _signal(kernel: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        try:
            os.killpg(kernel, number)
        except ProcessLookupError:
            os.kill(kernel, number)


def _collected() -> bool:
    """Whether a process that had ended was collected: not the kernel, whose end is seen elsewhere."""
    try:
        return os.waitpid(-1, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return False


def quiet() -> None:
    """Turn the standard streams of this process to nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)
