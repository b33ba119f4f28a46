"""A class graded with real nbgrader: equal to nbgrader by hand, whatever else is in the class."""

import html
import json
import re
import shutil
import sqlite3
from types import SimpleNamespace

import pytest
from nbformat import v4
from nbgrader.api import InvalidEntry
from rich.console import Console
from sqlalchemy.exc import IntegrityError

from autograder.cli import main
from autograder.grading import class_run
from autograder.grading.class_feedback import give_feedback
from autograder.grading.course import Course
from autograder.grading.demo import differences
from autograder.grading.problems import CourseError
from autograder.grading.records import Outcome, Row, outcome, rows
from autograder.grading.simulate import simulate
from autograder.grading.table import misunderstood, show

from .. import course as by_hand
from . import classes
from .classes import ASSIGNMENT, new_course

DAMAGE = {  # whose submission arrives how; the others' are in order
    "student02": classes.cut_off,
    "student03": classes.no_notebook_inside,
    "student04": classes.emptied,
    "student05": classes.another_format,
    "student06": classes.renamed,
    "student07": classes.without_a_test,
    "student08": classes.with_a_test_twice,
    "student09": classes.with_an_unknown_cell,
    "student10": classes.ending_python,
}
NOT_GRADED = {
    "student02": "loop_order.ipynb is damaged (its JSON breaks at line 41): ask for it to be handed in again.",
    "student03": "loop_order.ipynb is not a notebook, despite its name: ask for the notebook itself.",
    "student04": "The submission is empty: ask for loop_order.ipynb.",
    "student05": "There is no notebook in the submission (answer.py): ask for loop_order.ipynb.",
}
PUT_BACK = "The test cell “test_train_step” was missing; it was put back and scored, so there is nothing to do."
NOTED = {
    "student06": ["my answers.ipynb was graded as loop_order.ipynb: ask for that name next time."],
    "student07": [PUT_BACK],
    "student08": [
        "The test cell “test_train_step” was there more than once; it was scored once, so there is nothing to do."
    ],
    "student09": [
        "The cell “my_test” is in no exercise of this assignment, and scores nothing: look whether it holds an answer.",
        PUT_BACK,
    ],
    "student10": ["Python ended while cell 1 ran: look for a line that quits Python or uses up the memory."],
}
ENDED = "student10"  # whose first cell ends Python
STUDENTS = [f"student{number:02}" for number in range(1, 12)]
POINTS = {"loop_order": 3, "repair_exploding_loop": 2, "repair_logging_loop": 2, "repair_turning_loop": 2}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class of eleven, nine of whose submissions are damaged, graded once."""
    course = new_course(tmp_path_factory.mktemp("class") / "course")
    drawn = simulate(course, ASSIGNMENT, len(STUDENTS), seed=3)
    for student, damage in DAMAGE.items():
        damage(course.submissions(ASSIGNMENT)[student])
    submitted = _files(course.folder / "submitted")
    console = Console(record=True, width=100)
    run = class_run.grade(course, ASSIGNMENT, console)
    missing = give_feedback(course, ASSIGNMENT, [row.student for row in run.rows], console)
    assert missing == {}
    progress = console.export_text()
    return SimpleNamespace(course=course, drawn=drawn, run=run, progress=progress, submitted=submitted)


@pytest.mark.slow
class TestAClassWithDamagedSubmissions:
    def test_says_in_one_sentence_what_cannot_be_graded(self, graded):
        assert graded.run.failed == {student: [sentence] for student, sentence in NOT_GRADED.items()}

    def test_says_in_one_sentence_what_was_mended(self, graded):
        assert graded.run.notes == NOTED

    def test_grades_all_others(self, graded):
        assert [row.student for row in graded.run.rows] == [name for name in STUDENTS if name not in NOT_GRADED]

    def test_names_each_answer_as_the_manifest_does(self, graded):
        drawn = {student: row for student, row in graded.drawn.items() if student not in {*NOT_GRADED, ENDED}}
        assert differences(drawn, graded.run) == []

    def test_gives_no_points_where_no_answer_could_be_tried(self, graded):
        (row,) = (row for row in graded.run.rows if row.student == ENDED)
        assert row.score == 0
        assert {outcome.code for outcome in row.outcomes.values()} == {"run-ended"}

    def test_judges_outside_the_students_processes_and_keeps_the_challenges_id(self, graded):
        for row in graded.run.rows:
            assert all(outcome.protected for outcome in row.outcomes.values())
            folder = graded.course.folder / "autograded" / row.student / ASSIGNMENT
            cells = json.loads((folder / "grading.json").read_text())["loop_order"]["cells"]
            assert {cell["challenge"] for cell in cells.values()} == {"train_step-1-0"}
            assert not (graded.course.folder / "feedback" / row.student / ASSIGNMENT / "grading.json").exists()

    def test_renews_the_challenges_when_feedback_has_been_given(self, graded):
        assert json.loads((graded.course.folder / ".grading_secret").read_text())["generation"] == 2

    def test_gives_the_points_that_the_manifest_leads_to(self, graded):
        for row in graded.run.rows:
            assert row.max_score == 20
            assert row.by_hand
            if row.student == ENDED:
                continue
            right = graded.drawn[row.student]
            expected = sum(points for exercise, points in POINTS.items() if right[exercise].right)
            step = [7] if right["train_step"].right else [0, 2, 5]  # its two test cells are scored on their own
            assert row.score - expected in step

    def test_loses_nothing(self, graded):
        assert _files(graded.course.folder / "submitted") == graded.submitted
        assert not list(graded.course.folder.glob(".scratch*"))

    def test_leaves_a_feedback_page_for_each_graded_student(self, graded):
        pages = {path.parts[-3]: path for path in (graded.course.folder / "feedback").rglob("loop_order.html")}
        assert sorted(pages) == [row.student for row in graded.run.rows]
        for row in graded.run.rows:
            text = " ".join(html.unescape(pages[row.student].read_text(encoding="utf-8")).split())
            titles = [outcome.title for outcome in row.outcomes.values() if outcome.code]
            assert not [title for title in titles if title not in text]

    def test_shows_its_progress(self, graded):
        assert re.search(r"Grading: 11/11  student\d\d done  \(4 failed, 0 s left\)", graded.progress)
        assert "Feedback: 7/7  student11 done  (0 failed, 0 s left)" in graded.progress

    def test_prints_a_table_with_what_went_wrong(self, graded):
        console = Console(record=True, width=200)
        show(graded.run, console)
        text = console.export_text()
        for row in graded.run.rows:
            assert f"{row.score:g} of 20*" in text
            assert all(line in text for line in misunderstood(row))
        for student, sentence in NOT_GRADED.items():
            assert f"  {student}: {sentence}" in text

    def test_scores_as_nbgrader_by_hand(self, graded, tmp_path):
        course = by_hand.Course(tmp_path, ASSIGNMENT)
        for student in sorted(set(STUDENTS) - DAMAGE.keys()):
            shutil.copytree(graded.course.folder / "submitted" / student, tmp_path / "submitted" / student)
            course.autograde(ASSIGNMENT, "--student", student)
            course.nbgrader("generate_feedback", ASSIGNMENT, "--student", student)
            assert (tmp_path / "feedback" / student / ASSIGNMENT / "loop_order.html").is_file()
            with graded.course.gradebook() as gradebook:
                submission = gradebook.find_submission(ASSIGNMENT, student)
                ours = {grade.name: grade.auto_score for cells in submission.notebooks for grade in cells.grades}
            theirs = {name: score.points for name, score in course.scores(ASSIGNMENT, student).items()}
            assert ours == theirs

    def test_grading_again_leaves_alone_what_has_not_changed(self, graded, monkeypatch, capsys):
        """Last in this class: student02 hands in again; student01's second version is damaged."""
        course = graded.course
        submitted = {name: course.submissions(ASSIGNMENT)[name] for name in ("student01", "student02")}
        kept = (course.folder / "autograded" / "student11").stat().st_mtime
        before = next(row.score for row in graded.run.rows if row.student == "student01")
        shutil.copytree(submitted["student01"], submitted["student02"], dirs_exist_ok=True)
        classes.cut_off(submitted["student01"])
        monkeypatch.chdir(course.folder)
        assert main(["grade", ASSIGNMENT]) == 1
        after = {row.student: row for row in rows(course, ASSIGNMENT)}
        assert after["student02"].score == before
        assert after["student01"].score == 0
        assert (course.folder / "autograded" / "student11").stat().st_mtime == kept
        said = capsys.readouterr().out
        assert "handed in again. The automatic score of an earlier version was taken back." in said


