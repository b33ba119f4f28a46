"""The grader's side of the warm process: start it, start it again when it is gone, and have it fork kernels."""

import atexit
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import autograder

from ..problems import CourseError
from ..sandbox import CELL

SECONDS = 120  # for the warm process to import everything, on a slow machine

_SERVE = "import sys; sys.path.insert(0, {path!r}); from autograder.grading.warm.server import main; main({arguments})"


class ForkedKernel:
    """A kernel forked by the warm process, by the socket to its keeper. When the socket is closed, or this process
    ends, the kernel ends."""

    def __init__(self, channel: socket.socket, keeper: subprocess.Popen | None = None) -> None:
        self._channel, self._keeper = channel, keeper
        self._said = b""
        self._ended = False
        channel.setblocking(False)

    def poll(self) -> tuple[str, bool]:
        """What the keeper has said so far ("up", or why there is no kernel), and whether the kernel has ended."""
        with contextlib.suppress(BlockingIOError):
            while not self._ended:
                try:
                    data = self._channel.recv(4096)
                except ConnectionError:
                    data = b""
                self._said += data
                self._ended = not data
        return self._said.decode("utf-8", "replace").strip(), self._ended

    def signal(self, number: int) -> None:
        with contextlib.suppress(OSError):
            self._channel.send(bytes([number]))

    def kill(self) -> None:
        """End it and every process that it has started; its end is to be polled for."""
        with contextlib.suppress(OSError):
            self._channel.shutdown(socket.SHUT_WR)

    def begin_cell(self) -> None:
        """Count the next cell's processor time from here on."""
        self.signal(CELL)

    def close(self) -> None:
        self._channel.close()
        if self._keeper is not None:
            self._keeper.wait()  # it ends when the socket is closed


class WarmProcess:
    """The warm process of this process. It is started with the first kernel, and again whenever it is gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen | None = None
        self._socket: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it, unless it runs. Raises CourseError if it cannot be started."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()

    def fork(self, request: dict, talk: socket.socket | None = None) -> ForkedKernel:
        """Have a kernel forked.

        Args:
            request: plain data, see `server`.
            talk: the kernel's end of a connection, by which it is to be reached instead of by sockets of its own; it is
                closed here.

        Raises:
            CourseError: the warm process cannot be started.
        """
        with talk or contextlib.nullcontext():
            return ForkedKernel(self._ask(request, *([talk] if talk else [])))

    def expectation(self, exercise: str, seed: int) -> dict:
        """What is expected of a challenge (`challenges.expectation`), computed in a process that is forked for it.

        Raises:
            CourseError: the warm process cannot be started, or the forked one gave no answer.
        """
        with self._ask({}) as channel:
            channel.sendall(json.dumps({"exercise": exercise, "seed": seed}).encode())
            answer = b"".join(iter(lambda: channel.recv(2**20), b""))
        if not answer:
            raise CourseError(f"What is expected of “{exercise}” could not be computed: see the log, and grade again.")
        return json.loads(answer)

    def _ask(self, request: dict, *others: socket.socket) -> socket.socket:
        """Send a request, and a new process the other end of a new socket."""
        message = json.dumps(request).encode()
        with self._lock:
            for attempt in (1, 2):
                if self._process is None or self._process.poll() is not None:
                    self._start()
                ours, theirs = socket.socketpair()
                try:
                    with theirs:
                        descriptors = [one.fileno() for one in (theirs, *others)]
                        socket.send_fds(self._socket, [message], descriptors)
                    return ours
                except ConnectionError:  # it has died since
                    ours.close()
                    self._stop()
                    if attempt == 2:
                        raise CourseError("The warm process ends again and again: grade once more.") from None
        raise AssertionError

    def stop(self) -> None:
        """End the warm process; kernels that run go on."""
        with self._lock:
            self._stop()

    def _start(self) -> None:
        self._stop()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        folder = tempfile.mkdtemp(prefix="autograder_")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)  # kernels see it, also when the process is gone
        arguments = f"{theirs.fileno()}, {folder!r}"
        code = _SERVE.format(path=str(Path(autograder.__file__).parents[1]), arguments=arguments)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", code],
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
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for the grader
            )
        ours.settimeout(SECONDS)
        try:
            ready = ours.recv(16)
        except OSError:
            ready = b""
        self._socket = ours
        if ready != b"ready":
            self._stop()
            raise CourseError("The process that imports torch for all kernels does not start: see the lines above.")
        ours.settimeout(None)

    def _stop(self) -> None:
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            try:
                self._process.wait(5)  # it ends when its socket does
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = self._socket = None


_warm: dict[int, WarmProcess] = {}


def warm_process() -> WarmProcess:
    """The one of this process; a process forked from this one has its own."""
    return _warm.setdefault(os.getpid(), WarmProcess())
