"""The kernel provisioner `autograder-warm`: kernels forked from the warm process, each in its sandbox.

Whatever starts kernels with jupyter_client can have them, by a kernel specification with
`"metadata": {"kernel_provisioner": {"provisioner_name": "autograder-warm"}}`.
"""

import os
import shutil
import signal
import socket
import time
from dataclasses import asdict
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import KernelProvisionerBase

from ..problems import CourseError
from ..sandbox import available, bubblewrap
from ..sandbox.limits import Limits
from .client import ForkedKernel, warm_process
from .folder import socket_folder

_SECONDS = 60  # for a kernel to start
_DYING = 5  # seconds for one to end
_ATTEMPTS = 3
_PASSED_ON = "NBGRADER_EXECUTION"  # of the grader's environment


class WarmProvisioner(KernelProvisionerBase):
    """Starts one kernel. It talks to the grader through sockets in a folder, since it has no network."""

    _kernel: ForkedKernel | None = None
    _folder = ""
    _reached = ""

    @property
    def has_process(self) -> bool:
        return self._kernel is not None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        if not self._folder:
            self._folder = socket_folder()
        manager = self.parent
        manager.transport, manager.ip = "ipc", f"{self._folder}/sockets/k"
        for number, channel in enumerate(("shell", "iopub", "stdin", "hb", "control"), 1):
            setattr(manager, f"{channel}_port", number)
        self.connection_info = manager.get_connection_info()
        return await super().pre_launch(cmd=[], **kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel and wait until its sockets are there. Of the arguments, `cwd` is the folder of what was handed
        in, and `limits` what the kernel may use.

        Raises:
            CourseError: the sandbox cannot be made.
        """
        key = self.connection_info["key"]
        request = {
            "connection": self.connection_info | {"key": key.decode() if isinstance(key, bytes) else key},
            "environment": {name: value for name, value in kwargs.get("env", {}).items() if name == _PASSED_ON},
            "submission": os.path.abspath(kwargs["cwd"]) if kwargs.get("cwd") else "",
            "limits": asdict(kwargs.get("limits") or Limits()),
        }
        for _ in range(_ATTEMPTS):
            kernel, said = await self._attempt(request)
            if said == ("up", False):
                break
            kernel.close()
            if said != ("", True):  # which it is when the warm process died while it forked
                raise CourseError(f"The sandbox of a grading kernel could not be made ({said[0] or 'no answer'}).")
        else:
            raise CourseError("Grading kernels end while they start: see that there is memory left, and grade again.")
        self._kernel, self._reached = kernel, ""
        return self.connection_info

    async def _attempt(self, request: dict) -> tuple[ForkedKernel, tuple[str, bool]]:
        """A kernel, and what was said of it: "up", once its sockets are there."""
        sockets = f"{self._folder}/sockets"
        shutil.rmtree(sockets, ignore_errors=True)
        os.makedirs(self._folder, mode=0o700, exist_ok=True)
        os.mkdir(sockets)
        os.chmod(sockets, 0o777)  # the folder around it is the grader's alone
        open_talk = getattr(self.parent, "open_talk", None)
        kernel = _started(request, self._folder, open_talk and open_talk())
        end = time.monotonic() + _SECONDS
        while (said := kernel.poll()) == ("", False) and (left := end - time.monotonic()) > 0:
            await kernel.heard(left)
        return kernel, said

    async def poll(self) -> int | None:
        if self._kernel is None:
            return 0
        said, ended = self._kernel.poll()
        self._reached = said.partition("\n")[2]
        return 1 if ended else None

    def begin_cell(self) -> None:
        """Say that the next cell is about to run, whose processor time has a limit of its own."""
        if self._kernel is not None:
            self._kernel.begin_cell()

    def end(self) -> None:
        """End the kernel, now."""
        if self._kernel is not None:
            self._kernel.kill()

    @property
    def reached(self) -> str:
        """The limit that ended the kernel, such as "memory"; "" if none did."""
        return self._reached

    async def wait(self) -> int | None:
        while not await self._ends(_SECONDS):
            pass
        if self._kernel is not None:
            self._kernel.close()
        self._kernel = None
        return 0

    async def send_signal(self, signum: int) -> None:
        if signum == signal.SIGKILL:
            await self.kill()
        elif self._kernel is not None:
            self._kernel.signal(signum)

    async def kill(self, restart: bool = False) -> None:
        """End the kernel, and wait for that: jupyter_client would look for it ten times a second."""
        self.end()
        await self._ends(_DYING)

    async def _ends(self, seconds: float) -> bool:
        """Whether there is no kernel any more, within so many seconds."""
        end = time.monotonic() + seconds
        while await self.poll() is None:
            if (left := end - time.monotonic()) <= 0:
                return False
            await self._kernel.heard(left)
        return True

    async def terminate(self, restart: bool = False) -> None:
        await self.send_signal(signal.SIGTERM)

    async def cleanup(self, restart: bool = False) -> None:
        if not restart:
            shutil.rmtree(self._folder, ignore_errors=True)  # the keeper may be at it too
            self._folder = ""


def _started(request: dict, folder: str, talk: socket.socket | None) -> ForkedKernel:
    """A kernel in the kind of sandbox that there can be here. Raises CourseError if there can be none."""
    available.require()
    if available.kind() == available.WARM:
        return warm_process().fork(request, talk)
    return ForkedKernel(*bubblewrap.start(request | {"folder": folder}))
