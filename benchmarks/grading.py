"""Grading a class: stock nbgrader, `autograder grade`, and the floor, on the same simulated submissions.

`python -m benchmarks.grading` (`make bench-grading`) measures a class of 100. On a machine with other work to do, the
figures say little: processor time is that of the whole machine.
"""

import argparse
import ast
import contextlib
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import psutil
from rich.console import Console
from rich.table import Table

from autograder.grading.course import Course
from autograder.grading.demo import ASSIGNMENT
from autograder.grading.progress import progress
from autograder.grading.simulate import simulate

ROOT = Path(__file__).parents[1]
HEADINGS = ["", "submissions", "s each", "CPU s each", "times stock", "MB per kernel", "MB in all"]

_STOCK = 'c = get_config()\nc.CourseDirectory.course_id = "stock"\n'
_EVERY = 1  # seconds between two looks at the memory
_LOOKED_AT = 12  # submissions that are graded once more, to look
_MB = 2**20


@dataclass
class Figures:
    """What one way of grading took: seconds of the clock and of processors, and bytes at most."""

    name: str
    submissions: int
    seconds: float = 0.0
    cpu: float = 0.0
    kernel: int = 0
    total: int = 0

    def row(self, stock: "Figures") -> list[str]:
        each, theirs = self.seconds / self.submissions, stock.seconds / stock.submissions
        memory = [f"{value / _MB:.0f}" if value else "–" for value in (self.kernel, self.total)]
        return [self.name, f"{self.submissions}", f"{each:.3f}", f"{self.cpu / self.submissions:.3f}",
                f"{theirs / each:.1f}", *memory]  # fmt: skip


def measure(console: Console, students: int = 12, sample: int = 3) -> tuple[list[str], list[list[str]]]:
    """Grade a class of `students` with `autograder grade`, and the first `sample` of them with stock nbgrader; then a
    few once more, to look at the memory."""
    with tempfile.TemporaryDirectory() as folder, progress(console, "Grading a class", 4) as step:
        courses = {name: Path(folder) / name for name in ("ours", "stock", "ours again", "stock again")}
        for name, its in courses.items():
            ours = name.startswith("ours")
            _course(its, (ROOT / "nbgrader_config.py").read_text(encoding="utf-8") if ours else _STOCK)
            _run(its, "nbgrader", "generate_assignment", ASSIGNMENT)  # as for every class that has handed something in
        simulate(Course(courses["ours"]), ASSIGNMENT, students, seed=1)
        submissions = sorted((courses["ours"] / "submitted").iterdir())
        for name, number in (("stock", sample), ("ours again", _LOOKED_AT), ("stock again", 1)):
            for submission in submissions[:number]:
                shutil.copytree(submission, courses[name] / "submitted" / submission.name)
        theirs, own = Figures("nbgrader autograde, stock", sample), Figures("autograder grade", students)
        floor = Figures("fork and execute, no kernel", students)
        _timed(theirs, lambda: _autograde(courses["stock"]))
        step("stock nbgrader", True)
        _timed(own, lambda: _grade(courses["ours"]))
        step("autograder grade", True)
        _timed(floor, lambda: _floor([path for one in submissions for path in one.glob(f"{ASSIGNMENT}/*.ipynb")]))
        step("the floor", True)
        _watched(theirs, lambda: _autograde(courses["stock again"]))
        _watched(own, lambda: _grade(courses["ours again"]))
        step("memory", True)
    return HEADINGS, [one.row(theirs) for one in (theirs, own, floor)]


def _autograde(folder: Path) -> None:
    _run(folder, "nbgrader", "autograde", ASSIGNMENT)


def _grade(folder: Path) -> None:
    _run(folder, "autograder.cli", "grade", ASSIGNMENT)


def _course(folder: Path, config: str) -> None:
    folder.mkdir()
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    shutil.copytree(ROOT / "source" / ASSIGNMENT, folder / "source" / ASSIGNMENT)


def _run(folder: Path, *command: str) -> None:
    paths = {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}
    run = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env=os.environ | paths, capture_output=True, text=True
    )
    if run.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")


def _floor(notebooks: list[Path]) -> None:
    """One process after the other, forked from one that has imported everything, executes the cells of a notebook."""
    fork = multiprocessing.get_context("fork")
    server = fork.Process(target=_serve, args=(notebooks,))
    server.start()
    server.join()
    if server.exitcode:
        raise RuntimeError("The floor could not be measured.")


def _serve(notebooks: list[Path]) -> None:
    import torch
    import torch._dynamo

    from autograder import check  # noqa: F401

    torch.set_num_threads(1)
    for path in notebooks:
        if not (child := os.fork()):
            _execute(nbformat.read(path, as_version=4))
            os._exit(0)
        os.waitpid(child, 0)


def _execute(notebook: nbformat.NotebookNode) -> None:
    names: dict = {}
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        for cell in notebook.cells:
            if cell.cell_type == "code":
                with contextlib.suppress(Exception):
                    exec(compile(ast.parse(cell.source), "cell", "exec"), names)


def _timed(figures: Figures, action: Callable[[], None]) -> None:
    began, busy = time.perf_counter(), _busy()
    action()
    figures.seconds, figures.cpu = time.perf_counter() - began, _busy() - busy


def _busy() -> float:
    """Seconds for which this machine's processors have worked."""
    times = psutil.cpu_times()
    return times.user + times.nice + times.system


def _watched(figures: Figures, action: Callable[[], None]) -> None:
    """Note the most memory that the processes started meanwhile have: a kernel's own, and that of all together. To look
    takes a tenth of the processors' time, so this is not timed."""
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_EVERY):
            total = 0
            for process in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error, OSError):
                    memory = process.memory_full_info()
                    total += memory.pss
                    if _is_kernel(process):
                        figures.kernel = max(figures.kernel, memory.uss)
            figures.total = max(figures.total, total)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        action()
    finally:
        ended.set()
        watcher.join()


def _is_kernel(process: psutil.Process) -> bool:
    """An ordinary kernel says so; a forked one has its own session, and was forked from one that looks the same."""
    command = process.cmdline()
    forked = os.getsid(process.pid) == process.pid and process.parent().cmdline() == command
    return forked or "ipykernel_launcher" in command


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.grading", description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=100, help="the class for autograder grade (default: 100)")
    parser.add_argument("--sample", type=int, default=10, help="how many of them for stock nbgrader (default: 10)")
    chosen = parser.parse_args()
    console = Console()
    headings, rows = measure(console, chosen.students, chosen.sample)
    table = Table(*headings)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    main()
