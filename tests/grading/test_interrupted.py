"""A class run that is killed, or parts of it: nothing is lost or graded twice, and nothing goes on by itself."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from rich.console import Console

from autograder.grading.class_run import grade
from autograder.grading.course import Course
from autograder.grading.repair import is_test, label
from autograder.grading.sandbox import available
from autograder.grading.simulate import simulate

from ..course import ROOT
from .classes import ASSIGNMENT, new_course

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(available.problem()), reason="the warm process is part of the sandbox"),
]

STUDENTS = 6
MOMENTS = [pytest.param(seed, marks=[] if seed < 1 else pytest.mark.full) for seed in range(10)]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class that was graded undisturbed."""
    course = new_course(tmp_path_factory.mktemp("undisturbed") / "course")
    simulate(course, ASSIGNMENT, STUDENTS, seed=5)
    began = time.monotonic()
    run = grade(course, ASSIGNMENT, Console(quiet=True))
    assert len(run.rows) == STUDENTS
    return course, time.monotonic() - began


def copy(course: Course, folder: Path) -> Course:
    """The same course before anything was graded; what is expected of its challenges has been computed."""
    for name in ("source", "submitted", "release", ".grading_cache"):
        shutil.copytree(course.folder / name, folder / name)
    for name in ("nbgrader_config.py", ".grading_secret", "manifest.json"):
        shutil.copy(course.folder / name, folder)
    return Course(folder)


def start(course: Course) -> subprocess.Popen:
    paths = {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "autograder.cli", "grade", ASSIGNMENT]
    return subprocess.Popen(command, cwd=course.folder, env=os.environ | paths, stdout=subprocess.PIPE, text=True)


def found(course: Course) -> dict:
    """All that a class run leaves: what the gradebook says, what stands in the notebooks and their test cells."""
    left = {}
    with course.gradebook() as gradebook:
        for submission in gradebook.assignment_submissions(ASSIGNMENT):
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            comments = [comment for notebook in submission.notebooks for comment in notebook.comments]
            left[submission.student.id] = [
                sorted((one.name, one.auto_score, one.manual_score, one.needs_manual_grade) for one in grades),
                sorted((one.name, one.auto_comment, one.manual_comment) for one in comments),
            ]
    for student, of_student in left.items():
        (path,) = (course.folder / "autograded" / student / ASSIGNMENT).glob("*.ipynb")
        cells = nbformat.read(path, as_version=4).cells
        of_student.append([cell.source for cell in cells])
        of_student.append({label(cell): cell.outputs for cell in cells if is_test(cell)})
    return left


def part(grader: subprocess.Popen, which: str) -> psutil.Process | None:
    """A process of a running class run."""
    if which == "grader":
        return psutil.Process(grader.pid)
    word = {"worker": "spawn_main", "warm process": "autograder.grading.warm.server"}[which]
    for process in psutil.Process(grader.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it has just ended
            if word in " ".join(process.cmdline()) and process.username() == psutil.Process().username():
                return process
    return None


@pytest.mark.parametrize("seed", MOMENTS)
@pytest.mark.parametrize("which", ["grader", "worker", "warm process"])
def test_killed_at_any_moment(which, seed, graded, tmp_path):
    course = copy(graded[0], tmp_path)
    rng = random.Random(f"{which} {seed}")
    grader = start(course)
    try:
        time.sleep(rng.uniform(0.2, 0.9) * graded[1])
        end = time.monotonic() + 60
        while (victim := part(grader, which)) is None and grader.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        others = psutil.Process(grader.pid).children(recursive=True) if grader.poll() is None else []
        if victim:
            victim.send_signal(signal.SIGKILL)
        if which == "grader":
            assert not psutil.wait_procs(others, timeout=20)[1]  # none goes on without its grader
            grader.wait()
            grader = start(course)
        assert grader.wait(timeout=240) == 0
    finally:
        grader.kill()
        grader.stdout.close()
    assert found(course) == found(graded[0])


def test_equals_nbgraders_own_autograde(graded, tmp_path):
    """Scores, comments, sources and the outputs of test cells: those of `nbgrader autograde` with the same settings."""
    course = copy(graded[0], tmp_path)
    course.register(ASSIGNMENT)
    command = [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT]
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT), "PATH": programs}, check=True, timeout=300
    )
    assert found(course) == found(graded[0])
