"""Start a warm process: it imports for some seconds, then waits for the one grader that is to connect to it."""

import atexit
import contextlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import autograder

from .folder import socket_folder

_SERVE = "import sys; sys.path.insert(0, {path!r}); from autograder.grading.warm.server import main; main({arguments})"
_SECONDS = 5  # to end, when it is to


class Process:
    """A warm process that has been started. It ends when its grader is gone, or this one before there is a grader."""

    def __init__(self, log: Path | None = None) -> None:
        """Start it; `log` is a file for what it and its kernels write to stderr, by default this process's own."""
        folder = socket_folder()
        atexit.register(shutil.rmtree, folder, ignore_errors=True)  # kernels see it, also when the process is gone
        self.address = f"{folder}/grader"
        self._starter, theirs = socket.socketpair()
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener,
            theirs,
            log.open("a") if log else contextlib.nullcontext() as errors,
        ):
            listener.bind(self.address)
            listener.listen(1)
            arguments = f"{listener.fileno()}, {theirs.fileno()}, {folder!r}"
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c",
                 _SERVE.format(path=str(Path(autograder.__file__).parents[1]), arguments=arguments)],
                env={
                    "OMP_NUM_THREADS": "1",
                    "PATH": os.defpath,
                    "LANG": "C.UTF-8",
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
                },
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=[listener.fileno(), theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for the grader
            )  # fmt: skip

    def close(self) -> None:
        """Wait for its end, when its grader has closed the connection; without a grader, end it now."""
        self._starter.close()
        if os.path.exists(self.address):  # nobody has connected, and it may import for seconds yet
            self._process.kill()
            shutil.rmtree(os.path.dirname(self.address), ignore_errors=True)
        try:
            self._process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextlib.contextmanager
def processes(number: int, log: Path) -> Iterator[list[str]]:
    """Start some for graders that are not there yet; gives their addresses. Afterwards, wait for their end."""
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(contextlib.closing(Process(log))).address for _ in range(number)]
