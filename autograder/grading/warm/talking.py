"""The grader's side of a kernel that talks over one socket (`direct.py`): a manager and a client for nbclient."""

import asyncio
import contextlib
import json
import socket
import time
import uuid
from collections import deque
from queue import Empty
from typing import Any

from ..output import CUT
from .manager import LARGEST, WAITING, WarmKernelManager

_PIECE = 2**18
_HELD = LARGEST  # bytes that are kept until the grader gets to them
_BESIDE_TEXTS = 1_000_000  # bytes of a message: a pair of brackets becomes an object of thirty times their size
_SECONDS = 30  # for a kernel to take a request


class DirectKernelManager(WarmKernelManager):
    """For `kernel_manager_class`, where kernels can be forked from the warm process."""

    _ours: socket.socket | None = None

    def open_talk(self) -> socket.socket:
        """A new connection: the kernel's end of it."""
        self._ours, theirs = socket.socketpair()
        self._ours.setblocking(False)
        return theirs

    def client(self, **arguments: Any) -> "DirectClient":
        return DirectClient(self, self._ours)


class DirectClient:
    """What nbclient needs of a client."""

    allow_stdin = False

    def __init__(self, manager: DirectKernelManager, channel: socket.socket) -> None:
        self._manager, self._channel = manager, channel
        self._rest = bytearray()
        self._reading = False
        self._executed = ""  # the request
        self.shell_channel, self.iopub_channel = _Channel(self), _Channel(self)
        self._channels = {b'["shell"': self.shell_channel, b'["iopub"': self.iopub_channel}  # by how their lines begin

    def start_channels(self) -> None:
        self.read_on()

    def stop_channels(self) -> None:
        self._stop_reading()
        self._channel.close()

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """It is: it was waited for when it was started."""

    async def is_alive(self) -> bool:
        return await self._manager.is_alive()

    def kernel_info(self) -> str:
        name, line = _request("kernel_info_request", {})
        with contextlib.suppress(ConnectionError):  # it has ended, which is seen elsewhere
            self._channel.sendall(line)  # the first one, and short: there is room for it
        return name

    async def execute(self, code: str, store_history: bool = True, stop_on_error: bool = True) -> str:
        """Have code executed; what is not for the history is the grader's own, and nobody need be told of it."""
        self._manager.provisioner.begin_cell()
        content = {"code": code, "silent": not store_history, "store_history": store_history, "allow_stdin": False}
        name, line = _request("execute_request", content | {"stop_on_error": stop_on_error})
        self._executed = name
        with contextlib.suppress(ConnectionError):
            await asyncio.wait_for(asyncio.get_running_loop().sock_sendall(self._channel, line), _SECONDS)
        return name

    def read_on(self) -> None:
        """Read what arrives, until enough of it waits."""
        if not self._reading and not self._full:
            self._reading = True
            asyncio.get_running_loop().add_reader(self._channel, self._read)

    @property
    def _full(self) -> bool:
        return any(channel.full for channel in self._channels.values())

    def _stop_reading(self) -> None:
        if self._reading:
            self._reading = False
            asyncio.get_running_loop().remove_reader(self._channel)

    def _read(self) -> None:
        try:
            data = self._channel.recv(_PIECE)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        *lines, rest = data.split(b"\n")
        for line in lines:
            self._take(bytes(self._rest) + line)
            self._rest.clear()
        self._rest += rest
        if len(self._rest) > LARGEST:
            self._manager.provisioner.end()
        if not data or len(self._rest) > LARGEST or self._full:
            self._stop_reading()

    def _take(self, line: bytes) -> None:
        """Keep a line, or a sentence if it would cost too much to read. One of no channel counts as not sent."""
        if len(line) > _BESIDE_TEXTS and not _mostly_texts(line):
            line = _sentence(self._executed, CUT)
        if channel := self._channels.get(line[:8]):
            channel.put(line)


def _request(kind: str, content: dict) -> tuple[str, bytes]:
    """A request's id, and the request."""
    name = uuid.uuid4().hex
    header = {"msg_id": name, "msg_type": kind, "session": "", "username": "", "version": "5.3"}
    message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
    return name, json.dumps(message).encode() + b"\n"


def _sentence(request: str, text: str) -> bytes:
    """A line as a kernel sends it, which prints a text."""
    header, content = {"msg_type": "stream"}, {"name": "stdout", "text": text}
    return json.dumps(["iopub", {"header": header, "parent_header": {"msg_id": request}, "content": content}]).encode()


def _message(line: bytes) -> dict | None:
    """The message that a line holds; what is none counts as not sent."""
    try:
        _, message = json.loads(line)
        message["msg_type"] = message["header"]["msg_type"]
        fitting = isinstance(message["content"], dict) and isinstance(message["parent_header"], dict)
        return message if fitting and isinstance(message["msg_type"], str) else None
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


def _mostly_texts(line: bytes) -> bool:
    """Whether a line of JSON has little beside its texts, as long outputs and pictures have."""
    bare = line.replace(rb"\\", b"").replace(rb"\"", b"")
    return bare.count(b'"') < _BESIDE_TEXTS and sum(map(len, bare.split(b'"')[::2])) < _BESIDE_TEXTS


class _Channel:
    """Lines that wait. They become messages one by one, as they are taken: a message can be much larger."""

    def __init__(self, client: DirectClient) -> None:
        self._client = client
        self._lines: deque[bytes] = deque()
        self._held = 0
        self._arrived: asyncio.Future | None = None

    @property
    def full(self) -> bool:
        return len(self._lines) >= WAITING or self._held >= _HELD

    def put(self, line: bytes) -> None:
        self._lines.append(line)
        self._held += len(line)
        if self._arrived is not None and not self._arrived.done():
            self._arrived.set_result(None)

    async def get_msg(self, timeout: float | None = None) -> dict:
        """The next message. Raises Empty if none arrives within so many seconds."""
        end = None if timeout is None else time.monotonic() + timeout
        while (message := self._next()) is None:
            self._arrived = asyncio.get_running_loop().create_future()
            try:
                await asyncio.wait_for(self._arrived, None if end is None else end - time.monotonic())
            except TimeoutError:
                raise Empty from None
        return message

    def _next(self) -> dict | None:
        """The first message among the lines that wait; None if there is none."""
        while self._lines:
            line = self._lines.popleft()
            self._held -= len(line)
            self._client.read_on()
            if message := _message(line):
                return message
        return None
