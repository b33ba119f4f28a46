"""What the gradebook says about a class and an assignment: a few queries for all, however many they are."""

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import (
    Assignment,
    Grade,
    Gradebook,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)

from ..course import Course
from ..problems import CourseError

_SQLITE = "sqlite:///"


@dataclass(frozen=True)
class Cell:
    """A cell that is scored: by a person (`by_hand`), or by running it."""

    notebook: str
    name: str
    points: float
    by_hand: bool


@dataclass(frozen=True)
class Score:
    """What one student's cell was given. `points` are those that count, `automatic` those that grading gave (None: none
    yet); `submission` is the id of the student's notebook in the formgrader."""

    cell: Cell
    submission: str
    points: float
    automatic: float | None
    waits: bool


@dataclass
class Scores:
    """All scores of an assignment by student, and what was taken off for being late. `students` maps the id of each
    student of the course to all that the gradebook says of who that is."""

    cells: list[Cell] = field(default_factory=list)
    students: dict[str, str] = field(default_factory=dict)
    scores: dict[str, list[Score]] = field(default_factory=lambda: defaultdict(list))
    penalties: dict[str, float] = field(default_factory=lambda: defaultdict(float))


def submitted_assignments(course: Course) -> list[str]:
    """The assignments of which the gradebook has submissions. Raises CourseError if there is no gradebook."""
    with _opened(course) as gradebook:
        query = gradebook.db.query(Assignment.name).join(SubmittedAssignment.assignment)
        return sorted(name for (name,) in query.distinct())


def read(course: Course, assignment: str) -> Scores:
    """Read the scores of an assignment. Raises CourseError if there is no gradebook."""
    found = Scores()
    with _opened(course) as gradebook:
        query = gradebook.db.query
        for student, *about in query(Student.id, Student.first_name, Student.last_name, Student.email):
            found.students[student] = " ".join(filter(None, [student, *about]))
        cells: dict[str, Cell] = {}
        for kind in (GradeCell, TaskCell):
            columns = (kind.id, Notebook.name, kind.name, kind.max_score, kind.cell_type)
            rows = query(*columns).join(kind.notebook).join(Notebook.assignment).filter(Assignment.name == assignment)
            for cell, notebook, name, points, cell_type in rows:
                cells[cell] = Cell(notebook, name, points or 0.0, kind is TaskCell or cell_type != "code")
        found.cells = list(cells.values())
        columns = (SubmittedAssignment.student_id, SubmittedNotebook.id, Grade.cell_id, Grade.score, Grade.auto_score)
        rows = (
            query(*columns, Grade.needs_manual_grade)
            .join(SubmittedNotebook.assignment)
            .join(SubmittedAssignment.assignment)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .filter(Assignment.name == assignment)
        )
        for student, submission, cell, points, automatic, waits in rows:
            if cell in cells:
                found.scores[student].append(Score(cells[cell], submission, points, automatic, waits))
        columns = (SubmittedAssignment.student_id, SubmittedNotebook.late_submission_penalty)
        rows = query(*columns).join(SubmittedNotebook.assignment).join(SubmittedAssignment.assignment)
        for student, penalty in rows.filter(Assignment.name == assignment):
            found.penalties[student] += penalty or 0.0
    return found


@contextlib.contextmanager
def _opened(course: Course) -> Iterator[Gradebook]:
    where = course.settings.db_url
    if where.startswith(_SQLITE) and not Path(where.removeprefix(_SQLITE)).is_file():  # nbgrader would make one
        raise CourseError(
            f"There is no gradebook {where.removeprefix(_SQLITE)}: grade an assignment first, with "
            "`autograder grade ASSIGNMENT`."
        )
    with course.gradebook() as gradebook:
        yield gradebook
