"""A course with one small assignment, and what honest and hostile students hand in."""

import copy
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from autograder.authoring import answers_of
from autograder.grading.repair import label

from ..course import ONE_CHALLENGE, ROOT
from .canaries import Canaries

ASSIGNMENT, NOTEBOOK = "hostile", "step"
POINTS = {"test_order": 1, "test_update": 2, "test_returns": 1}
FULL = sum(POINTS.values())
_PLACE = 4  # of the hostile cell: after the answers, before their tests

SETTINGS = """
c.Execute.timeout = 6  # so that what never ends does not take long
"""


@dataclass(frozen=True)
class Case:
    """A submission that means no good.

    Args:
        name: also the student's.
        kind: forgery, abuse, escape or malformed.
        tried: what is tried, in words.
        points: what it may get; None: it is not graded.
        source: a cell of the notebook, before the tests.
        damage: what is done to the folder that is handed in.
        right: whether the notebook's answers are right.
        said: a regular expression for what the instructor reads of it; "" for nothing.
        shown: a regular expression for what the cell shows.
    """

    name: str
    kind: str
    tried: str
    points: tuple[float | None, ...]
    source: str = ""
    damage: Callable[[Path, Canaries], None] = lambda folder, canaries: None
    right: bool = True
    said: str = ""
    shown: str = ""


def new_course(folder: Path) -> Path:
    """A course folder with the repository's settings and the assignment."""
    (folder / "source" / ASSIGNMENT).mkdir(parents=True)
    config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    (folder / "nbgrader_config.py").write_text(config + ONE_CHALLENGE + SETTINGS, encoding="utf-8")
    nbformat.write(_source(), folder / "source" / ASSIGNMENT / f"{NOTEBOOK}.ipynb")
    return folder


def hand_in(course: Path, released: NotebookNode, student: str, case: Case, canaries: Canaries) -> None:
    """Put a case's submission where nbgrader collects it."""
    notebook = copy.deepcopy(released)
    for cell in notebook.cells:
        if label(cell) == "order":
            cell.source = 'order = "D B E C A"' if case.right else 'order = "A"'
        if label(cell) == "train_step":
            cell.source = step("reference") if case.right else WRONG
    if case.source:
        notebook.cells.insert(_PLACE, new_code_cell(case.source))
    folder = course / "submitted" / student / ASSIGNMENT
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{NOTEBOOK}.ipynb")
    case.damage(folder, canaries)


def step(answer: str) -> str:
    """The source of one of the authors' answers."""
    return "import torch\n\n" + answers_of("train_step").source(answer, "train_step")


WRONG = "def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):\n    return 0.0, 0.0\n"

HONEST = {  # by the student's name, which puts them before, among and after the others
    "a_reference": 'order = "D B E C A"\n' + step("reference"),
    "m_no_clip": 'order = "D B E C A"\n' + step("no_clip"),
    "m_reference": 'order = "D B E C A"\n' + step("reference"),
    "z_wrong_order": 'order = "A B C D E"\n' + step("reference"),
}


def hand_in_honest(course: Path, released: NotebookNode) -> None:
    for student, source in HONEST.items():
        notebook = copy.deepcopy(released)
        for cell in notebook.cells:
            if label(cell) == "train_step":
                cell.source = source
        folder = course / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{NOTEBOOK}.ipynb")


def copy_of(course: Path, folder: Path) -> Path:
    """The same course with the same submissions, not graded yet."""
    folder.mkdir()
    shutil.copy(course / "nbgrader_config.py", folder)
    for part in ("source", "submitted"):
        shutil.copytree(course / part, folder / part, symlinks=True)
    return folder


def _source() -> NotebookNode:
    solution = "### BEGIN SOLUTION\n{}\n### END SOLUTION"
    cells = [
        new_code_cell("import torch"),
        _marked("order", solution.format('order = "D B E C A"'), solution=True),
        _marked("train_step", solution.format(step("reference")), solution=True),
        new_code_cell("# all answers are given"),
        _marked("test_order", _check('"loop_order", order'), points=POINTS["test_order"]),
        _marked("test_update", _check('"train_step", train_step, part="update"'), points=POINTS["test_update"]),
        _marked("test_returns", _check('"train_step", train_step, part="returns"'), points=POINTS["test_returns"]),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _check(arguments: str) -> str:
    return f"from autograder import check\n\ncheck({arguments})"


def _marked(grade_id: str, source: str, solution: bool = False, points: float | None = None) -> NotebookNode:
    marks = {"grade_id": grade_id, "solution": solution, "grade": points is not None, "locked": not solution}
    marks |= {"task": False, "schema_version": 3} | ({"points": points} if points is not None else {})
    return new_code_cell(source, metadata={"nbgrader": marks})
