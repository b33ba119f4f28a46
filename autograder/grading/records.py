"""What grading found out about a class, as plain rows: scores from the gradebook, reasons from the test cells."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import determine_grade

from ..judging import MIME_TYPE
from .course import Course
from .repair import is_test, label
from .testcells import check_in


@dataclass(frozen=True)
class Outcome:
    """How one exercise went. `code` and `title` name the misconception, or what else went wrong (then without a code);
    both are empty for a right answer."""

    right: bool
    code: str = ""
    title: str = ""


@dataclass(frozen=True)
class Row:
    """One student's graded submission. `outcomes` maps an exercise (a test cell without a `check`: its grade id) to how
    it went; `by_hand` says whether something still has to be scored by hand."""

    student: str
    score: float
    max_score: float
    by_hand: bool
    outcomes: dict[str, Outcome] = field(default_factory=dict)


def rows(course: Course, assignment: str) -> list[Row]:
    """One row for each student whose submission has been graded."""
    found = []
    with course.gradebook() as gradebook:
        for submission in gradebook.assignment_submissions(assignment):
            student = submission.student.id
            folder = course.path(course.settings.autograded_directory, student, assignment)
            if folder.is_dir():
                by_hand = bool(submission.needs_manual_grade)
                found.append(Row(student, submission.score, submission.max_score, by_hand, outcomes_in(folder)))
    return sorted(found, key=lambda row: row.student)


def scored(course: Course, assignment: str) -> set[str]:
    """The students for whom the gradebook has a score, be it of an earlier version of the submission."""
    with course.gradebook() as gradebook:
        return {
            submission.student.id
            for submission in gradebook.assignment_submissions(assignment)
            if any(grade.auto_score is not None for notebook in submission.notebooks for grade in notebook.grades)
        }


def outcomes_in(folder: Path) -> dict[str, Outcome]:
    """How each exercise went in a folder of autograded notebooks."""
    found: dict[str, Outcome] = {}
    for path in sorted(folder.glob("*.ipynb")):
        for exercise, outcome in outcomes(nbformat.read(path, as_version=4)):
            if exercise not in found or found[exercise].right:
                found[exercise] = outcome
    return found


def outcomes(notebook: NotebookNode) -> Iterable[tuple[str, Outcome]]:
    """(exercise, outcome) of each test cell of an executed notebook; an exercise with several parts comes up again."""
    for cell in notebook.cells:
        if is_test(cell) and cell.cell_type == "code":
            check = check_in(cell.source)
            yield check.exercise if check else label(cell), outcome(cell)


def outcome(cell: NotebookNode) -> Outcome:
    """How one executed test cell went: right if nbgrader gives it all its points."""
    score, points = determine_grade(cell)
    if score == points:
        return Outcome(right=True)
    for output in cell.outputs:
        match output.get("data", {}).get(MIME_TYPE):
            case {"findings": [{"code": str(code), "title": str(title)}, *_]}:
                return Outcome(False, _line(code), _line(title))
    for output in cell.outputs:
        if output.output_type == "error":
            return Outcome(False, title=_line(f"{output.ename}: {output.evalue}".removesuffix(": ")))
    if any(output.get("name") == "stderr" for output in cell.outputs):
        return Outcome(False, title="something was written to stderr, which nbgrader scores as an error")
    return Outcome(False, title="part of the points")


def _line(text: str) -> str:
    """A student's code may have made the text: keep to one short line without control characters."""
    return "".join(character for character in text.partition("\n")[0] if character.isprintable())[:120]
