"""What stands in the way of a class run from outside: a gradebook that somebody else holds, a disk that is full."""

import contextlib
import os
import sqlite3
import subprocess

import pytest
from rich.console import Console

from autograder.grading.class_run import grade
from autograder.grading.course import Course
from autograder.grading.simulate import simulate

from .classes import ASSIGNMENT, new_course

pytestmark = pytest.mark.slow

QUIET = Console(quiet=True)


def a_class(folder, students: int = 2) -> Course:
    course = new_course(folder)
    simulate(course, ASSIGNMENT, students, seed=2)
    return course


def test_a_locked_gradebook_is_one_sentence_and_loses_nothing(tmp_path):
    course = a_class(tmp_path)
    first, second = grade(course, ASSIGNMENT, QUIET).rows
    one, other = course.submissions(ASSIGNMENT).values()
    for name in ("loop_order.ipynb", "timestamp.txt"):  # so that there is something to write
        (one / name).rename(tmp_path / name)
        (other / name).rename(one / name)
        (tmp_path / name).rename(other / name)
    with contextlib.closing(sqlite3.connect(tmp_path / "gradebook.db")) as holder:
        holder.execute("BEGIN IMMEDIATE")
        run = grade(course, ASSIGNMENT, QUIET, force=True)
    assert run.rows == []
    for sentences in run.failed.values():
        assert "The gradebook could not be used (database is locked): see to that, and grade again." in sentences
        assert "The score of an earlier version still stands (database is locked)." in sentences
    after = grade(course, ASSIGNMENT, QUIET)
    assert after.skipped == []
    assert [row.outcomes for row in after.rows] == [second.outcomes, first.outcomes]
    assert [row.score for row in after.rows] == [second.score, first.score]


@pytest.fixture
def small_disk(tmp_path):
    """A folder with room for little."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only root can make a small disk, where mounts are allowed")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_one_sentence_and_loses_nothing(small_disk):
    course = a_class(small_disk)
    grade(course, ASSIGNMENT, QUIET, students="student01")
    full = small_disk / "full"
    with contextlib.suppress(OSError), full.open("wb") as file:
        while True:
            file.write(bytes(4096))
    run = grade(course, ASSIGNMENT, QUIET, force=True)
    assert {row.student for row in run.rows} | run.failed.keys() == {"student01", "student02"}
    assert run.failed
    for first, *_ in run.failed.values():
        assert "No space left on device" in first or "disk is full" in first or "disk I/O error" in first
        assert first.endswith("see to that, and grade again.")
    full.unlink()
    assert [row.student for row in grade(course, ASSIGNMENT, QUIET).rows] == ["student01", "student02"]