@pytest.mark.slow
def test_a_demonstration_shows_that_grading_finds_what_was_simulated(tmp_path, capsys):
    folder = tmp_path / "demo"
    assert main(["demo", "--students", "2", "--course", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "10 of 10 answers were judged and named as the manifest says." in said
    assert f"Class report:   {folder / 'reports' / 'a3_loop_order.html'}" in said
    assert "<b>2</b> of 2 students graded" in (folder / "reports" / "a3_loop_order.html").read_text(encoding="utf-8")
    assert f"Feedback pages: {folder / 'feedback'}" in said
    assert f"Gradebook:      {folder / 'gradebook.db'}" in said
    manifest = json.loads((folder / "manifest.json").read_text())
    assert list(manifest[ASSIGNMENT]["students"]) == ["student01", "student02"]
    assert sorted(path.name for path in (folder / "feedback").iterdir()) == ["student01", "student02"]


def test_the_table_names_what_is_not_protected():
    outcomes = {"train_step": Outcome(True, protected=True), "own_test": Outcome(True)}
    console = Console(record=True, width=100)
    show(class_run.ClassRun([Row("someone", 1, 1, False, outcomes)]), console)
    said = console.export_text()
    assert "Not protected, because they are scored in the student's own process: own_test." in said


def test_a_course_without_submissions_is_one_sentence(tmp_path):
    course = new_course(tmp_path)
    with pytest.raises(
        CourseError, match=r"There are no submissions of a3_loop_order in .*submitted: collect them, or"
    ):
        class_run.grade(course, ASSIGNMENT, Console())
    assert not (tmp_path / "gradebook.db").exists()


def test_a_pattern_that_fits_nobody_is_one_sentence(tmp_path):
    course = new_course(tmp_path)
    course.allow_everything()
    (tmp_path / "submitted" / "student1" / ASSIGNMENT).mkdir(parents=True)
    with pytest.raises(CourseError, match=r"is by somebody whose name fits 'zz\*': look at the pattern, and at"):
        class_run.grade(course, ASSIGNMENT, Console(), students="zz*")


RENAME = (
    "It could not be graded, since nbgrader does not find a folder with such a name: rename the student's folder, "
    "without brackets and without spaces at its ends, and grade again."
)
ENTER = (
    "It could not be graded, since the gradebook has no such student: enter the student with "
    "`nbgrader db student import` or `nbgrader db student add`, and grade again."
)


@pytest.mark.slow
def test_a_name_that_nbgrader_cannot_use_and_one_that_is_not_on_the_list_are_one_sentence(tmp_path):
    course = new_course(tmp_path)
    with (tmp_path / "nbgrader_config.py").open("a") as file:
        file.write("c.Autograde.create_student = False\n")
    course.released(ASSIGNMENT)
    expected = {" leading": [RENAME], "br[ack]et": [RENAME], "trailing ": [RENAME], "unknown": [ENTER]}
    for student in expected:
        shutil.copytree(tmp_path / "release" / ASSIGNMENT, tmp_path / "submitted" / student / ASSIGNMENT)
    course = Course(tmp_path)
    course.allow_everything()  # no notebook is run here, so there need be no sandbox
    assert class_run.grade(course, ASSIGNMENT, Console(quiet=True)).failed == expected


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (
            IntegrityError("INSERT", {}, sqlite3.IntegrityError("UNIQUE constraint failed: student.id")),
            "It could not be graded, since another grading was at it at the same time: grade again.",
        ),
        (
            InvalidEntry("(sqlite3.IntegrityError) UNIQUE constraint failed: student.id"),
            "It could not be graded, since another grading was at it at the same time: grade again.",
        ),
        (
            PermissionError(13, "Permission denied", "/course/submitted/a/notes.txt"),
            "It could not be graded (notes.txt: Permission denied): see to that, and grade again.",
        ),
        (
            OSError(28, "No space left on device"),
            "It could not be graded (No space left on device): see to that, and grade again.",
        ),
        (
            ValueError("x" * 1000),
            f"It could not be graded: nbgrader stopped with ValueError: {'x' * 188} …; see /course/.nbgrader.log.",
        ),
    ],
)
def test_an_error_is_one_sentence_of_some_length(error, sentence):
    run = SimpleNamespace(_course=SimpleNamespace(log="/course/.nbgrader.log"))
    assert class_run._Run._sentence(run, error) == sentence


