"""A graded class without grading: a gradebook, records and answers written as grading would leave them, in a moment."""

import json
import random
from dataclasses import dataclass, field

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Grade, Student, SubmittedAssignment, SubmittedNotebook

from autograder.authoring import answers_of
from autograder.grading.course import Course
from autograder.grading.records import Record
from autograder.grading.simulate import Drawn, draw

from ..classes import ASSIGNMENT

NOTEBOOK = "loop_order"
TESTS = {  # the test cells of each exercise, and the points of each
    "loop_order": {"test_loop_order": 3},
    "train_step": {"test_train_step": 5, "test_train_step_returns": 2},
    "repair_exploding_loop": {"test_repair_exploding_loop": 2},
    "repair_logging_loop": {"test_repair_logging_loop": 2},
    "repair_turning_loop": {"test_repair_turning_loop": 2},
}
NAMES = {"loop_order": "order"}  # what an answer is called, where it is not called like its exercise
TASK = "explain_order"


@dataclass
class Made:
    """One student's graded work: what each answer was, and what it says instead if it is not one of the authors'."""

    answers: dict[str, Drawn]
    sources: dict[str, str] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)  # of test cells, where it is not the misconception's
    titles: dict[str, str] = field(default_factory=dict)
    explained: float | None = None
    sandboxed: bool = True
    protected: bool = True
    notes: list[str] = field(default_factory=list)

    def right(self, exercise: str) -> bool:
        return self.answers[exercise].right

    def points(self, exercise: str) -> int:
        return sum(TESTS[exercise].values()) if self.right(exercise) else 0


def made_class(students: int, seed: int = 7) -> dict[str, Made]:
    """Answers as a simulated class has them; better students are right more often, as in life."""
    drawn = draw(list(TESTS), students, seed)
    rng = random.Random(seed)
    for answers in drawn.values():
        if rng.random() < 0.4:
            for exercise in rng.sample(list(TESTS), 3):
                answers[exercise] = Drawn(next(iter(answers_of(exercise).rights)), True, None)
    return {student: Made(answers) for student, answers in drawn.items()}


def write(
    course: Course,
    students: dict[str, Made],
    people: dict[str, dict] | None = None,
    assignment_name: str = ASSIGNMENT,
) -> None:
    """Put a graded class into the course; `people` has what else the gradebook knows of somebody."""
    with course.gradebook() as gradebook:
        assignment = gradebook.find_assignment(assignment_name)
        enrolled = {one.id for one in gradebook.students}
        (notebook,) = assignment.notebooks
        cells = [*notebook.grade_cells, *notebook.task_cells]
        rows = {kind: [] for kind in (Student, SubmittedAssignment, SubmittedNotebook, Grade)}
        for student, made in students.items():
            if student not in enrolled:
                rows[Student].append({"id": student} | (people or {}).get(student, {}))
            one = {"id": f"{assignment_name}-{student}", "assignment_id": assignment.id, "student_id": student}
            rows[SubmittedAssignment].append(one)
            submitted = submission(student, assignment_name)
            rows[SubmittedNotebook].append({"id": submitted, "notebook_id": notebook.id, "assignment_id": one["id"]})
            scores = automatic(made)
            for cell in cells:
                points, by_hand = scores.get(cell.name), made.explained if cell.name == TASK else None
                rows[Grade].append({
                    "id": f"{submitted}-{cell.name}", "cell_id": cell.id, "notebook_id": submitted,
                    "auto_score": points, "manual_score": by_hand,
                    "needs_manual_grade": points is None and by_hand is None,
                })  # fmt: skip
        names = [dict.fromkeys(("first_name", "last_name", "email")) | row for row in rows[Student]]
        for kind, values in (rows | {Student: names}).items():
            if values:
                gradebook.db.execute(kind.__table__.insert(), values)
        gradebook.db.commit()
    for student, made in students.items():
        folder = course.path(course.settings.autograded_directory, student, assignment_name)
        folder.mkdir(parents=True)
        Record({NOTEBOOK: record(made)}).write(folder)
        (folder / f"{NOTEBOOK}.ipynb").write_text(json.dumps(notebook_of(made)), encoding="utf-8")
        submitted = course.path(course.settings.submitted_directory, student, assignment_name)
        submitted.mkdir(parents=True)
        (submitted / f"{NOTEBOOK}.ipynb").write_text("{}", encoding="utf-8")


def submission(student: str, assignment: str = ASSIGNMENT) -> str:
    """The id of a student's notebook, which nbgrader would draw at random."""
    return f"{random.Random(f'{assignment} {student}').getrandbits(96):024x}"


def automatic(made: Made) -> dict[str, float]:
    """The points of each test cell."""
    return {
        cell: float(points) if made.right(exercise) else 0.0
        for exercise, tests in TESTS.items()
        for cell, points in tests.items()
    }


def record(made: Made) -> dict:
    cells = {}
    for exercise, tests in TESTS.items():
        for cell in tests:
            code = made.codes.get(cell, made.answers[exercise].misconception or "")
            cells[cell] = {
                "exercise": exercise, "part": None, "protected": made.protected, "challenge": "train_step-1-0",
                "stopped": "", "right": made.right(exercise), "code": code,
                "title": made.titles.get(cell, ""), "findings": [code] if code else [], "trace": [], "should_be": [],
            }  # fmt: skip
    return {"cells": cells, "notes": made.notes, "sandboxed": made.sandboxed}


def notebook_of(made: Made) -> nbformat.NotebookNode:
    """The autograded notebook, as far as a report reads it."""
    cells = []
    for exercise in TESTS:
        drawn = made.answers[exercise]
        source = made.sources.get(exercise)
        if source is None and drawn.answer != "as released":
            source = answers_of(exercise).source(drawn.answer, NAMES.get(exercise, exercise))
        marks = {"grade": False, "solution": True, "locked": False, "task": False, "grade_id": exercise,
                 "schema_version": 3, "cell_type": "code"}  # fmt: skip
        cells.append(new_code_cell(source or "raise NotImplementedError()", metadata={"nbgrader": marks}))
    return new_notebook(cells=cells)
