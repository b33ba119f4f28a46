"""Notebooks that are run and judged as configured nbgrader does it, without a gradebook; and the pieces of them."""

from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.utils import determine_grade

from autograder.authoring import answers_of
from autograder.grading.challenges import Challenge
from autograder.grading.execute import Execute
from autograder.grading.prepare import Trial
from autograder.grading.repair import is_test, label
from autograder.grading.sandbox import available
from autograder.grading.testcells import protected
from autograder.grading.verify import Verify

RIGHT = "import torch\n\n" + answers_of("train_step").source("reference", "train_step")
WRONG = """def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    return 0.0, 0.0
"""
ORDER = 'order = "D B E C A"'


@dataclass(frozen=True)
class Graded:
    """A notebook after its run: the `scores` of the test cells by grade id, and what was `left` in the resources."""

    notebook: NotebookNode
    scores: dict[str, float]
    left: dict

    def cell(self, grade_id: str) -> NotebookNode:
        return next(cell for cell in self.notebook.cells if label(cell) == grade_id)

    def said(self, grade_id: str) -> str:
        """The message of a test cell's error; "" if it has none."""
        outputs = self.cell(grade_id).outputs
        return "".join("\n".join(output.traceback) for output in outputs if output.output_type == "error")


def locked_test(grade_id: str, source: str) -> NotebookNode:
    """A locked test cell, as nbgrader releases it."""
    marks = {"grade": True, "solution": False, "locked": True, "task": False, "schema_version": 3}
    return new_code_cell(source, metadata={"nbgrader": {**marks, "grade_id": grade_id, "points": 1}})


def check_cell(grade_id: str, exercise: str, answer: str, part: str | None = None) -> NotebookNode:
    call = f'check("{exercise}", {answer}, part="{part}")' if part else f'check("{exercise}", {answer})'
    return locked_test(grade_id, f"from autograder import check\n\n{call}")


UPDATE = check_cell("update", "train_step", "train_step", "update")
RETURNS = check_cell("returns", "train_step", "train_step", "returns")
LOOP_ORDER = check_cell("order", "loop_order", "order")


def grade(folder: Path, challenge: Challenge, *cells: str | NotebookNode, timeout: int = 30) -> Graded:
    """Run and judge a notebook of these cells; all of its exercises get the same challenge."""
    notebook = new_notebook(cells=[new_code_cell(cell) if isinstance(cell, str) else cell.copy() for cell in cells])
    trials = {label(cell): Trial(check, challenge) for cell in notebook.cells if (check := protected(cell))}
    names = {"assignment": "a", "student": "s", "notebook": "n"}
    resources = {"autograder": {"trials": trials}, "metadata": {"path": str(folder)}, "nbgrader": names}
    execute = Execute(timeout=timeout, kernel_name="python3", unsafe_no_sandbox=bool(available.problem()))
    notebook, resources = execute.preprocess(notebook, resources)
    notebook, resources = Verify().preprocess(notebook, resources)
    scores = {label(cell): determine_grade(cell)[0] for cell in notebook.cells if is_test(cell)}
    return Graded(notebook, scores, resources["autograder"])
