"""What grading found out about a class, as plain rows: scores from the gradebook, reasons from the records.

A *record* is one file beside a submission's autograded notebooks, written when their kernels are gone.
"""

import contextlib
import json
import os
import shutil
import tempfile
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

FILE = "grading.json"


@dataclass
class Record:
    """What grading found out about one submission: for each notebook its `cells` and `notes`, and whether it ran in a
    sandbox (`sandboxed`; False too where a record does not say).

    `cells` maps the grade id of each test cell to what became of it: `exercise` and `part`, whether it is `right`
    (None: not graded), `code` and `title` of the first finding, `protected`; and of a protected one also the codes of
    all `findings`, the `trace` and what it `should_be`, the id of the `challenge`, and what `stopped` the observation.
    `notes` are sentences for the instructor on what the notebook did to the run.
    """

    notebooks: dict[str, dict] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "Record":
        """The record in a folder of autograded notebooks; an empty one, if there is none."""
        try:
            data = json.loads((folder / FILE).read_text(encoding="utf-8"))
            notebooks = {
                str(name): {
                    "cells": dict(one["cells"]),
                    "notes": list(one["notes"]),
                    "sandboxed": one.get("sandboxed") is True,
                }
                for name, one in data.items()
            }
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return cls()
        return cls(notebooks)

    def write(self, folder: Path) -> None:
        """Replace the record in a folder, whatever stands there under its name."""
        handle, name = tempfile.mkstemp(dir=folder, prefix=".record_")
        with open(handle, "w", encoding="utf-8") as file:
            json.dump(self.notebooks, file, indent=1)
        if (folder / FILE).is_dir() and not (folder / FILE).is_symlink():
            shutil.rmtree(folder / FILE, ignore_errors=True)
        with contextlib.suppress(FileNotFoundError):
            (folder / FILE).unlink()
        os.replace(name, folder / FILE)

    def notes(self) -> list[str]:
        """The sentences for the instructor: on what notebooks did to their runs, and on what could not be graded."""
        said = [note for notebook in self.notebooks.values() for note in notebook["notes"]]
        cells = (cell for notebook in self.notebooks.values() for cell in notebook["cells"].values())
        return list(dict.fromkeys([*said, *(cell["title"] for cell in cells if cell["right"] is None)]))


@dataclass(frozen=True)
class Outcome:
    """How one exercise went. `code` and `title` name the misconception, or what else went wrong (then without a code);
    both are empty for a right answer. A `protected` one was judged outside the student's process."""

    right: bool
    code: str = ""
    title: str = ""
    protected: bool = False


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
    """How each exercise went in a folder of autograded notebooks: as the record says, or what the outputs of their test
    cells show if there is none, as after grading without the course's settings."""
    notebooks = Record.read(folder).notebooks.values()
    cells = [(cell["exercise"], _outcome_of(cell)) for notebook in notebooks for cell in notebook["cells"].values()]
    if not cells:
        read = (nbformat.read(path, as_version=4) for path in sorted(folder.glob("*.ipynb")))
        cells = [found for notebook in read for found in outcomes(notebook)]
    found: dict[str, Outcome] = {}
    for exercise, outcome in cells:
        if exercise not in found or found[exercise].right:
            found[exercise] = outcome
    return found


def outcomes(notebook: NotebookNode) -> Iterable[tuple[str, Outcome]]:
    """(exercise, outcome) of each test cell of an executed notebook; an exercise with several parts comes up again."""
    for cell in notebook.cells:
        if is_test(cell) and cell.cell_type == "code":
            entry = entry_of_output(cell)
            yield entry["exercise"], _outcome_of(entry)


def entry_of_output(cell: NotebookNode) -> dict:
    """What a record says of an executed test cell that nbgrader scores by its outputs."""
    check, how = check_in(cell.source), outcome(cell)
    known = {"exercise": check.exercise if check else label(cell), "part": check.part if check else None}
    return known | {"right": how.right, "code": how.code, "title": how.title, "protected": False}


def _outcome_of(entry: dict) -> Outcome:
    if entry["right"] is None:
        return Outcome(False, title="not graded yet", protected=True)
    if entry["right"]:
        return Outcome(True, protected=entry["protected"])
    return Outcome(False, entry["code"], entry["title"], entry["protected"])


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
