"""The course's settings with nbgrader's own commands, on a whole course folder; and nbgrader without them."""

import json
import re
import subprocess
from types import SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook

from autograder.grading.challenges import Challenges
from autograder.grading.prepare import draw_for
from autograder.grading.records import Record, outcomes_in
from autograder.grading.repair import label
from autograder.grading.sandbox import available
from autograder.grading.testcells import Check, protected

from ..adversarial.forgeries import FORGERIES
from ..course import Course, answered
from .kernels import RETURNS, UPDATE, WRONG, check_cell, locked_test

A3 = "a3_loop_order"
TAMPERINGS = {  # the four that get full marks where the tests run beside the student's code
    "asserts": "strips asserts and checks",
    "cells": "empties the cells that follow",
    "shell": "replaces run_cell_async",
    "messages": "rewrites what the kernel sends",
}
AUTO = ["test_loop_order", "test_train_step", "test_train_step_returns", *(f"test_repair_{which}_loop" for which in
        ("exploding", "logging", "turning"))]  # fmt: skip


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Honest and tampering students, graded by one `nbgrader autograde`; one test is the instructor's own, and one asks
    for an exercise that there is not."""
    course = Course(tmp_path_factory.mktemp("course"), A3)
    source = course.source(A3)
    for cell in source.cells:
        if label(cell) == "test_repair_turning_loop":
            cell.source = "assert callable(repair_turning_loop)"
        if label(cell) == "test_repair_logging_loop":
            cell.source = cell.source.replace('check("repair_logging_loop"', 'check("no_such"')
    nbformat.write(source, course.folder / "source" / A3 / "loop_order.ipynb")
    course.nbgrader("generate_assignment", A3, "--force")
    released = course.release(A3)
    course.submit("honest", A3, answered(released, source))
    for student, name in TAMPERINGS.items():
        notebook = nbformat.from_dict(released)
        for cell in notebook.cells:
            if label(cell) == "setup":
                cell.source += "\n" + FORGERIES[name]
            if label(cell) == "train_step":
                cell.source = WRONG
        notebook.cells.insert(2, nbformat.v4.new_code_cell(FORGERIES[name]))
        course.submit(student, A3, notebook)
    course.autograde(A3)
    return SimpleNamespace(course=course, released=released, source=source)


@pytest.mark.slow
class TestConfiguredNbgrader:
    def test_gives_the_honest_their_points(self, graded):
        scores = graded.course.scores(A3, "honest")
        assert {name: scores[name].points for name in AUTO} == {
            "test_loop_order": 3, "test_train_step": 5, "test_train_step_returns": 2,
            "test_repair_exploding_loop": 2, "test_repair_logging_loop": None, "test_repair_turning_loop": 2,
        }  # fmt: skip

    def test_leaves_to_a_person_what_it_cannot_judge(self, graded):
        for student in ("honest", *TAMPERINGS):
            score = graded.course.scores(A3, student)["test_repair_logging_loop"]
            assert (score.points, score.needs_a_person) == (None, True)
        (note,) = Record.read(graded.course.folder / "autograded" / "honest" / A3).notes()
        assert note.startswith("There is no exercise 'no_such'.")
        assert note.endswith("Correct the test cell in source.")

    @pytest.mark.parametrize("student", TAMPERINGS)
    def test_gives_nothing_for_tampering(self, graded, student):
        scores = graded.course.scores(A3, student)
        protected = set(AUTO) - {"test_repair_logging_loop", "test_repair_turning_loop"}
        assert {scores[name].points for name in protected} == {0}

    def test_says_of_each_test_whether_it_is_protected(self, graded):
        found = outcomes_in(graded.course.folder / "autograded" / "honest" / A3)
        assert {name: outcome.protected for name, outcome in found.items()} == {
            "loop_order": True, "train_step": True, "repair_exploding_loop": True, "no_such": True,
            "test_repair_turning_loop": False,
        }  # fmt: skip

    def test_keeps_in_the_record_whether_there_was_a_sandbox(self, graded):
        record = Record.read(graded.course.folder / "autograded" / "honest" / A3)
        assert record.notebooks["loop_order"]["sandboxed"] is not bool(available.problem())

    def test_keeps_the_sources_and_shows_no_challenge(self, graded):
        folder = graded.course.folder / "autograded" / "honest" / A3
        notebook = nbformat.read(folder / "loop_order.ipynb", as_version=4)
        asked = {label(cell): cell.source for cell in graded.released.cells if label(cell) in AUTO}
        assert {label(cell): cell.source for cell in notebook.cells if label(cell) in AUTO} == asked
        (secret,) = (graded.course.folder / ".grading_cache").glob("train_step-1-0-*.json")
        numbers = json.loads(secret.read_text())["given"]["probes"][0]["layers"][0][0]
        while isinstance(numbers, list):
            numbers = numbers[0]
        assert str(numbers) not in (folder / "loop_order.ipynb").read_text() + (folder / "grading.json").read_text()

    def test_gives_feedback_without_its_own_files(self, graded):
        graded.course.nbgrader("generate_feedback", A3, "--student", "honest")
        folder = graded.course.folder / "feedback" / "honest" / A3
        assert [path.name for path in folder.iterdir()] == ["loop_order.html"]
        page = (folder / "loop_order.html").read_text(encoding="utf-8")
        assert "✓ Training step, how the weights move: right." in page
        assert "This answer is not graded yet: your instructor will see to it." in page

    def test_a_regrade_that_fails_keeps_what_a_person_gave_and_nothing_else(self, graded):
        """Last in this class: the honest student hands in again, and it cannot be read."""
        course = graded.course
        database = f"sqlite:///{course.folder / 'gradebook.db'}"
        with Gradebook(database, "gradient_clipping") as gradebook:
            by_hand = gradebook.find_grade("test_loop_order", "loop_order", A3, "honest")
            by_hand.manual_score, by_hand.extra_credit, by_hand.needs_manual_grade = 1.5, 0.5, False
            task = gradebook.find_grade("explain_order", "loop_order", A3, "honest")
            task.manual_score, task.needs_manual_grade = 3, False
            comment = gradebook.find_comment("train_step", "loop_order", A3, "honest")
            comment.manual_comment = "Well done."
            gradebook.db.commit()
        course.autograde(A3, "--student", "honest", "--force")
        assert self.given_by_hand(database) == (1.5, 0.5, True, 3, True, "Well done.")
        (course.folder / "submitted" / "honest" / A3 / "loop_order.ipynb").write_text("{")
        with pytest.raises(AssertionError):
            course.autograde(A3, "--student", "honest", "--force")
        assert self.given_by_hand(database) == (1.5, 0.5, True, 3, True, "Well done.")
        with Gradebook(database, "gradient_clipping") as gradebook:
            (notebook,) = gradebook.find_submission(A3, "honest").notebooks
            assert {grade.auto_score for grade in notebook.grades} == {None}
            assert all(grade.needs_manual_grade for grade in notebook.grades)
            assert notebook.score == 1.5 + 0.5 + 3

    def given_by_hand(self, database):
        with Gradebook(database, "gradient_clipping") as gradebook:
            grade = gradebook.find_grade("test_loop_order", "loop_order", A3, "honest")
            task = gradebook.find_grade("explain_order", "loop_order", A3, "honest")
            comment = gradebook.find_comment("train_step", "loop_order", A3, "honest")
            return (grade.manual_score, grade.extra_credit, grade.needs_manual_grade, task.manual_score,
                    task.needs_manual_grade, comment.comment)  # fmt: skip


@pytest.mark.slow
def test_stock_nbgrader_judges_in_the_kernel_and_says_so(tmp_path):
    course = Course(tmp_path, A3)
    (tmp_path / "nbgrader_config.py").write_text(
        'c = get_config()\nc.CourseDirectory.course_id = "gradient_clipping"\n', encoding="utf-8"
    )
    course.submit("honest", A3, answered(course.release(A3), course.source(A3)))
    course.autograde(A3)
    scores = course.scores(A3, "honest")
    assert sum(scores[name].points for name in AUTO) == 16
    notebook = nbformat.read(tmp_path / "autograded" / "honest" / A3 / "loop_order.ipynb", as_version=4)
    said = [
        "".join(output.get("text", "") for output in cell.outputs) for cell in notebook.cells if label(cell) in AUTO
    ]
    assert all("this grade is unprotected" in text for text in said)
    assert not (tmp_path / ".grading_secret").exists()
    found = outcomes_in(tmp_path / "autograded" / "honest" / A3)
    assert all(outcome.right and not outcome.protected for outcome in found.values())


def test_the_secret_of_a_course_is_not_for_git():
    ignored = ["git", "check-ignore", ".grading_secret", ".grading_cache/train_step-1-0.json"]
    assert subprocess.run(ignored, capture_output=True, text=True).stdout.split() == ignored[2:]


@pytest.mark.parametrize(
    "cell",
    [
        locked_test("own", "assert train_step"),
        locked_test("own", 'check("train_step", train_step)\nassert train_step'),
        locked_test("own", 'check("train_step", train_step)\ncheck("train_step", train_step)'),
        locked_test("own", 'check("train_step", train_step, strict=False)'),
        locked_test("own", 'check("train_step", train_step, part=part)'),
        locked_test("own", 'check("train_step", make())'),
        locked_test("own", 'result = check("train_step", train_step)'),
        locked_test("own", "if"),
        nbformat.v4.new_code_cell('check("train_step", train_step)'),
    ],
    ids=lambda cell: cell.source,
)
def test_what_holds_more_or_less_than_one_check_has_to_be_run(cell):
    assert protected(cell) is None


def test_one_check_of_a_name_is_protected():
    assert protected(UPDATE) == Check("train_step", "train_step", "update")
    assert protected(RETURNS) == Check("train_step", "train_step", "returns")
    assert protected(check_cell("order", "loop_order", "order")) == Check("loop_order", "order")


@pytest.mark.parametrize(
    ("check", "problem"),
    [
        (Check("no_such", "x"), "There is no exercise 'no_such'. .* Correct the test cell in source."),
        (Check("train_step", "x", "colour"), "“train_step” has no part 'colour': correct the test cell in source."),
    ],
)
def test_a_test_cell_that_asks_for_what_there_is_not_is_the_instructors_problem(tmp_path, check, problem):
    nb = new_notebook(cells=[check_cell("test", check.exercise, check.answer, check.part)])
    assert draw_for(nb, Challenges(tmp_path).draw, "a", "s").keys() == {"test"}
    ((_, challenge, said),) = draw_for(nb, Challenges(tmp_path).draw, "a", "s").values()
    assert challenge is None
    assert re.fullmatch(problem, said)


def test_a_record_that_does_not_say_so_is_of_a_run_without_sandbox(tmp_path):
    (tmp_path / "grading.json").write_text('{"n": {"cells": {}, "notes": []}}')
    assert Record.read(tmp_path).notebooks["n"]["sandboxed"] is False


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"n": 7}', '{"n": {"cells": {}}}', '{"n": {"cells": 7, "notes": []}}']
)
def test_a_record_that_cannot_be_read_is_none(tmp_path, content):
    (tmp_path / "grading.json").write_text(content)
    assert Record.read(tmp_path) == Record()


def test_a_record_replaces_whatever_a_submission_put_in_its_place(tmp_path):
    elsewhere = tmp_path / "elsewhere.json"
    elsewhere.write_text("kept")
    folder = tmp_path / "folder"
    folder.mkdir()
    record = Record({"n": {"cells": {}, "notes": ["said"], "sandboxed": True}})
    (folder / "grading.json").symlink_to(elsewhere)
    record.write(folder)
    assert elsewhere.read_text() == "kept"
    (folder / "grading.json").unlink()
    (folder / "grading.json" / "inside").mkdir(parents=True)
    record.write(folder)
    assert Record.read(folder) == record
    assert [path.name for path in folder.iterdir()] == ["grading.json"]
