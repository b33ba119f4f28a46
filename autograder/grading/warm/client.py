"""The grader's side of the warm process: start it, start it again when it is gone, and have it fork kernels."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import threading
import time

from ..problems import CourseError
from ..sandbox import CELL
from .process import Process

SECONDS = 120  # for the warm process to import everything, on a slow machine
_MOMENT = 0.1  # seconds


class ForkedKernel:
    """A kernel forked by the warm process, by the socket to its keeper. When the socket is closed, or this process
    ends, the kernel ends."""

    def __init__(self, channel: socket.socket, keeper: subprocess.Popen | None = None) -> None:
        self._channel, self._keeper = channel, keeper
        self._said = b""
        self._ended = False
        self._cell_began = 0.0
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

    async def heard(self, seconds: float) -> None:
        """Wait until there is something new to poll for, but not longer than so many seconds."""
        loop = asyncio.get_running_loop()
        new = loop.create_future()
        loop.add_reader(self._channel, lambda: new.done() or new.set_result(None))
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(new, seconds)
        finally:
            loop.remove_reader(self._channel)

    def signal(self, number: int) -> None:
        with contextlib.suppress(OSError):
            self._channel.send(bytes([number]))

    def kill(self) -> None:
        """End it and every process that it has started; its end is to be polled for."""
        with contextlib.suppress(OSError):
            self._channel.shutdown(socket.SHUT_WR)

    def begin_cell(self) -> None:
        """Count the next cell's processor time from here on, or from a moment ago, when many cells are short."""
        if time.monotonic() - self._cell_began > _MOMENT:
            self._cell_began = time.monotonic()
            self.signal(CELL)

    def close(self) -> None:
        self._channel.close()
        if self._keeper is not None:
            self._keeper.wait()  # it ends when the socket is closed


class WarmProcess:
    """The warm process of this process. It is started with the first kernel, and again whenever it is gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: Process | None = None  # if it was started here
        self._socket: socket.socket | None = None
        self.pid: int | None = None

    def start(self, address: str | None = None) -> None:
        """Start it, unless it runs; or, with an address, use the one that was started there.

        Raises:
            CourseError: it cannot be started, or there is none at the address.
        """
        with self._lock:
            if not self._runs():
                self._start(address)

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
                if not self._runs():
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

    def _runs(self) -> bool:
        """Whether it is there: it never says more than that it is ready, so what can be read is its end."""
        if self._socket is None:
            return False
        try:
            self._socket.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except ConnectionError:
            pass
        return False

    def _start(self, address: str | None = None) -> None:
        self._stop()
        if address is None:
            self._process = Process()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(SECONDS)
        try:
            self._socket.connect(address or self._process.address)
            ready, _, pid = self._socket.recv(64).decode().partition(" ")
        except OSError:
            ready = pid = ""
        if ready != "ready":
            self._stop()
            raise CourseError("The process that imports torch for all kernels does not start: see the lines above.")
        self._socket.settimeout(None)
        self.pid = int(pid)

    def _stop(self) -> None:
        if self._socket is not None:
            self._socket.close()
        if self._process is not None:
            self._process.close()
        self._process = self._socket = self.pid = None


_warm: dict[int, WarmProcess] = {}


def warm_process() -> WarmProcess:
    """The one of this process; a process forked from this one has its own."""
    return _warm.setdefault(os.getpid(), WarmProcess())
