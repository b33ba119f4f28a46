"""Run a program as an ordinary user, where the tests run as root."""

import os
import subprocess
from pathlib import Path

from autograder.grading.sandbox import linux

USER = 23456


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command as a user that nobody else is, in a folder of their own; what root can reach, they can reach."""
    os.chown(folder, USER, USER)
    environment = os.environ | {"HOME": str(folder), "TMPDIR": str(folder)}
    return subprocess.run(command, env=environment, preexec_fn=_become, capture_output=True, text=True, timeout=900)


def _become() -> None:
    linux.unshare(linux.NEWNS)
    linux.mount("none", "/", flags=linux.REC | linux.PRIVATE)
    _open("/root")
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)


def _open(folder: str) -> None:
    """Let others look into a folder, for this process and its children alone: what is in it is mounted once more."""
    inside = [path for path in os.listdir(folder) if os.path.isdir(f"{folder}/{path}")]
    descriptors = {name: os.open(f"{folder}/{name}", os.O_PATH) for name in inside}
    linux.mount("tmpfs", folder, "tmpfs", options="mode=755")
    for name, descriptor in descriptors.items():
        os.mkdir(f"{folder}/{name}")
        linux.mount(f"/proc/self/fd/{descriptor}", f"{folder}/{name}", flags=linux.BIND | linux.REC)
        os.close(descriptor)
