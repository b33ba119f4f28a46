"""A notebook's kernel that talks to the grader over one socket: ipykernel's own, without a network and its threads.

The kernel is made once, in the warm process, and each process forked from it has it ready. What it sends and gets are
Jupyter's messages (https://jupyter-client.readthedocs.io/en/stable/messaging.html), as lines of JSON: a pair of the
channel's name and the message.
"""

import asyncio
import inspect
import io
import json
import logging
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from ipykernel import zmqshell
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from IPython.core.profiledir import ProfileDir
from jupyter_client.session import Session, json_packer
from traitlets import Type

from .kernel import LONGEST, SETTINGS, furnish, settle

_EAGER = 10_000  # characters that wait at most before they are sent, and
_PATIENT = 0.2  # seconds
_PIECE = 2**16


class Talk(Session):
    """A session whose messages go to the grader. `stream` is the name of a channel."""

    channel: socket.socket | None = None

    def open(self, channel: socket.socket) -> None:
        self.channel, self._owner, self._lock = channel, os.getpid(), threading.Lock()

    def send(
        self, stream: str, msg_or_type: dict | str, content: dict | None = None, parent: dict | None = None,
        ident: object = None, buffers: object = None, track: bool = False, header: dict | None = None,
        metadata: dict | None = None,
    ) -> dict | None:  # fmt: skip
        message = msg_or_type
        if not isinstance(message, dict):
            message = self.msg(message, content, parent, header, metadata)
        if self.channel is None or os.getpid() != self._owner:  # a process that the notebook started is not the kernel
            return message
        line = json_packer([stream, message]) + b"\n"
        with self._lock:
            self.channel.sendall(line)
        return message


class ZMQInteractiveShell(zmqshell.ZMQInteractiveShell):
    """ipykernel's shell, by whose name libraries know where they are. For each cell ipykernel has its text transformed,
    and then IPython again: it is done once."""

    _transformed: tuple[str, str] | None = None

    def transform_cell(self, raw_cell: str) -> str:
        known, self._transformed = self._transformed, None
        if known and known[0] == raw_cell:
            return known[1]
        self._transformed = raw_cell, super().transform_cell(raw_cell)
        return self._transformed[1]


class DirectKernel(IPythonKernel):
    """An IPython kernel that is handed its requests."""

    shell_class = Type(ZMQInteractiveShell)
    shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())

    @property
    def _supports_kernel_subshells(self) -> bool:
        return False

    def _abort_queues(self, subshell_id: str | None = None) -> None:
        """There is no queue: the grader sends one request after the other."""

    async def do_execute(self, code: str, silent: bool, *arguments: Any, **options: Any) -> dict[str, Any]:
        """What is silent is a line of the grader's own, plain Python: IPython's way to run it takes most of a
        millisecond."""
        if not silent:
            return await super().do_execute(code, silent, *arguments, **options)
        try:
            with self.shell.builtin_trap:
                exec(code, {})
        except BaseException as error:  # also of what a notebook has replaced
            return {"status": "error", "ename": type(error).__name__, "evalue": "", "traceback": []}
        return {"status": "ok", "payload": [], "user_expressions": {}}

    async def answer(self, request: dict) -> None:
        """Do what a request asks for: to execute code, or to tell what kernel this is."""
        self.set_parent([], request, channel="shell")
        self._publish_status("busy", "shell")
        self.pre_handler_hook()
        try:
            done = self.shell_handlers[request["header"]["msg_type"]]("shell", [], request)
            if inspect.isawaitable(done):
                await done
        except KeyboardInterrupt:  # right before or after the code
            pass
        except Exception:  # as when a notebook has replaced what this needs: there is no reply
            self.log.exception("A request could not be answered")
        finally:
            self.post_handler_hook()


class _Printed(io.TextIOBase):
    """Standard output or error of the kernel's own process; that of processes it starts comes through a pipe."""

    encoding, errors = "UTF-8", "strict"

    def __init__(self, name: str, session: Talk, descriptor: int) -> None:
        super().__init__()
        self.name, self._session, self._descriptor, self._process = f"<{name}>", session, descriptor, os.getpid()
        self._kind, self._lock, self._parent = name, threading.RLock(), {}
        self._pieces: list[str] = []
        self._length = self._printed = 0
        self._sent = 0.0

    def set_parent(self, parent: dict) -> None:
        self._parent, self._printed = parent, 0

    def fileno(self) -> int:
        return self._descriptor

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() != self._process:
            os.write(self._descriptor, text.encode("utf-8", "replace"))
            return len(text)
        with self._lock:
            kept = text[: max(0, LONGEST - self._printed)]
            self._printed += len(text)
            self._pieces.append(kept)
            self._length += len(kept)
            if self._length > _EAGER or time.monotonic() - self._sent > _PATIENT:
                self.flush()
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if os.getpid() != self._process:
            return
        with self._lock:
            text, self._pieces, self._length = "".join(self._pieces), [], 0
            self._sent = time.monotonic()
            if text:
                self.send(text)

    def send(self, text: str) -> None:
        self._session.send("iopub", "stream", {"name": self._kind, "text": text}, parent=self._parent)


