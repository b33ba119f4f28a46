"""nbgrader's steps that use the gradebook: each of them one transaction, and for a whole class one open gradebook.

nbgrader opens the gradebook anew in every step of every submission, and commits every score by itself. Here a step
uses the gradebook that `opened` holds open, if there is one, and what it writes is kept as a whole or not at all.
"""

import contextlib
from collections.abc import Iterator

import nbgrader.preprocessors
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from sqlalchemy.orm import Session, scoped_session, sessionmaker

_held: dict[str, Gradebook] = {}


class _Transaction(Session):
    """A session in which nbgrader's commits wait for the end of the step."""

    def commit(self) -> None:
        self.flush()

    def keep(self) -> None:
        super().commit()


class _Gradebook(Gradebook):
    def __init__(self, db_url: str, course_id: str = "default_course") -> None:
        super().__init__(db_url, course_id)
        self.db.remove()
        self.db = scoped_session(sessionmaker(class_=_Transaction, autoflush=True, bind=self.engine, future=True))


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
        book.db.remove()  # which rolls back what was not kept
        if held is None:
            book.close()


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


class CheckCellMetadata(nbgrader.preprocessors.CheckCellMetadata):
    """nbgrader's CheckCellMetadata; what has been found valid is not looked at again, as it takes 10 ms."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        marks = repr([(cell.cell_type, cell.metadata.get("nbgrader")) for cell in nb.cells])
        if marks not in _valid:
            super().preprocess(nb, resources)
            _valid.add(marks)
        return nb, resources


_valid: set[str] = set()
