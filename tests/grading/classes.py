"""A temporary course with a small simulated class, and the ways in which a submission arrives damaged."""

import copy
import shutil
from pathlib import Path

import nbformat

from autograder.grading.course import Course
from autograder.grading.repair import label

from ..course import ONE_CHALLENGE, ROOT

ASSIGNMENT = "a3_loop_order"
NOTEBOOK = "loop_order.ipynb"


def new_course(folder: Path) -> Course:
    """A course folder with the repository's settings and this one assignment."""
    folder.mkdir(parents=True, exist_ok=True)
    config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    (folder / "nbgrader_config.py").write_text(config + ONE_CHALLENGE, encoding="utf-8")
    shutil.copytree(ROOT / "source" / ASSIGNMENT, folder / "source" / ASSIGNMENT)
    return Course(folder)


def cut_off(folder: Path) -> None:
    text = (folder / NOTEBOOK).read_text(encoding="utf-8")
    lines = text[: len(text) // 2].splitlines(keepends=True)[:40]
    (folder / NOTEBOOK).write_text("".join(lines), encoding="utf-8")


def no_notebook_inside(folder: Path) -> None:
    (folder / NOTEBOOK).write_text('{"answer": 42}', encoding="utf-8")


def emptied(folder: Path) -> None:
    (folder / NOTEBOOK).unlink()


def another_format(folder: Path) -> None:
    (folder / NOTEBOOK).unlink()
    (folder / "answer.py").write_text("order = 'D B E C A'\n", encoding="utf-8")


def another_assignment(folder: Path) -> None:
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1")]), folder / NOTEBOOK)


def renamed(folder: Path) -> None:
    (folder / NOTEBOOK).rename(folder / "my answers.ipynb")


def without_a_test(folder: Path) -> None:
    _edit(folder, lambda cells: cells.pop(_at(cells, "test_train_step")))


def without_marks(folder: Path) -> None:
    _edit(folder, lambda cells: [cell.metadata.clear() for cell in cells])


def with_a_test_twice(folder: Path) -> None:
    _edit(folder, lambda cells: cells.insert(1, _double(cells, "test_train_step")))


def with_an_answer_twice(folder: Path) -> None:
    _edit(folder, lambda cells: cells.insert(4, _double(cells, "train_step")))


def with_an_unknown_cell(folder: Path) -> None:
    def relabel(cells):
        cells[_at(cells, "test_train_step")].metadata["nbgrader"]["grade_id"] = "my_test"

    _edit(folder, relabel)


def without_answer_and_test(folder: Path) -> None:
    def remove(cells):
        cells.pop(_at(cells, "test_train_step"))
        cells.pop(_at(cells, "train_step"))

    _edit(folder, remove)


def from_an_older_nbgrader(folder: Path) -> None:
    def age(cells):
        cells[_at(cells, "test_train_step")].metadata["nbgrader"]["schema_version"] = 1

    _edit(folder, age)


def ending_python(folder: Path) -> None:
    _edit(folder, lambda cells: cells.insert(0, nbformat.v4.new_code_cell("import os\nos._exit(1)")))


def _edit(folder: Path, change) -> None:
    notebook = nbformat.read(folder / NOTEBOOK, as_version=4)
    change(notebook.cells)
    nbformat.write(notebook, folder / NOTEBOOK)


def _double(cells: list, grade_id: str) -> nbformat.NotebookNode:
    double = copy.deepcopy(cells[_at(cells, grade_id)])
    double["id"] = "double"
    return double


def _at(cells: list, grade_id: str) -> int:
    return next(place for place, cell in enumerate(cells) if label(cell) == grade_id)
