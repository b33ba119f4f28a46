"""What comes before a submission's notebooks run: the gradebook and the files are as nbgrader alone makes them."""

import shutil

import nbformat
import pytest
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties, OverwriteCells, OverwriteKernelspec, SaveAutoGrades

from autograder.grading import gradebook
from autograder.grading.conversion import Conversion
from autograder.grading.course import Course
from autograder.grading.problems import CourseError

from .classes import ASSIGNMENT, NOTEBOOK, new_course

OTHER = "other.ipynb"  # a second notebook, which is not handed in
LATE = "2026-01-02 03:04:05 UTC"


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A course of an assignment with two notebooks and a file, which one student has handed in in part."""
    course = new_course(tmp_path_factory.mktemp("course"))
    source = course.folder / "source" / ASSIGNMENT
    shutil.copy(source / NOTEBOOK, source / OTHER)
    (source / "data.csv").write_text("the course's\n")
    (source / "more.csv").write_text("the course's\n")
    course.released(ASSIGNMENT)
    course.register(ASSIGNMENT)
    folder = course.folder / "submitted" / "student1" / ASSIGNMENT
    shutil.copytree(course.folder / "release" / ASSIGNMENT, folder)
    (folder / OTHER).unlink()
    (folder / "data.csv").write_text("the student's\n")
    (folder / "notes.txt").write_text("the student's\n")
    (folder / "timestamp.txt").write_text(LATE)
    return course.folder


@pytest.fixture
def course(released, tmp_path):
    shutil.copytree(released, tmp_path / "course")
    return Course(tmp_path / "course")


def begin(course, kind=Conversion, **settings):
    with course.quiet(), course.converter(kind, ASSIGNMENT) as conversion:
        conversion.prepare()
        for name, value in settings.items():
            setattr(conversion, name, value)
        with gradebook.opened(course.settings.db_url, course.settings.course_id):
            return conversion.begin("student1")


class AsNbgrader(Conversion):
    def init_assignment(self, assignment_id, student_id):
        Autograde.init_assignment(self, assignment_id, student_id)


def state(course):
    """All that the gradebook and the folder of graded work hold of the submission."""
    with Gradebook(course.settings.db_url, course.settings.course_id) as book:
        submission = book.find_submission(ASSIGNMENT, "student1")
        grades = [
            (notebook.name, grade.name, grade.auto_score, grade.manual_score, grade.needs_manual_grade)
            for notebook in submission.notebooks for grade in notebook.grades
        ]  # fmt: skip
        comments = [(notebook.name, one.name) for notebook in submission.notebooks for one in notebook.comments]
        entered = [student.id for student in book.students], submission.timestamp, sorted(grades), sorted(comments)
    folder = course.folder / "autograded" / "student1" / ASSIGNMENT
    return entered, {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_submission_is_entered_as_nbgrader_does_it(course, tmp_path):
    shutil.copytree(course.folder, tmp_path / "other")
    theirs = Course(tmp_path / "other")
    begin(course)
    begin(theirs, AsNbgrader)
    assert state(course) == state(theirs)
    (_, timestamp, grades, _), files = state(course)
    assert timestamp.year == 2026
    assert {score for notebook, _, score, *_ in grades if notebook == "other"} == {0}
    assert {score for notebook, _, score, *_ in grades if notebook != "other"} == {None}
    assert files["data.csv"] == b"the course's\n"
    assert files["notes.txt"] == b"the student's\n"
    assert NOTEBOOK not in files  # until it is graded, there is nothing that looks like graded work
    begin(course)  # once more: it is there already
    assert state(course) == state(theirs)


def test_excluded_files_stay_the_students(course):
    begin(course, exclude_overwriting={ASSIGNMENT: ["data.csv"]})
    _, files = state(course)
    assert files["data.csv"] == b"the student's\n"
    assert files["more.csv"] == b"the course's\n"


def test_who_is_not_on_the_list_is_not_entered_where_that_is_so_set(course):
    with pytest.raises(MissingEntry, match="student1"):
        begin(course, create_student=False)
    assert not (course.folder / "autograded" / "student1" / ASSIGNMENT).exists()
    with Gradebook(course.settings.db_url, course.settings.course_id) as book:
        assert book.students == []


def test_a_submission_of_other_notebooks_is_refused_in_a_sentence(course):
    folder = course.folder / "submitted" / "student1" / ASSIGNMENT
    (folder / NOTEBOOK).rename(folder / "mine.ipynb")
    with pytest.raises(CourseError, match=r"None of its notebooks is one of a3_loop_order: loop_order, other\."):
        begin(course)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [(gradebook.OverwriteCells, OverwriteCells), (gradebook.OverwriteKernelspec, OverwriteKernelspec),
     (gradebook.SaveAutoGrades, SaveAutoGrades), (gradebook.AssignLatePenalties, AssignLatePenalties)],
)  # fmt: skip
def test_each_step_does_what_nbgraders_does(course, tmp_path, ours, theirs):
    begin(course)
    shutil.copytree(course.folder, tmp_path / "other")
    other = Course(tmp_path / "other")
    results = [_step(one, kind) for one, kind in ((course, ours), (other, theirs))]
    assert results[0] == results[1]
    assert state(course) == state(other)


def _step(course, kind):
    nb = nbformat.read(course.folder / "submitted" / "student1" / ASSIGNMENT / NOTEBOOK, as_version=4)
    nb.metadata.kernelspec = {"name": "another", "display_name": "another"}
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("points"):
            cell.metadata.nbgrader["points"] = 77
            cell.source += "\nchanged"
            cell.metadata.nbgrader["locked"] = not cell.metadata.nbgrader["locked"]
    names = {
        "notebook": "loop_order",
        "assignment": ASSIGNMENT,
        "student": "student1",
        "db_url": course.settings.db_url,
    }
    with course.quiet(), gradebook.opened(course.settings.db_url, course.settings.course_id):
        return kind().preprocess(nb, {"nbgrader": names})[0]


OTHERS = "['autograder.grading.prepare.Prepare', {}'autograder.grading.scores.SaveGrades']"
NOT_IN_A_SANDBOX = r"Nothing in nbgrader_config\.py runs the notebooks in a sandbox: put autograder\.grading\.execute\."


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("Execute.timeout = 'soon'", r"A setting in nbgrader_config\.py is wrong \(The 'timeout' trait of an Execute "),
        ("ClearOutput.enabled = 'soon'", r"is wrong \(The 'enabled' trait of a ClearOutput .*\): correct it\."),
        ("SaveAutoGrades.enabled = 'soon'", "is wrong .The 'enabled' trait of a SaveGrades instance"),
        ("Autograde.force = 'soon'", "is wrong .The 'force' trait of a Conversion instance"),
        ("Autograde.sanitize_preprocessors = ['no.such.Thing']", "no.such.Thing, which cannot be imported .No mod"),
        ("Autograde.autograde_preprocessors = ['no.such.Thing']", "no.such.Thing, which cannot be imported .No mod"),
        ("Autograde.autograde_preprocessors = []", "Nothing in nbgrader_config.py saves the scores: put "),
        (f"Autograde.autograde_preprocessors = {OTHERS.format('')}", NOT_IN_A_SANDBOX),
        (
            "Autograde.autograde_preprocessors = " + OTHERS.format("'nbgrader.preprocessors.Execute', "),
            NOT_IN_A_SANDBOX,
        ),
    ],
)  # fmt: skip
def test_settings_that_no_submission_could_be_graded_with_are_one_sentence(course, setting, sentence):
    with (course.folder / "nbgrader_config.py").open("a") as file:
        file.write(f"c.{setting}\n")
    with pytest.raises(CourseError, match=sentence):
        begin(Course(course.folder))
