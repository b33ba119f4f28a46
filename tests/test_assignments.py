"""The assignments: cells that nbgrader can grade, texts that are true, and points that are given as they should be."""

import ast
import contextlib
import inspect
import io
import json
import re
import textwrap
from dataclasses import dataclass

import papermill
import pytest
import torch
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from autograder import authoring, exercises
from autograder.exercises.loop_order.task import LINES
from autograder.grading.testcells import checks

from .course import ROOT, Course, Score, answered, read

A3 = "a3_loop_order"
ASSIGNMENTS = sorted(path.parent.name for path in (ROOT / "source").glob("*/*.ipynb"))
POINTS = 20


@pytest.fixture(params=ASSIGNMENTS)
def notebook(request) -> NotebookNode:
    return read(ROOT / "source" / request.param)


def test_grade_ids_are_readable_and_unique(notebook):
    ids = [cell.metadata.nbgrader.grade_id for cell in notebook.cells if "nbgrader" in cell.metadata]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch("[a-z]+[0-9]?(_[a-z0-9]+)*", grade_id) for grade_id in ids)
    assert not [grade_id for grade_id in ids if re.search("[0-9a-f]{8}|cell_", grade_id)]


def test_cell_ids_are_readable_and_those_of_graded_cells_are_their_grade_ids(notebook):
    for cell in notebook.cells:
        assert re.fullmatch("[a-z][a-z0-9]*([-_][a-z0-9]+)*", cell.id)
        assert cell.id == cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)


def test_points_add_up(notebook):
    assert sum(cell.metadata.nbgrader.points for cell in notebook.cells if is_grade(cell) or is_task(cell)) == POINTS


def test_a_test_cell_is_a_title_and_one_check_of_the_answer_before_it(notebook):
    defined: set[str] = set()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if not is_grade(cell) or is_solution(cell):
            defined |= _defined(cell.source)
            continue
        assert is_locked(cell)
        assert re.match(r"# \w.*\n", cell.source)
        assert f"({cell.metadata.nbgrader.points:g} point" in cell.source.splitlines()[0]
        (check,) = (node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call))
        assert check.func.id == "check"
        assert "from autograder import check" in cell.source
        exercise = exercises.get(check.args[0].value)
        parts = {keyword.arg: keyword.value.value for keyword in check.keywords}
        assert parts.get("part") in (None, *exercise.PARTS)
        assert check.args[1].id in defined


def test_an_answer_cell_keeps_its_solution_in_a_region(notebook):
    for cell in notebook.cells:
        if is_solution(cell) and cell.cell_type == "code":
            assert cell.source.count("### BEGIN SOLUTION") == cell.source.count("### END SOLUTION") == 1


def test_the_lines_to_order_are_those_that_are_judged():
    (shown,) = (cell.source for cell in read(ROOT / "source" / A3).cells if cell.id == "loop-order")
    assert dict(re.findall(r"^([A-Z])  (.+)$", shown, re.MULTILINE)) == LINES


@pytest.mark.parametrize(
    ("number", "exercise", "code", "used"),
    [
        (1, "repair_exploding_loop", "clip-after-step", ["12.29", "13.12", "97.04"]),
        (2, "repair_logging_loop", "exhausted-generator", ["12.29", "13.12", "97.04"]),
        (3, "repair_turning_loop", "clip-per-parameter", ["2", "2", "2"]),
    ],
)
def test_a_broken_loop_shows_the_symptom_that_is_told_and_is_named_when_checked(number, exercise, code, used):
    from autograder import check

    names = {"torch": torch}
    shown = _run(names, "watch", f"broken_{number}", f"observe-{number}")
    rows = [line.split() for line in shown.splitlines() if line.strip()[:1].isdigit()]
    assert [row[3] for row in rows[:3]] == used
    assert (float(rows[-1][3]) > 1e6) == (number < 3)
    assert [row[5] for row in rows[:3]] == (["0°"] * 3 if number < 3 else ["19°", "23°", "26°"])
    result = check(exercise, names[f"broken_{number}"], strict=False)
    assert [finding.code for finding in result.findings][:1] == [code]
    assert result.parts == {"update": False, "returns": True}


def test_the_broken_loop_that_runs_is_the_one_to_mend():
    cells = {cell.id: cell.source for cell in read(ROOT / "source" / A3).cells}
    for number, exercise in enumerate(("repair_exploding_loop", "repair_logging_loop", "repair_turning_loop"), 1):
        _, body = cells[f"broken_{number}"].split("max_norm):")
        assert cells[exercise].endswith(body)


def test_the_worked_loop_shows_the_numbers_that_the_text_works_out():
    shown = _run({"torch": torch}, "worked_loop")
    assert re.findall(r"w = (\S+) +w.grad = (\S+)", shown) == [
        *[("2.00", "None")] * 3,
        *[("2.00", "36.00"), ("1.64", "36.00")],
        *[("1.64", "None")] * 2,
        *[("1.64", "29.52"), ("1.34", "29.52")],
    ]


