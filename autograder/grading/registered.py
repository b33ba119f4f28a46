"""Which cells an assignment has in its source and in the gradebook: grading needs the same ones in both."""

from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.utils import is_grade, is_locked, is_solution, is_task

from .repair import label

Cells = dict[tuple[str, str, str], object]
"""By notebook, cell and kind (a cell may be of several): the points, a locked text, or None."""


def cells_in(notebooks: dict[str, NotebookNode]) -> Cells:
    """The cells of notebooks that nbgrader's SaveCells keeps in the gradebook."""
    found: Cells = {}
    for notebook, nb in notebooks.items():
        for cell in filter(label, nb.cells):
            points, text = cell.metadata.nbgrader.get("points"), cell.source if is_locked(cell) else None
            kinds = [
                ("graded", is_grade(cell), points),
                ("solution", is_solution(cell), None),
                ("task", is_task(cell), points),
                ("source", is_grade(cell) or is_solution(cell) or is_task(cell) or is_locked(cell), text),
            ]
            found |= {(notebook, label(cell), kind): detail for kind, so, detail in kinds if so}
    return found


def known_cells(gradebook: Gradebook, assignment: str) -> Cells:
    """The cells of an assignment in a gradebook; none, if that has no such assignment."""
    try:
        notebooks = gradebook.find_assignment(assignment).notebooks
    except MissingEntry:
        return {}
    found: Cells = {}
    for notebook in notebooks:
        kinds = {
            "graded": {cell.name: cell.max_score for cell in notebook.grade_cells},
            "solution": {cell.name: None for cell in notebook.solution_cells},
            "task": {cell.name: cell.max_score for cell in notebook.task_cells},
            "source": {cell.name: cell.source if cell.locked else None for cell in notebook.source_cells},
        }
        found |= {(notebook.name, name, kind): one for kind, ones in kinds.items() for name, one in ones.items()}
    return found


def differing(these: Cells, others: Cells) -> str:
    """The names of the cells that are in one and not in the other, or of another kind there; "" if there are none."""
    names = dict.fromkeys(name for _, name, _ in sorted(these.keys() ^ others.keys()))
    return ", ".join(f"“{name}”" for name in names)
