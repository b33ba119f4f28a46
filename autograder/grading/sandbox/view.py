"""The files that a grading kernel sees: the interpreter, its packages, and its own copy of what was handed in.

They are shown in a root folder of the kernel's own, read-only and each at its usual path. Nothing else is in it: no
other submission, no key, no gradebook, and of this package no solution, nothing that makes challenges, and none of the
grader.
"""

import contextlib
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import autograder

from . import linux
from .limits import Limits

HOME = "/home/student"
WORK = f"{HOME}/submission"
SOCKETS = "/run/kernel"  # where the kernel makes its sockets; gone before the student's first cell runs

PACKAGE = Path(autograder.__file__).parent

_SYSTEM = ("bin", "lib", "lib32", "lib64", "usr/bin", "usr/lib", "usr/lib32", "usr/lib64", "usr/share/fonts",
           "usr/share/fontconfig", "usr/share/zoneinfo", "etc/ld.so.cache", "etc/fonts", "etc/localtime",
           "etc/alternatives")  # fmt: skip
DEVICES = ("null", "full", "random", "urandom")  # not zero: mapped, it is memory that no limit counts
# Modules that authors and graders alone have: the answers, and what makes challenges, which takes the right steps.
AUTHORS_ALONE = ("solutions", "making")
_NOT_SHOWN = (*(f"{name}*" for name in AUTHORS_ALONE), "grading", "authoring*", ".*")
_OWN_FILES = ("grading.json", ".grading_")  # what grading leaves beside a notebook


def copy_package(folder: Path) -> None:
    """Make the copy of this package that kernels see."""
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns(*_NOT_SHOWN))


def build(root: str, package: Path, sockets: str, submission: str, limits: Limits, user: tuple[int, int]) -> None:
    """Make the kernel's root folder in this mount namespace, and enter it.

    Args:
        root: an empty folder to mount it on.
        package: what `copy_package` made.
        sockets: the folder in which the grader looks for the kernel's sockets.
        submission: the folder with what was handed in, of which the kernel gets a copy; "" for none.
        limits: how large the kernel's own folder may become.
        user: the user and group that the kernel will run as.

    Raises:
        OSError: something cannot be mounted; it says what.
    """
    linux.mount("none", "/", flags=linux.REC | linux.PRIVATE)
    linux.mount("tmpfs", root, "tmpfs", linux.NOSUID | linux.NODEV, "size=1m,mode=755")
    for path in shown():
        _show(path, root)
    os.makedirs(root + str(PACKAGE), exist_ok=True)
    linux.mount(str(package), root + str(PACKAGE), flags=linux.BIND | linux.REC)
    for name in DEVICES:
        _show(f"/dev/{name}", root)
    os.symlink(HOME, f"{root}/dev/shm")
    for name in ("proc", HOME, SOCKETS):
        os.makedirs(f"{root}/{name}", exist_ok=True)
    if not os.path.exists(f"{root}/tmp"):  # it does where Python, or this package, is in a folder of /tmp
        os.symlink(HOME, f"{root}/tmp")
    os.makedirs(f"{root}/etc", exist_ok=True)
    Path(f"{root}/etc/passwd").write_text(known_user(user))
    linux.make_read_only(root)
    options = f"size={limits.folder},nr_inodes={limits.folder_files},mode=700,uid={user[0]},gid={user[1]}"
    linux.mount("tmpfs", f"{root}{HOME}", "tmpfs", linux.NOSUID | linux.NODEV, options)
    linux.mount(sockets, f"{root}{SOCKETS}", flags=linux.BIND)
    linux.mount("proc", f"{root}/proc", "proc", linux.NOSUID | linux.NODEV)
    os.mkdir(root + WORK)
    os.chown(root + WORK, *user)
    if submission:
        copy_submission(submission, root + WORK, limits, user)
    linux.change_root(root)


def known_user(user: tuple[int, int]) -> str:
    """What is in /etc/passwd."""
    return f"student:x:{user[0]}:{user[1]}:student:{HOME}:/bin/sh\n"


def shown() -> list[str]:
    """The paths to show, each once, in an order in which none hides another."""
    packages = {path for path in sys.path if path.endswith(("site-packages", "dist-packages"))}
    named = {os.path.abspath(path) for path in (sys.prefix, sys.base_prefix, *packages)}
    real = {os.path.realpath(path) for path in named} - {"/usr", "/"}
    links = {link for path in named for link in _links(path)}
    paths = real | links | {f"/{path}" for path in _SYSTEM if os.path.lexists(f"/{path}")}
    return sorted(path for path in paths if not any(path.startswith(f"{other}/") for other in paths))


def _links(path: str) -> Iterator[str]:
    """The links that a path leads through, each by a path without links: an environment's folder may be one."""
    reached, left = "/", path.split("/")[::-1]
    while left:
        here = os.path.normpath(os.path.join(reached, left.pop()))
        if os.path.islink(here):
            yield here
            target = os.readlink(here)
            reached, left = ("/" if target.startswith("/") else reached), left + target.split("/")[::-1]
        else:
            reached = here


def _show(path: str, root: str) -> None:
    target = root + path
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if os.path.islink(path):
        os.symlink(os.readlink(path), target)
        return
    if os.path.isdir(path):
        os.makedirs(target, exist_ok=True)
    else:
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY))
    linux.mount(path, target, flags=linux.BIND | linux.REC)


def copy_submission(source: str, target: str, limits: Limits, user: tuple[int, int]) -> None:
    """Copy what was handed in: files and folders, no links and nothing else; of too much, what comes first and fits."""
    left = [limits.submission, limits.folder_files // 2]

    def into(source: str, target: str) -> None:
        for entry in sorted(os.scandir(source), key=lambda entry: entry.name):
            left[1] -= 1
            if left[1] < 0 or entry.name.startswith(_OWN_FILES):
                continue
            to = os.path.join(target, entry.name)
            with contextlib.suppress(OSError):  # what cannot be read is not there
                if entry.is_dir(follow_symlinks=False):
                    os.mkdir(to)
                    os.chown(to, *user)
                    into(entry.path, to)
                elif entry.is_file(follow_symlinks=False) and _copy_file(entry.path, to, left):
                    os.chown(to, *user)

    into(source, target)


def _copy_file(source: str, target: str, left: list[int]) -> bool:
    with open(os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        status = os.fstat(file.fileno())
        left[0] -= status.st_size
        if left[0] < 0 or not stat.S_ISREG(status.st_mode):
            left[0] += status.st_size
            return False
        with open(target, "wb") as copy:
            shutil.copyfileobj(file, copy)
    return True
