"""A course whose source, release and gradebook do not fit together: mended where that is safe, or one sentence."""

import copy
import shutil

import nbformat
import pytest
from nbgrader.apps import NbGraderApp
from rich.console import Console

from autograder.grading.class_run import grade
from autograder.grading.course import Course
from autograder.grading.problems import CourseError
from autograder.grading.release import build_release

from .classes import ASSIGNMENT, NOTEBOOK, new_course


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory):
    """A course in whose gradebook one student has handed in, with a score."""
    course = new_course(tmp_path_factory.mktemp("course") / "course")
    released = course.released(ASSIGNMENT)
    course.register(ASSIGNMENT)
    folder = course.folder / "submitted" / "student1" / ASSIGNMENT
    folder.mkdir(parents=True)
    nbformat.write(released["loop_order"], folder / NOTEBOOK)
    with course.gradebook() as gradebook:
        gradebook.add_student("student1")
        gradebook.add_submission(ASSIGNMENT, "student1")
        gradebook.find_grade("test_loop_order", "loop_order", ASSIGNMENT, "student1").auto_score = 2
        gradebook.db.commit()
    return course.folder


@pytest.fixture
def course(handed_in, tmp_path):
    shutil.copytree(handed_in, tmp_path / "course")
    course = Course(tmp_path / "course")
    course.allow_everything()  # no notebook is run here, so there need be no sandbox
    return course


def edit(course, change) -> None:
    path = course.folder / "source" / ASSIGNMENT / NOTEBOOK
    notebook = nbformat.read(path, as_version=4)
    change(notebook.cells)
    nbformat.write(notebook, path)


def its_test(cells):
    (cell,) = (cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "test_loop_order")
    return cell


def add_a_test(cells):
    new = copy.deepcopy(its_test(cells))
    new.id, new.metadata.nbgrader["grade_id"] = "new", "test_new"
    cells.append(new)


def remove_a_test(cells):
    cells.remove(its_test(cells))


def change_points(cells):
    its_test(cells).metadata.nbgrader["points"] = 30


def change_test(cells):
    its_test(cells).source += "\n# mended"


def scores(course) -> dict:
    with course.gradebook() as gradebook:
        (submission,) = gradebook.assignment_submissions(ASSIGNMENT)
        (notebook,) = submission.notebooks
        return {grade.name: (grade.auto_score, grade.max_score) for grade in notebook.grades}


@pytest.mark.parametrize(("change", "name"), [(add_a_test, "test_new"), (remove_a_test, "test_loop_order")])
@pytest.mark.parametrize("released", [True, False])
def test_other_cells_than_those_graded_stop_grading_before_a_score_is_lost(course, change, name, released):
    before = scores(course)
    assert before["test_loop_order"] == (2, 3)
    edit(course, change)
    if released:
        build_release(course.folder)
    with pytest.raises(CourseError, match=rf"\(“{name}”\), and nbgrader cannot change them any more: undo that in"):
        grade(course, ASSIGNMENT, Console(quiet=True))
    assert scores(course) == before


def test_both_ways_out_that_are_named_for_it_work(course, monkeypatch):
    path = course.folder / "source" / ASSIGNMENT / NOTEBOOK
    former = path.read_text()
    edit(course, add_a_test)
    build_release(course.folder)
    with pytest.raises(CourseError, match=f"nbgrader db assignment remove {ASSIGNMENT} --force"):
        course.register(ASSIGNMENT)
    wanted = path.read_text()
    path.write_text(former)
    build_release(course.folder)
    course.register(ASSIGNMENT)
    path.write_text(wanted)
    build_release(course.folder)
    monkeypatch.chdir(course.folder)
    NbGraderApp.clear_instance()
    with course.quiet():
        NbGraderApp.launch_instance(["db", "assignment", "remove", ASSIGNMENT, "--force"])
    NbGraderApp.clear_instance()
    course.register(ASSIGNMENT)
    with course.gradebook() as gradebook:
        assert gradebook.find_grade_cell("test_new", "loop_order", ASSIGNMENT).max_score == 3


def test_points_and_tests_that_changed_in_source_count(course):
    edit(course, change_points)
    edit(course, change_test)
    course.register(ASSIGNMENT)
    assert scores(course)["test_loop_order"] == (2, 30)
    with course.gradebook() as gradebook:
        cell = gradebook.find_source_cell("test_loop_order", "loop_order", ASSIGNMENT)
        assert cell.source.endswith("\n# mended")


def test_a_gradebook_that_knows_the_source_is_not_written_again(course, monkeypatch):
    monkeypatch.setattr(Course, "_enter", lambda *arguments: pytest.fail("it was"))
    course.register(ASSIGNMENT)


def test_a_release_of_a_former_source_is_one_sentence(course):
    with course.gradebook() as gradebook:
        gradebook.remove_assignment(ASSIGNMENT)
    edit(course, add_a_test)
    with pytest.raises(CourseError, match=r"has not the cells that its source has \(“test_new”\): make it again with"):
        course.register(ASSIGNMENT)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"answer": 42}'])
@pytest.mark.parametrize(
    ("folder", "advice"), [("release", "make it again with `make release`"), ("source", "mend it")]
)  # fmt: skip
def test_a_damaged_notebook_of_the_courses_is_one_sentence(course, folder, advice, text):
    path = course.folder / folder / ASSIGNMENT / NOTEBOOK
    path.write_text(text)
    with pytest.raises(CourseError, match=rf"^{path} is damaged or cannot be read \(\w+\): {advice}\.$"):
        grade(course, ASSIGNMENT, Console(quiet=True))