@pytest.mark.slow
def test_what_is_unexpected_in_one_submission_keeps_no_other_from_being_graded(tmp_path, monkeypatch):
    course = new_course(tmp_path)
    course.released(ASSIGNMENT)
    for student in ("a", "b"):
        shutil.copytree(tmp_path / "release" / ASSIGNMENT, tmp_path / "submitted" / student / ASSIGNMENT)
    look = class_run.examine

    def stumble(folder, released):
        if "a" in folder.parts:
            raise RuntimeError("never seen before\x1b[2J")
        return look(folder, released)

    monkeypatch.setattr(class_run, "examine", stumble)
    run = class_run.grade(course, ASSIGNMENT, Console(quiet=True))
    assert [row.student for row in run.rows] == ["b"]
    (sentence,) = run.failed["a"]
    assert "nbgrader stopped with RuntimeError: never seen before�[2J; see" in sentence


def test_a_text_from_a_students_process_cannot_break_the_table():
    hostile = "\x1b[2J" + "x" * 1000 + "\nsecond line"
    marks = {"grade": True, "solution": False, "locked": True, "grade_id": "test", "points": 1}
    error = v4.new_output("error", ename="Oops", evalue=hostile, traceback=[])
    for data in ({}, {"findings": [{"code": 3}]}, {"findings": "none"}, 7):
        shown = v4.new_output("display_data", data={"application/vnd.autograder.result+json": data})
        cell = v4.new_code_cell("", metadata={"nbgrader": marks}, outputs=[shown, error])
        assert outcome(cell).title == "Oops: [2J" + "x" * 111


def _files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
