"""The other way to the same sandbox: an ordinary kernel inside bubblewrap.

Some systems let no program make namespaces but a few that they know, and bubblewrap is one of these. It makes the
namespaces and the view of files; the first process inside is that of `keeper.py`, with the same limits and locks. A
kernel imports everything anew, so that it takes seconds to start.

`start` is the grader's side. `main` is the keeper outside, and `inside` the first process.
"""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from . import keeper, view
from .limits import Limits

_SUBMISSION = "/run/submission"
_KEPT = ("cap_setuid", "cap_setgid", "cap_setpcap", "cap_chown", "cap_dac_override")  # root needs them to be another
_CALL = "import sys; sys.path.insert(0, {path!r}); from {module} import {function}; {function}({descriptor})"
# Of the grader, the package inside has only what the first process needs.
_INSIDE = ("__init__.py", "problems.py", "sandbox", "warm/__init__.py", "warm/kernel.py")


def start(request: dict) -> tuple[socket.socket, subprocess.Popen]:
    """Start a kernel; returns the socket to its keeper (see `keeper.py`), and the keeper.

    Args:
        request: plain data: "connection" is what a connection file holds, or None for no kernel at all, to try whether
            there can be one; "environment", "submission" and "limits" are as for the warm process; "folder" is an empty
            folder for the keeper, with the folder "sockets" in it; it is removed in the end.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _program("main", theirs.fileno())],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True,
            env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
    with process.stdin, contextlib.suppress(BrokenPipeError):
        process.stdin.write(json.dumps(request).encode())
    return ours, process


def main(descriptor: int) -> None:
    """Be the keeper: start bubblewrap, and end it when the grader is gone."""
    grader, request = socket.socket(fileno=descriptor), json.load(sys.stdin)
    folder = Path(request["folder"])
    user = keeper.other_user()
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            _prepare(folder, request, user)
            process = subprocess.Popen(
                [*_command(folder, Limits(**request["limits"]), user), sys.executable, "-P", "-c",
                 _program("inside", theirs.fileno())],
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=(folder / "said").open("wb"),
                pass_fds=[theirs.fileno()],
            )  # fmt: skip
        with process.stdin, contextlib.suppress(BrokenPipeError):
            process.stdin.write(json.dumps(request | {"user": user}).encode())
        _pass_on(grader, ours, folder)
        ours.close()
        process.kill()
        process.wait()
    except (OSError, ValueError) as error:
        with contextlib.suppress(OSError):
            grader.sendall(f"{error}\n".encode())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pass_on(grader: socket.socket, first: socket.socket, folder: Path) -> None:
    heard = []

    def said(data: bytes) -> None:
        if not heard and data.startswith(b"up\n"):
            _take_sockets(folder)
        heard.append(data)

    keeper.pass_on(grader, first, said)
    if not heard:
        words = (folder / "said").read_text(encoding="utf-8", errors="replace").strip().splitlines()
        with contextlib.suppress(OSError):
            grader.sendall(f"{(words or ['bwrap: no answer'])[-1]}\n".encode())


def _take_sockets(folder: Path) -> None:
    """Move the kernel's sockets to where the grader looks for them: the folder that the kernel sees is gone then, and
    nothing can be written to it."""
    for path in (folder / "made").iterdir():
        path.rename(folder / "sockets" / path.name)
    (folder / "made").rmdir()


def _prepare(folder: Path, request: dict, user: tuple[int, int] | None) -> None:
    view.copy_package(folder / "package")
    for name in _INSIDE:
        source, target = view.PACKAGE / "grading" / name, folder / "package" / "grading" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    (folder / "made").mkdir()
    (folder / "made").chmod(0o777)  # the folder around it is the grader's alone
    (folder / "submission").mkdir()
    (folder / "passwd").write_text(view.known_user(user or (os.getuid(), os.getgid())))
    if request["submission"]:
        own, limits = (os.getuid(), os.getgid()), Limits(**request["limits"])
        view.copy_submission(request["submission"], str(folder / "submission"), limits, own)


def _command(folder: Path, limits: Limits, user: tuple[int, int] | None) -> list[str]:
    """Call bubblewrap; what follows is the program to run inside, and its arguments."""
    command = ["bwrap", "--die-with-parent", "--as-pid-1", "--new-session", "--cap-drop", "ALL"]
    if user:  # root needs no namespace of users, and can be somebody else
        command += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
        command += [word for name in _KEPT for word in ("--cap-add", name)]
    else:
        command += ["--unshare-all"]
    shown = view.shown()
    for path in _folders(*shown, str(view.PACKAGE), view.HOME, "/etc/passwd", "/dev/null", view.SOCKETS, "/proc"):
        command += ["--perms", "0755", "--dir", path]  # by itself, it makes folders that only their owner may enter
    for path in shown:
        command += ["--symlink", os.readlink(path), path] if os.path.islink(path) else ["--ro-bind", path, path]
    command += ["--ro-bind", str(folder / "package"), str(view.PACKAGE)]
    for name in view.DEVICES:
        command += ["--dev-bind", f"/dev/{name}", f"/dev/{name}"]
    command += ["--symlink", view.HOME, "/dev/shm"]
    if not any(path.startswith("/tmp/") for path in (*shown, str(view.PACKAGE))):
        command += ["--symlink", view.HOME, "/tmp"]
    command += ["--ro-bind", str(folder / "passwd"), "/etc/passwd"]
    command += ["--ro-bind", str(folder / "submission"), _SUBMISSION]
    command += ["--proc", "/proc", "--bind", str(folder / "made"), view.SOCKETS]
    command += ["--perms", "0700", "--size", str(limits.folder), "--tmpfs", view.HOME, "--remount-ro", "/"]
    command += ["--chdir", "/", "--clearenv"]
    for name, value in {"OMP_NUM_THREADS": "1", "PATH": os.defpath, "LANG": "C.UTF-8", "HOME": view.HOME}.items():
        command += ["--setenv", name, value]
    return [*command, "--"]


def _folders(*paths: str) -> list[str]:
    """The folders around these paths, outer ones first."""
    return sorted({str(folder) for path in paths for folder in Path(path).parents} - {"/"})


def inside(descriptor: int) -> None:
    """Be the first process."""
    request = json.load(sys.stdin)
    connection, limits = request["connection"], Limits(**request["limits"])
    user = tuple(request["user"]) if request["user"] else None
    keeper.quiet()
    run = _nothing
    if connection:
        from ..warm import kernel  # before the process is forked, so that its memory is not the notebook's

        connection = connection | {"ip": f"{view.SOCKETS}/k"}

        def run(bound):
            kernel.run(connection, request["environment"], view.HOME, view.WORK, bound)

    keeper.be_first(
        socket.socket(fileno=descriptor), run, limits, user, enter=lambda: _enter(limits, user), shut=lambda: None
    )


def _nothing(bound) -> None:
    bound()


def _enter(limits: Limits, user: tuple[int, int] | None) -> None:
    own = user or (os.getuid(), os.getgid())
    os.mkdir(view.WORK)
    for path in (view.HOME, view.WORK):
        os.chown(path, *own)
    view.copy_submission(_SUBMISSION, view.WORK, limits, own)


def obstacle(folder: Path) -> str:
    """What was answered when a sandbox was tried in an empty folder, which is removed; "" if it was made."""
    (folder / "sockets").mkdir()
    request = {"connection": None, "environment": {}, "submission": "", "limits": asdict(Limits())}
    ours, process = start(request | {"folder": str(folder)})
    with ours:
        ours.settimeout(60)
        try:
            said = ours.makefile(encoding="utf-8").readline().strip()
        except OSError:
            said = "bwrap: no answer"
    process.wait(60)
    return "" if said == "up" else said or "bwrap: no answer"


def _program(function: str, descriptor: int) -> str:
    path = str(view.PACKAGE.parent)
    return _CALL.format(path=path, module=__name__, function=function, descriptor=descriptor)
