"""An IPython kernel in a process that was forked for it: what differs from one that a command starts."""

import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from ipykernel import kernelapp
from ipykernel.iostream import IOPubThread, OutStream, ZMQStream, zmq
from ipykernel.kernelapp import IPKernelApp
from IPython.core import pylabtools
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.process import process_handler
from traitlets.config import Config

_KEPT = ("NBGRADER_EXECUTION",)  # what a kernel may see of the grader's environment

_BACKEND = "module://matplotlib_inline.backend_inline"
_INSTALLED = ("site-packages", "dist-packages")
_PIECE = 2**16  # bytes

LONGEST = 2_000_000  # characters that a cell may print; the grader cuts at less, and says so

SETTINGS = Config({"HistoryManager": {"enabled": False, "hist_file": ":memory:"}})


class CutStream(OutStream):
    """Standard output that stops at a length, so that what nobody reads is not even sent. A flush waits for the thread
    that sends, and there are four to a cell; so it waits only if something was printed since the last one."""

    _printed = 0
    _cell: object = None
    _unsent = False

    def flush(self) -> None:
        if self._unsent:
            self._unsent = False
            super().flush()

    def write(self, string: str) -> int:
        self._unsent = True
        if isinstance(string, str):
            if self._cell is not (cell := self.parent_header):
                self._cell, self._printed = cell, 0
            kept = string[: max(0, LONGEST - self._printed)]
            self._printed += len(string)
            if len(kept) < len(string):
                super().write(kept)
                return len(string)
        return super().write(string)


class OutputThread(IOPubThread):
    """Sends what is printed, also by child processes: those reach it through a file, since there is no network.

    By way of the network, every single print of a child would wait three seconds for nothing.
    """

    def _setup_pipe_in(self) -> None:
        self._pipe_uuid = os.urandom(16)
        self._pipe_address = f"ipc://{os.environ['HOME']}/.printed"
        pipe = self.socket.context.socket(zmq.PULL)
        pipe.linger = 0
        pipe.bind(self._pipe_address)
        self._pipe_in = ZMQStream(pipe, self.io_loop)
        self._pipe_in.on_recv(self._handle_pipe_msg)

    def _setup_pipe_out(self) -> tuple[zmq.Context, zmq.Socket]:
        context = zmq.Context()  # the parent's is of no use after a fork
        pipe = context.socket(zmq.PUSH)
        pipe.linger = 1000
        pipe.connect(self._pipe_address)
        return context, pipe


class ForkedKernelApp(IPKernelApp):
    """A kernel that is told how to connect, instead of reading it from a file, and that says when it listens."""

    def __init__(self, connection: dict, bound: Callable[[], None], **traits: object) -> None:
        super().__init__(**traits)
        self._connection, self._bound = connection, bound

    def init_connection_file(self) -> None:
        self.load_connection_info(self._connection)

    def parse_command_line(self, argv: list[str] | None = None) -> None:
        """There is none."""

    def write_connection_file(self, **info: object) -> None:
        """There is nobody who would read it."""

    def init_iopub(self, context: zmq.Context) -> None:
        kernelapp.IOPubThread = OutputThread  # the name that is looked up here; there is no setting for it
        super().init_iopub(context)

    def init_heartbeat(self) -> None:
        super().init_heartbeat()
        self._bound()


def run(connection: dict, environment: dict[str, str], home: str, folder: str, bound: Callable[[], None]) -> None:
    """Be the kernel, until it is shut down.

    Args:
        connection: what a connection file holds.
        environment: the grader's environment, of which the kernel keeps next to nothing.
        home: a folder that the kernel may write to.
        folder: where the notebook runs.
        bound: called once, when the kernel's sockets are there.
    """
    settle(environment, home, folder)
    app = ForkedKernelApp.instance(connection, bound, outstream_class=f"{__name__}.{CutStream.__name__}")
    app.config.merge(SETTINGS)
    app.initialize([])
    furnish(app.shell)
    app.start()


def furnish(shell: InteractiveShell) -> None:
    """Have a shell do what it does elsewhere: run commands, but without a terminal, and show plots, also where
    matplotlib was imported before there was this shell."""

    def system(command: str) -> None:
        command = shell.var_expand(command, depth=1)
        shell.user_ns["_exit_code"] = process_handler(command, _print_all, stderr=subprocess.STDOUT)

    shell.system = system
    if "matplotlib.pyplot" in sys.modules:
        from matplotlib_inline.backend_inline import InlineBackend, configure_inline_support

        pylabtools.activate_matplotlib(_BACKEND)
        configure_inline_support(shell, _BACKEND)
        settings = InlineBackend.instance()  # of which a process's first shell alone is told
        pylabtools.select_figure_formats(shell, settings.figure_formats, **settings.print_figure_kwargs)


def _print_all(process: subprocess.Popen) -> int:
    """Print what a command prints, as it comes; returns how it ended."""
    process.stdin.close()
    for piece in iter(partial(process.stdout.read1, _PIECE), b""):
        sys.stdout.write(piece.decode("utf-8", "replace"))
    return process.wait()


def settle(environment: dict[str, str], home: str, folder: str) -> None:
    """Have the environment, the folder and the random numbers of a new kernel; the arguments are those of `run`."""
    os.environ.clear()
    os.environ.update({name: environment[name] for name in _KEPT if name in environment})
    os.environ.update({"HOME": home, "TMPDIR": home, "IPYTHONDIR": f"{home}/.ipython", "LANG": "C.UTF-8"})
    os.environ.update({"PATH": os.pathsep.join((os.path.dirname(sys.executable), "/usr/bin", "/bin"))})
    os.environ.update({"OMP_NUM_THREADS": "1", "TERM": "xterm-color", "CLICOLOR": "1", "PAGER": "cat"})
    os.environ["GIT_PAGER"] = "cat"
    os.chdir(folder)
    tempfile.tempdir = None  # what was found before the process was forked is not there
    # What was handed in can be imported, before what is installed: as IPython has it where Python is not told -P.
    sys.path.insert(next(i for i, path in enumerate(sys.path) if Path(path).name in _INSTALLED), "")
    # Random numbers as in a fresh process: from the system.
    torch.default_generator.seed()
    np.random.seed()
    random.seed()