# -- through nbgrader ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Graded:
    """An assignment graded by nbgrader for the instructor, for somebody who did nothing, and for one student for each
    exercise, who answered that one alone."""

    course: Course
    assignment: str
    cells: dict[str, set[str]]  # the test cells of each exercise
    by_hand: set[str]

    def scores(self, student: str) -> dict[str, Score]:
        return self.course.scores(self.assignment, student)


@pytest.fixture(scope="module", params=ASSIGNMENTS)
def graded(request, tmp_path_factory) -> Graded:
    assignment = request.param
    course = Course(tmp_path_factory.mktemp("course"), assignment)
    released, source = course.release(assignment), course.source(assignment)
    cells: dict[str, set[str]] = {}
    for cell, check in checks(source).items():
        cells.setdefault(check.exercise, set()).add(cell)
    course.submit("all", assignment, answered(released, source))
    course.submit("none", assignment, released)
    for exercise in cells:
        course.submit(exercise, assignment, answered(released, source, exercise))
    course.autograde(assignment)
    by_hand = {cell.metadata.nbgrader.grade_id for cell in source.cells if is_task(cell)}
    return Graded(course, assignment, cells, by_hand)


@pytest.mark.slow
def test_the_instructors_answers_get_full_marks_and_texts_wait_for_a_person(graded):
    scores = graded.scores("all")
    assert sum(score.out_of for score in scores.values()) == POINTS
    for name, score in scores.items():
        if name in graded.by_hand:
            assert (score.points, score.needs_a_person) == (None, True)
        else:
            assert (name, score.points, score.needs_a_person) == (name, score.out_of, False)


@pytest.mark.slow
def test_the_untouched_release_gets_nothing(graded):
    assert not any(score.points for score in graded.scores("none").values())


@pytest.mark.slow
def test_one_answer_gets_exactly_its_points(graded):
    for exercise, cells in graded.cells.items():
        scores = graded.scores(exercise)
        assert {name for name, score in scores.items() if score.points} == cells
        assert all(scores[name].points == scores[name].out_of for name in cells)


@pytest.mark.slow
def test_validate_has_nothing_against_the_instructors_answers(graded):
    (notebook,) = (graded.course.folder / "submitted" / "all" / graded.assignment).glob("*.ipynb")
    said = graded.course.nbgrader("validate", str(notebook.relative_to(graded.course.folder)))
    assert "Success! Your notebook passes all the tests." in said


@pytest.mark.slow
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_instructors_version_runs_under_papermill(assignment, tmp_path):
    (path,) = (ROOT / "source" / assignment).glob("*.ipynb")
    papermill.execute_notebook(path, tmp_path / path.name, cwd=tmp_path, kernel_name="python3", progress_bar=False)


# -- what students get -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_release_holds_no_solution_no_key_and_no_mark_scheme(assignment):
    (path,) = (ROOT / "release" / assignment).glob("*.ipynb")
    text = path.read_text("utf-8")
    assert not re.search("BEGIN SOLUTION|BEGIN MARK SCHEME|HIDDEN TEST|keys/", text)
    released = {cell.id: cell.source for cell in read(ROOT / "release" / assignment).cells}
    for cell in read(ROOT / "source" / assignment).cells:
        if is_solution(cell) and cell.cell_type == "code":
            (solution,) = re.findall(r"### BEGIN SOLUTION\n(.*?)\s*### END SOLUTION", cell.source, re.DOTALL)
            assert solution.strip() not in released[cell.id]
            assert "raise NotImplementedError()" in released[cell.id]
    for check in checks(read(ROOT / "source" / assignment)).values():
        for line in _secret_lines(check.exercise):
            assert line not in text, f"{assignment} shows a line of the reference of {check.exercise}: {line}"


def _secret_lines(exercise: str) -> set[str]:
    """The whole body of an exercise's reference, as the notebook's file would hold it; for a value, what is right."""
    reference = next(iter(authoring.answers_of(exercise).rights.values()))
    if callable(reference):
        body = textwrap.dedent(inspect.getsource(reference)).split(":\n", 1)[1]
        return {json.dumps(body)[1:-1].strip()}
    return {json.dumps(repr(reference))[1:-1]}


def _run(names: dict, *cell_ids: str) -> str:
    """Run cells of assignment 3 in these globals, and return what they print."""
    cells = {cell.id: cell.source for cell in read(ROOT / "source" / A3).cells}
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        for cell_id in cell_ids:
            exec(cells[cell_id], names)
    return shown.getvalue()


def _defined(source: str) -> set[str]:
    nodes = list(ast.walk(ast.parse(source)))
    functions = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return functions | {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
