"""nbgrader's steps that use the gradebook: each of them one transaction, and for a whole class one open gradebook.

nbgrader opens the gradebook anew in every step of every submission, and commits every score by itself. Here a step
uses the gradebook that `opened` holds open, if there is one, and what it writes is kept as a whole or not at all.
"""

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import nbgrader.preprocessors
from nbformat import NotebookNode
from nbgrader.api import Comment, Grade, Gradebook, GradeCell, SourceCell, TaskCell
from nbgrader.preprocessors import NbGraderPreprocessor
from sqlalchemy.orm import Session, scoped_session, sessionmaker

_held: dict[str, Gradebook] = {}


class _Transaction(Session):
    """A session in which nbgrader's commits wait for the end of the step; a query before it sees what was written."""

    def commit(self) -> None:
        pass

    def keep(self) -> None:
        super().commit()


class _Gradebook(Gradebook):
    """A gradebook that, during a step, asks for all of a notebook's cells, grades or comments at once."""

    def __init__(self, db_url: str, course_id: str = "default_course") -> None:
        super().__init__(db_url, course_id)
        self.db.remove()
        self.db = scoped_session(sessionmaker(class_=_Transaction, autoflush=True, bind=self.engine, future=True))
        self._loaded: dict[tuple, dict[str, Any]] = {}

    def forget(self) -> None:
        """End a step: what it did not keep is rolled back."""
        self._loaded.clear()
        self.db.remove()

    def find_source_cell(self, name: str, *notebook: str) -> SourceCell:
        cells = self._by_name("source_cells", self.find_notebook, *notebook)
        return cells.get(name) or super().find_source_cell(name, *notebook)

    def find_graded_cell(self, name: str, *notebook: str) -> GradeCell | TaskCell:
        cells = self._by_name("grade_cells", self.find_notebook, *notebook)
        return cells.get(name) or super().find_graded_cell(name, *notebook)

    def find_grade(self, name: str, *submitted: str) -> Grade:
        self._by_name("grade_cells", self.find_notebook, *submitted[:2])  # for their names
        grades = self._by_name("grades", self.find_submission_notebook, *submitted)
        return grades.get(name) or super().find_grade(name, *submitted)

    def find_comment(self, name: str, *submitted: str) -> Comment:
        self._by_name("solution_cells", self.find_notebook, *submitted[:2])
        comments = self._by_name("comments", self.find_submission_notebook, *submitted)
        return comments.get(name) or super().find_comment(name, *submitted)

    def _by_name(self, kind: str, find: Callable[..., Any], *names: str) -> dict[str, Any]:
        if (kind, *names) not in self._loaded:
            self._loaded[kind, *names] = {one.name: one for one in getattr(find(*names), kind)}
        return self._loaded[kind, *names]


@contextlib.contextmanager
def opened(db_url: str, course_id: str) -> Iterator[None]:
    """Hold a gradebook open for the steps inside."""
    book = _held[db_url] = _Gradebook(db_url, course_id)
    try:
        yield
    finally:
        del _held[db_url]
        book.close()


@contextlib.contextmanager
def transaction(db_url: str) -> Iterator[Gradebook]:
    """The gradebook for one step: what the step writes is kept if it comes to its end, and forgotten if not."""
    held = _held.get(db_url)
    book = held or _Gradebook(db_url)
    try:
        yield book
        book.db().keep()
    finally:
        book.forget()
        if held is None:
            book.close()


def enter(
    db_url: str, assignment: str, student: str, *, create: bool, timestamp: str | None, handed_in: set[str]
) -> set[str]:
    """Enter what a student has handed in, as nbgrader's Autograde does; a notebook that is missing scores nothing.

    Args:
        db_url: the gradebook's.
        assignment, student: their names.
        create: whether a student who is not in the gradebook yet is entered too.
        timestamp: when it was handed in, if that is known.
        handed_in: the names of the notebooks.

    Returns:
        the names of all notebooks of the assignment.

    Raises:
        MissingEntry: there is no such assignment, or no such student and none is to be made.
    """
    with transaction(db_url) as book:
        if create:
            book.update_or_create_student(student)
        notebooks = {notebook.name for notebook in book.find_assignment(assignment).notebooks}
        submission = book.update_or_create_submission(
            assignment, student, **({"timestamp": timestamp} if timestamp else {})
        )
        for notebook in submission.notebooks:
            for grade in notebook.grades if notebook.name not in handed_in else ():
                grade.auto_score, grade.needs_manual_grade = 0, False
        return notebooks


class OverwriteKernelspec(nbgrader.preprocessors.OverwriteKernelspec):
    """nbgrader's OverwriteKernelspec."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        names = resources["nbgrader"]
        with transaction(names["db_url"]) as book:
            known = json.loads(book.find_notebook(names["notebook"], names["assignment"]).kernelspec or "null")
        if known:
            nb.metadata["kernelspec"] = known
        return nb, resources


class _Step(NbGraderPreprocessor):
    """What nbgrader's steps have in common: they leave the names at `self`, and go through the cells."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        names = resources["nbgrader"]
        self.notebook_id, self.assignment_id = names["notebook"], names["assignment"]
        self.student_id, self.db_url = names["student"], names["db_url"]
        with transaction(self.db_url) as self.gradebook:
            return NbGraderPreprocessor.preprocess(self, nb, resources)


class OverwriteCells(_Step, nbgrader.preprocessors.OverwriteCells):
    """nbgrader's OverwriteCells without `add_missing_cells`, which `RepairCells` does."""


class SaveAutoGrades(_Step, nbgrader.preprocessors.SaveAutoGrades):
    """nbgrader's SaveAutoGrades."""


class AssignLatePenalties(nbgrader.preprocessors.AssignLatePenalties):
    """nbgrader's AssignLatePenalties, for submissions that are late or were."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        names = resources["nbgrader"]
        with transaction(names["db_url"]) as book:
            submission = book.find_submission(names["assignment"], names["student"])
            penalties = [notebook.late_submission_penalty for notebook in submission.notebooks]
            late = submission.total_seconds_late > 0 or any(penalty is not None for penalty in penalties)
        return super().preprocess(nb, resources) if late else (nb, resources)


class CheckCellMetadata(nbgrader.preprocessors.CheckCellMetadata):
    """nbgrader's CheckCellMetadata; what has been found valid is not looked at again, as it takes 10 ms."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        marks = repr([(cell.cell_type, cell.metadata.get("nbgrader")) for cell in nb.cells])
        if marks not in _valid:
            super().preprocess(nb, resources)
            _valid.add(marks)
        return nb, resources


_valid: set[str] = set()
