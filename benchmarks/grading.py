"""Grading a submission, beside nbgrader called by hand and a bare kernel."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import papermill
from rich.console import Console

from autograder.grading.class_run import grade
from autograder.grading.course import Course
from autograder.grading.demo import ASSIGNMENT
from autograder.grading.progress import progress
from autograder.grading.simulate import simulate

STUDENTS = 3
ROOT = Path(__file__).parents[1]


def measure(console: Console) -> tuple[list[str], list[list[str]]]:
    """Seconds per submission of the same simulated students."""
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder) / "ours", Path(folder) / "theirs"
        ours.mkdir()
        shutil.copy(ROOT / "nbgrader_config.py", ours)
        shutil.copytree(ROOT / "source" / ASSIGNMENT, ours / "source" / ASSIGNMENT)
        course = Course(ours)
        simulate(course, ASSIGNMENT, STUDENTS, seed=1)
        with course.quiet():
            course.register(ASSIGNMENT)
            shutil.copytree(ours, theirs)
            seconds = {"a kernel that imports torch": _kernels(Path(folder), console)}
        with progress(console, "nbgrader by hand", 2) as step:
            for command in ("autograde", "generate_feedback"):
                seconds[f"nbgrader {command}"] = _timed(lambda command=command: _nbgrader(theirs, command)) / STUDENTS
                step(command, True)
        seconds["autograder grade (both)"] = _timed(lambda: grade(course, ASSIGNMENT, console)) / STUDENTS
    by_hand = seconds["nbgrader autograde"] + seconds["nbgrader generate_feedback"]
    rows = [[name, f"{value:.1f} s", f"{value / by_hand:.2f}"] for name, value in seconds.items()]
    return [f"{STUDENTS} submissions of {ASSIGNMENT}", "per submission", "of nbgrader by hand"], rows


def _kernels(folder: Path, console: Console) -> float:
    path = folder / "bare.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import torch")]), path)

    def run() -> None:
        papermill.execute_notebook(path, None, kernel_name="python3", progress_bar=False)

    seconds = 0.0
    with progress(console, "Bare kernels", STUDENTS) as step:
        for number in range(STUDENTS):
            seconds += _timed(run)
            step(f"kernel {number + 1}", True)
    return seconds / STUDENTS


def _nbgrader(folder: Path, command: str) -> None:
    paths = {"PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}
    arguments = [sys.executable, "-m", "nbgrader", command, ASSIGNMENT]
    subprocess.run(arguments, cwd=folder, env=os.environ | paths, check=True, capture_output=True)


def _timed(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began
