"""`autograder doctor`: what a submission must not be able to do is tried in a real grading kernel."""

import os
import socket
import tempfile
import textwrap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from rich.console import Console
from rich.text import Text

from .kernels import kernel_manager
from .problems import CourseError
from .sandbox import available, landlock, view
from .sandbox.limits import MB, Limits

_ENVIRONMENT = "AUTOGRADER_DOCTOR"


@dataclass(frozen=True)
class Line:
    """One thing that was tried: whether it `held`, and in words what happened."""

    title: str
    held: bool
    words: str


def examine(console: Console) -> bool:
    """Try everything and print what held; returns whether this machine is ready for grading."""
    kind, reason, hint = available.found()
    if not kind:
        others = f" There are other ways: {available.WAYS_OUT}" if hint else ""
        console.print("[bold red]No sandbox.[/] ", Text(reason + others), soft_wrap=True, sep="")
        console.print(Text(f"Next: {hint or available.WAYS_OUT}"), soft_wrap=True)
        return False
    try:
        lines = list(attempts())
    except CourseError as error:
        console.print(Text(str(error)), soft_wrap=True)
        return False
    for line in lines:
        mark = "[green]held[/]  " if line.held else "[bold red]FAILED[/]"
        console.print(f"{mark}  {line.title}: ", Text(line.words), soft_wrap=True, sep="")
    if not landlock.works():
        console.print("[yellow]without[/]  Landlock: this system's is too old or missing; the rest holds without it")
    failed = [line.title for line in lines if not line.held]
    if failed:
        console.print(f"Next: do not grade here before this holds: {failed[0]}. Try another machine or container.")
    else:
        console.print("ready")
    return not failed


def attempts() -> Iterator[Line]:
    """Try one thing after the other. Raises CourseError if no kernel can be had."""
    with tempfile.TemporaryDirectory(prefix="autograder_") as name, socket.create_server(("127.0.0.1", 0)) as server:
        folder, secret = Path(name) / "submission", Path(name) / "secret"
        folder.mkdir()
        secret.write_text("secret")
        os.environ[_ENVIRONMENT] = "secret"
        tried = _tried(server.getsockname()[1], str(secret), str(folder))
        start = time.monotonic()
        said = _said(folder, list(tried.values()))
        what = "a warm kernel" if available.kind() == available.WARM else "a kernel in bubblewrap"
        yield Line(what, True, f"ran {len(tried)} cells in {time.monotonic() - start:.1f} s")
        for title, words in zip(tried, said, strict=True):
            yield Line(title, words.startswith("no: "), words.removeprefix("no: ") or "nothing was said")
        changed = sorted(path.name for path in Path(name).rglob("*"))
        yield Line("files outside are unchanged", changed == ["secret", "submission"], ", ".join(changed))
        del os.environ[_ENVIRONMENT]
        ended = _said(folder, [_LEFT, "print('ran on')"])
        time.sleep(0.5)
        left = _running("autograder-doctor-left")
        yield Line("no process is left behind", not left and ended[0] == "left", "after setsid and two forks")
        for title, cell, limits, ends in _TOO_MUCH:
            begun, tried, after = _said(
                folder, ["print('ran')", cell, "import time; time.sleep(1); print('ran on')"], limits
            )
            refused, ended = tried.startswith("no: "), after == ("" if ends else "ran on")
            words = tried.removeprefix("no: ") if refused else f"the {'notebook' if ends else 'cell'} is ended"
            held = begun == "ran" and (refused or ended)
            yield Line(title, held, words if held else "it worked")
        long = _said(folder, ["while True: print('x' * 1000)", "print('ran on')"], timeout=5)
        yield Line("output", len(long[0]) < 3 * MB and long[1] == "ran on", f"cut after {len(long[0]) // 1000} kB")


def _attempt(source: str) -> str:
    """A cell that prints "no: " and why not, if what it tries does not work."""
    return (
        f"try:\n{textwrap.indent(source, '    ')}\nexcept BaseException as error:\n"
        "    print('no:', type(error).__name__)\nelse:\n    print('it worked')"
    )


def _tried(port: int, secret: str, folder: str) -> dict[str, str]:
    """Cells that print "no: " and why not, if what they try does not work."""
    solutions = str(view.PACKAGE / "exercises" / "train_step" / "solutions.py")
    limits = Limits()
    lines = {
        "no network": f"import socket; socket.create_connection(('127.0.0.1', {port}), 3)",
        "no other file is read": f"open({secret!r}).read()",
        "no system file is read": "open('/etc/hostname').read()",
        "no solution is read": f"open({solutions!r}).read()",
        "no solution is imported": "import autograder.exercises.train_step.solutions",
        "nothing is written outside": f"open({folder + '/x'!r}, 'w').write('x')",
        "the packages cannot be changed": "import torch; open(torch.__file__, 'a').write('x')",
        "no signal to the grader": f"import os; os.kill({os.getpid()}, 0)",
        "nothing of the grader's environment": f"import os; os.environ[{_ENVIRONMENT!r}]",
        "memory": f"bytearray({limits.memory + 64 * MB})",  # more than Python had at its start and may have freed
        "memory that is nobody's": "import os; os.memfd_create('x')",
        "file size": f"with open('x', 'wb') as file: file.write(bytes({limits.file_size} + 1))",
        "folder size": f"with open('y', 'wb') as a, open('z', 'wb') as b:\n"
        f"    for file in (a, b): file.write(bytes({limits.file_size})); file.flush()",
        "threads": "import threading, time\n"
        f"for i in range({limits.processes}): threading.Thread(target=time.sleep, args=(1,)).start()",
        "processes": "import os, time\nfor i in range(1000):\n    if os.fork() == 0: time.sleep(20); os._exit(0)",
    }
    return {title: _attempt(source) for title, source in lines.items()}


_LEFT = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execv(sys.executable, [sys.executable, "-c", "'autograder-doctor-left'; import time; time.sleep(600)"])
    os._exit(0)
time.sleep(0.5)
print("left")
"""
_GROW = """
import os, time
for i in range(9):
    if os.fork() == 0:
        x = b"x" * 100 * 2**20
        time.sleep(60)
time.sleep(10)
"""
_BURN = """
import os
for i in range(3):
    if os.fork() == 0:
        while True: pass
while True: pass
"""


_TOO_MUCH = [  # what, a cell that does it, where little is too much, and whether that ends the notebook
    ("processor time of a cell", _BURN, Limits(cell_cpu=2), False),
    ("processor time of a notebook", _BURN, Limits(cpu=2), True),
    ("memory of all processes together", _GROW, Limits(memory=500 * MB), True),
    ("number of files", _attempt("for i in range(5000): open(f'{i}', 'w').close()"), Limits(folder_files=500), True),
]


def _said(folder: Path, cells: list[str], limits: Limits | None = None, timeout: int = 30) -> list[str]:
    """What each cell printed; nothing, once the kernel has been ended."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    client = NotebookClient(notebook, kernel_manager_class=kernel_manager(), allow_errors=True, timeout=timeout)
    client.resources, client.interrupt_on_timeout = {"metadata": {"path": str(folder)}}, True
    client.shutdown_kernel = "immediate"
    try:
        client.execute(**({"limits": limits} if limits else {}))
    except CourseError:
        raise
    except Exception as error:
        client.log.debug("%s", error)
    return ["".join(one.get("text", "") for one in cell.outputs).strip() for cell in notebook.cells]


def _running(word: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in path.read_bytes():
                found.append(path.parent.name)
        except OSError:
            continue
    return found
