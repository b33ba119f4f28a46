"""The warm process: it imports what notebooks import, computes nothing, and forks a kernel for each notebook.

`main` runs in a process of its own (`client.py` starts it) and ends when the grader does. It has one thread, and looks
before each fork whether that is still so: a process forked from several threads can hang.
"""

import contextlib
import gc
import json
import linecache
import os
import select
import shutil
import signal
import socket
import sys
from functools import partial
from importlib import import_module
from pathlib import Path

from ... import exercises
from ..importing import importing
from ..sandbox import keeper, landlock, linux, view
from ..sandbox.limits import Limits
from . import pages

_LARGEST = 100_000  # bytes of one request
_PAUSE = 0.1  # seconds without a request

_IMPORTED = (
    "torch",
    "torch._dynamo",  # which torch imports when the first optimizer is made
    "matplotlib.pyplot",
    "matplotlib_inline.backend_inline",
    "ipykernel.debugger",  # which each kernel imports when it starts, and so are these
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "psutil",
    "tornado.platform.asyncio",
    "autograder.hinting",
    "autograder.checking",
    "autograder.probing.handover",
    "autograder.grading.warm.kernel",
)


# Whose lines are read for a stack of the kernel's, as torch.manual_seed makes one (for a GPU that may come).
_IN_EACH_STACK = (
    "asyncio.base_events",
    "asyncio.events",
    "ipykernel.ipkernel",
    "ipykernel.kernelbase",
    "ipykernel.zmqshell",
    "IPython.core.async_helpers",
    "IPython.core.interactiveshell",
    "torch._compile",
    "torch._dynamo.eval_frame",
    "torch.cuda",
    "torch.cuda.random",
    "torch.random",
)


def main(listening: int, starting: int, place: str) -> None:
    """Serve the first grader that connects: for each request, with a socket of its own, fork a kernel, or, if the
    request is empty (`{}`), a process that answers what is expected of a challenge.

    Args:
        listening: the descriptor of the socket to which the grader connects.
        starting: that of a socket to the process that started this one, which may end before there is a grader.
        place: a folder with nothing but that socket, which is removed when the grader is gone.
    """
    folder = Path(place)
    with contextlib.suppress(OSError):  # kernels interrupt nobody who could go on: with many, each keeps its cache
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    try:
        with importing():
            _import()
            from . import direct
        view.copy_package(folder / "package")
        (folder / "root").mkdir()
        direct.prepare(str(folder / "ipython"))
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # forked processes that ended need no collecting
        gc.freeze()
        if not (grader := _grader(socket.socket(fileno=listening), socket.socket(fileno=starting))):
            return
        grader.sendall(f"ready {os.getpid()}".encode())
        collapsed = False
        while True:
            # First what is expected is asked for, and meanwhile there is time for this.
            if not collapsed and not select.select([grader], [], [], _PAUSE)[0]:
                pages.collapse()
                collapsed = True
            request, descriptors, _, _ = socket.recv_fds(grader, _LARGEST, 2)
            if not request:
                return
            channel, *talk = (socket.socket(fileno=one) for one in descriptors)
            _fork(json.loads(request), channel, grader, folder, *talk)
    except ConnectionError:
        return
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _grader(listener: socket.socket, starter: socket.socket) -> socket.socket | None:
    """The grader, once it connects; None if nobody is left who would."""
    with listener, starter:
        if listener not in select.select([listener, starter], [], [])[0]:
            return None
        os.unlink(listener.getsockname())  # it is the only one
        return listener.accept()[0]


def threads() -> int:
    """How many threads this process has."""
    return len(os.listdir("/proc/self/task"))


def _import() -> None:
    for name in _IMPORTED:
        import_module(name)
    for name in _IN_EACH_STACK:
        linecache.getlines(sys.modules[name].__file__)
    sys.modules["torch"].set_num_threads(1)
    landlock.works()  # which imports it
    for name in _probes():
        with contextlib.suppress(Exception):  # one that cannot be imported is the matter of those who ask for it
            import_module(name)
    held = [name for name in sys.modules if name.startswith("autograder.") and _is_authors_alone(name)]
    if held or threads() != 1:
        raise RuntimeError(f"not fit to be forked: {threads()} threads, {held}")


def _probes() -> list[str]:
    """The names of all modules with which an answer is observed; of what authors and graders alone have, none."""
    package = Path(exercises.__file__).parents[1]
    paths = [*package.glob("probing/*.py"), *package.glob("exercises/*/*.py")]
    own = [".".join(path.relative_to(package.parent).with_suffix("").parts) for path in paths]
    return sorted(name.removesuffix(".__init__") for name in own if not _is_authors_alone(name))


def _is_authors_alone(module: str) -> bool:
    return module.rpartition(".")[2] in view.AUTHORS_ALONE


def _fork(
    request: dict, channel: socket.socket, grader: socket.socket, folder: Path, talk: socket.socket | None = None
) -> None:
    with channel, talk or contextlib.nullcontext():
        if threads() != 1:
            raise RuntimeError("not fit to be forked any more: there is a second thread")
        if os.fork():
            return
        try:
            grader.close()
            for number in (signal.SIGINT, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            if request:
                _run(request, channel, folder, talk)
            else:
                _expect(channel)
        finally:
            os._exit(0)


def _expect(channel: socket.socket) -> None:
    """Answer what is expected of a challenge. The question comes by the channel: a kernel that is forked later finds
    in its memory neither that nor the authors' modules, which only this process imports."""
    from ..challenges import expectation

    linux.end_with_parent()
    question = json.loads(channel.recv(_LARGEST))
    channel.sendall(json.dumps(expectation(**question), allow_nan=False).encode())


def _run(request: dict, channel: socket.socket, folder: Path, talk: socket.socket | None) -> None:
    from . import direct, kernel

    keeper.quiet()
    place = request["environment"], view.HOME, view.WORK
    if talk:
        run = partial(direct.run, talk, *place)
    else:
        direct.forget()
        run = partial(kernel.run, request["connection"] | {"ip": f"{view.SOCKETS}/k"}, *place)
    keeper.keep(
        channel,
        run,
        root=str(folder / "root"),
        package=folder / "package",
        sockets=os.path.dirname(request["connection"]["ip"]),
        submission=request["submission"],
        limits=Limits(**request["limits"]),
        talk=talk,
    )
    shutil.rmtree(os.path.dirname(os.path.dirname(request["connection"]["ip"])), ignore_errors=True)