class _Pipes:
    """What is written to the file descriptors of the standard streams, by whatever process inherits them."""

    def __init__(self, *streams: _Printed) -> None:
        self._streams: dict[int, _Printed] = {}
        self._lock = threading.Lock()
        for stream in streams:
            reading, writing = os.pipe()
            os.set_blocking(reading, False)
            os.dup2(writing, stream.fileno())
            os.close(writing)
            self._streams[reading] = stream
        threading.Thread(target=self._watch, daemon=True, name="printed").start()

    def drain(self) -> None:
        """Send what has been written until now."""
        with self._lock:
            while ready := select.select(list(self._streams), [], [], 0)[0]:
                for descriptor in ready:
                    self._streams[descriptor].send(os.read(descriptor, _PIECE).decode("utf-8", "replace"))

    def _watch(self) -> None:
        while True:
            select.select(list(self._streams), [], [])
            self.drain()


_kernel: DirectKernel | None = None


def prepare(folder: str) -> None:
    """Make the kernel, in the process from which all others are forked.

    Args:
        folder: an empty folder for what IPython wants to keep; the forked processes have their own.
    """
    global _kernel
    os.environ["IPYTHONDIR"] = folder
    log = logging.getLogger("kernel")
    log.setLevel(logging.WARNING)  # also where a notebook asks for more of its own log
    config = SETTINGS.copy()
    config.IPythonKernel._execute_sleep = 0.0
    _kernel = DirectKernel.instance(config=config, log=log, session=Talk(), iopub_socket="iopub", user_ns={})
    IPKernelApp.instance(kernel=_kernel)  # where magics and libraries look for the kernel
    furnish(_kernel.shell)
    _kernel.shell.extension_manager.load_extension("storemagic")
    _kernel.shell.displayhook.pub_socket = _kernel.shell.display_pub.pub_socket = "iopub"


def forget() -> None:
    """Have no kernel, in a process that is to make one of another kind."""
    _kernel.shell.clear_instance()
    _kernel.clear_instance()
    IPKernelApp.clear_instance()


def run(talk: socket.socket, environment: dict[str, str], home: str, folder: str, bound: Callable[[], None]) -> None:
    """Be the kernel until the grader closes the socket; the process is in its sandbox.

    Args:
        talk: the socket to the grader.
        environment, home, folder, bound: as for `kernel.run`.
    """
    settle(environment, home, folder)
    kernel = _kernel
    kernel.session.open(talk)
    kernel.shell.ipython_dir = f"{home}/.ipython"
    kernel.shell.profile_dir = ProfileDir(location=f"{home}/.ipython/profile_default")
    sys.stdout, sys.stderr = (_Printed(name, kernel.session, fd) for name, fd in (("stdout", 1), ("stderr", 2)))
    sys.__stdout__, sys.__stderr__ = sys.stdout, sys.stderr
    pipes = _Pipes(sys.stdout, sys.stderr)
    own = sys.stdout, sys.stderr
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # between cells
    bound()
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(_serve(kernel, talk, pipes, own))


async def _serve(kernel: DirectKernel, talk: socket.socket, pipes: _Pipes, streams: tuple[_Printed, ...]) -> None:
    requests: asyncio.Queue[bytes | None] = asyncio.Queue()
    asyncio.get_running_loop().add_reader(talk, _Lines(talk, requests.put_nowait).read)
    while (line := await requests.get()) is not None:
        request = json.loads(line)
        for stream in streams:
            stream.set_parent(request)
        await kernel.answer(request)
        for stream in streams:
            stream.flush()
        pipes.drain()
        kernel._publish_status("idle", "shell", request)


class _Lines:
    """Gives on each line that arrives; at the end, None."""

    def __init__(self, channel: socket.socket, take: Callable[[bytes | None], None]) -> None:
        self._channel, self._take, self._rest = channel, take, b""

    def read(self) -> None:
        try:
            data = self._channel.recv(_PIECE, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._take(line)
        if not data:
            self._take(None)
