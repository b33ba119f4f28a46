"""Where there can be no sandbox nothing is run, unless one says that it may."""

import io

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from rich.console import Console

from autograder.grading.class_run import ClassRun, grade
from autograder.grading.course import Course
from autograder.grading.execute import Execute
from autograder.grading.problems import CourseError
from autograder.grading.sandbox import available
from autograder.grading.table import show

from ..classes import ASSIGNMENT, new_course


@pytest.fixture
def no_sandbox(monkeypatch):
    monkeypatch.setattr(available, "problem", lambda: "There is no sandbox for grading here (unshare).")


def test_a_notebook_is_not_run(no_sandbox, tmp_path):
    cell = new_code_cell(f"open({str(tmp_path / 'ran')!r}, 'w')")
    with pytest.raises(CourseError, match="There is no sandbox"):
        Execute(kernel_name="python3").preprocess(new_notebook(cells=[cell]), {})
    assert not (tmp_path / "ran").exists()


@pytest.mark.slow
def test_a_notebook_is_run_if_one_says_so(no_sandbox, tmp_path):
    cell = new_code_cell(f"open({str(tmp_path / 'ran')!r}, 'w')")
    Execute(kernel_name="python3", unsafe_no_sandbox=True).preprocess(new_notebook(cells=[cell]), {})
    assert (tmp_path / "ran").exists()


def test_a_class_is_not_graded(no_sandbox, tmp_path, capsys):
    new_course(tmp_path)
    config = tmp_path / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.Execute.unsafe_no_sandbox = False\n")
    course = Course(tmp_path)
    assert course.sandboxed
    with pytest.raises(CourseError, match="There is no sandbox"):
        grade(course, ASSIGNMENT, None)
    course.allow_everything()
    assert not course.sandboxed


def test_the_table_says_so_in_red():
    text = io.StringIO()
    show(ClassRun(sandboxed=False), Console(file=text, force_terminal=True, color_system="standard", width=100))
    assert "\x1b[1;31mNo sandbox:" in text.getvalue()
