"""Mend a submitted notebook whose cells were deleted, doubled or relabelled, so that nbgrader can grade it.

nbgrader 0.9.6 alone stops the *whole class* at a doubled cell (it empties the metadata of the first one, which its own
check then takes for an outdated format), fails a submission over a label that it does not know, and leaves a deleted
test without a score.
"""

import copy
import re
import uuid
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_solution, is_task

from .problems import CourseError

_CELL_ID = re.compile(r"[a-zA-Z0-9-_]{1,64}")  # as nbformat has it


class RepairCells(NbGraderPreprocessor):
    """One of nbgrader's sanitize preprocessors: mends by comparison with the students' version in release/.

    Raises:
        CourseError: the notebook is one of another assignment.
    """

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        settings, names = self.parent.parent.coursedir, resources["nbgrader"]
        folder = settings.format_path(settings.release_directory, ".", names["assignment"])
        released = Path(folder) / f"{names['notebook']}.ipynb"
        if released.is_file():
            its = _read(released, released.stat().st_mtime_ns)
            require_own(nb, its, names["notebook"])
            repair(nb, its)
        return nb, resources


@cache
def _read(path: Path, changed: int) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def require_own(notebook: NotebookNode, released: NotebookNode, name: str) -> None:
    """Make sure that a submitted notebook is not one of another assignment: that it has a cell's mark, or one of its
    texts where the marks were lost. Raises CourseError."""
    signs, expected = (
        {sign for cell in one.cells for sign in (label(cell), str(cell.source).strip())} - {None, ""}
        for one in (notebook, released)
    )
    if not signs & expected:
        raise CourseError(f"{name}.ipynb has none of this assignment's cells: ask for the notebook of this assignment.")


def repair(notebook: NotebookNode, released: NotebookNode) -> list[str]:
    """Mend a submitted notebook in place; returns one sentence for each thing that was wrong.

    What a student wrote stays: a cell that is too many, or unknown, becomes an ordinary cell.
    """
    _forget_what_describes(notebook, released)
    expected = {label(cell): cell for cell in released.cells if label(cell)}
    said = [*_forget_unknown(notebook, expected), *_forget_doubles(notebook, expected)]
    for cell in notebook.cells:
        if label(cell):
            cell.metadata["nbgrader"] = copy.deepcopy(expected[label(cell)].metadata["nbgrader"])
    return [*said, *_put_back(notebook, expected)]


def label(cell: NotebookNode) -> str | None:
    """A cell's grade id, or None for an ordinary cell."""
    marks = cell.metadata.get("nbgrader")
    name = marks.get("grade_id") if isinstance(marks, dict) else None
    return name if isinstance(name, str) else None


def is_test(cell: NotebookNode) -> bool:
    """Whether a cell is scored by running it."""
    return is_grade(cell) and not is_solution(cell)


def _forget_what_describes(notebook: NotebookNode, released: NotebookNode) -> None:
    """A right answer is not refused over what no score depends on, and what may be malformed."""
    notebook.metadata = copy.deepcopy(released.metadata)
    for cell in notebook.cells:
        marks, tags = cell.metadata.get("nbgrader"), cell.metadata.get("tags")
        cell.metadata = NotebookNode() if marks is None else NotebookNode(nbgrader=marks)
        if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags):
            cell.metadata.tags = list(dict.fromkeys(tag for tag in tags if "," not in tag))
        if "id" in cell and not (isinstance(cell.id, str) and _CELL_ID.fullmatch(cell.id)):
            cell.id = uuid.uuid4().hex[:8]


def _forget_unknown(notebook: NotebookNode, expected: dict[str, NotebookNode]) -> list[str]:
    unknown = [cell for cell in notebook.cells if "nbgrader" in cell.metadata and label(cell) not in expected]
    names = dict.fromkeys(label(cell) for cell in unknown if label(cell))
    for cell in unknown:
        del cell.metadata["nbgrader"]
    return [
        f"The cell “{name}” is in no exercise of this assignment, and scores nothing: look whether it holds an answer."
        for name in names
    ]


def _forget_doubles(notebook: NotebookNode, expected: dict[str, NotebookNode]) -> list[str]:
    """Of cells with the same label the last one counts, as in nbgrader: it is what ran last."""
    seen, doubled = set(), []
    for cell in reversed(notebook.cells):
        name = label(cell)
        if name in seen:
            del cell.metadata["nbgrader"]
            doubled.insert(0, name)
        elif name:
            seen.add(name)
    return [
        f"The test cell “{name}” was there more than once; it was scored once, so there is nothing to do."
        if is_test(expected[name])
        else f"The cell “{name}” was there more than once, and the last one counts: look whether that one is meant."
        for name in dict.fromkeys(doubled)
    ]


def _put_back(notebook: NotebookNode, expected: dict[str, NotebookNode]) -> list[str]:
    said = []
    present = _places(notebook)
    for name, cell in expected.items():
        if name in present:
            continue
        if is_test(cell):
            said.append(f"The test cell “{name}” was missing; it was put back and scored, so there is nothing to do.")
        elif is_grade(cell) or is_task(cell):
            said.append(
                f"The cell “{name}” was missing; an empty one was put back: look whether its text is elsewhere."
            )
        elif is_solution(cell):
            # Not put back: it would overwrite an answer that stands in another cell.
            said.append(f"The answer cell “{name}” is missing: look for the answer if its tests did not find one.")
            continue
        else:
            said.append(f"The cell “{name}” was missing; it was put back, so there is nothing to do.")
        notebook.cells.insert(_place(name, list(expected), present, len(notebook.cells)), copy.deepcopy(cell))
        present = _places(notebook)
    return said


def _places(notebook: NotebookNode) -> dict[str, int]:
    return {label(cell): place for place, cell in enumerate(notebook.cells) if label(cell)}


def _place(name: str, order: list[str], present: dict[str, int], end: int) -> int:
    """Right after its predecessor. If that is missing too, right before its next successor, when all that a student may
    have written in other cells has run."""
    here = order.index(name)
    if here and order[here - 1] in present:
        return present[order[here - 1]] + 1
    return next((present[later] for later in order[here + 1 :] if later in present), end)
