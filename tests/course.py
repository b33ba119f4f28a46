"""A course folder of its own for a test, and nbgrader's commands run in it."""

import copy
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook

ROOT = Path(__file__).parents[1]

# For the end of a test course's nbgrader_config.py: what is expected of a challenge takes a while to compute.
ONE_CHALLENGE = "\nimport autograder.grading.challenges\n\nautograder.grading.challenges.POOL = 1\n"

# Where the tests run, there may be no sandbox; what it holds has tests of its own.
ONE_CHALLENGE += """
from autograder.grading.sandbox import available

c.Execute.unsafe_no_sandbox = bool(available.problem())
"""


@dataclass(frozen=True)
class Score:
    """What the gradebook says of one graded cell. `points` is None while nobody and nothing has graded it."""

    points: float | None
    out_of: float
    needs_a_person: bool


class Course:
    """A copy of the repository's course (or some of its assignments) in an empty folder, graded by real nbgrader.

    Args:
        folder: where to put it.
        assignments: folders of source/; all of them by default.
        settings: Python lines for the end of nbgrader_config.py.
    """

    def __init__(self, folder: Path, *assignments: str, settings: str = "") -> None:
        self.folder = folder
        self.assignments = assignments or tuple(sorted(path.name for path in (ROOT / "source").iterdir()))
        for assignment in self.assignments:
            shutil.copytree(ROOT / "source" / assignment, folder / "source" / assignment)
        config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
        (folder / "nbgrader_config.py").write_text(f"{config}{ONE_CHALLENGE}{settings}\n", encoding="utf-8")
        for assignment in self.assignments:
            self.nbgrader("generate_assignment", assignment)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of commands."""
        programs = Path(sys.executable).parent  # nbgrader calls alembic by name
        paths = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
        return os.environ | paths

    def nbgrader(self, *arguments: str) -> str:
        """Run an nbgrader command in the course folder, fail if it fails, and return what it printed."""
        command = [sys.executable, "-m", "nbgrader", *arguments]
        run = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout + run.stderr

    def source(self, assignment: str) -> NotebookNode:
        """The instructor's version."""
        return read(self.folder / "source" / assignment)

    def release(self, assignment: str) -> NotebookNode:
        """The students' version, as nbgrader made it in this folder."""
        return read(self.folder / "release" / assignment)

    def submit(self, student: str, assignment: str, notebook: NotebookNode) -> None:
        """Hand in a notebook, under the name that the released one has."""
        (released,) = (self.folder / "release" / assignment).glob("*.ipynb")
        folder = self.folder / "submitted" / student / assignment
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, folder / released.name)

    def autograde(self, assignment: str, *arguments: str) -> str:
        """Grade all submissions of an assignment with `nbgrader autograde`."""
        return self.nbgrader("autograde", assignment, *arguments)

    def submission(self, student: str, assignment: str) -> str:
        """The id of a student's notebook, as the formgrader's addresses have it."""
        with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}", "gradient_clipping") as gradebook:
            (notebook,) = gradebook.find_submission(assignment, student).notebooks
            return notebook.id

    def scores(self, assignment: str, student: str) -> dict[str, Score]:
        """What each graded cell of a student's notebook was given, by its grade id."""
        with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}", "gradient_clipping") as gradebook:
            submission = gradebook.find_submission(assignment, student)
            return {
                grade.name: Score(
                    grade.auto_score if grade.manual_score is None else grade.manual_score,
                    grade.max_score,
                    grade.needs_manual_grade,
                )
                for notebook in submission.notebooks
                for grade in notebook.grades
            }


def read(folder: Path) -> NotebookNode:
    """The one notebook of a folder."""
    (path,) = folder.glob("*.ipynb")
    return nbformat.read(path, as_version=4)


def answered(released: NotebookNode, source: NotebookNode, *grade_ids: str) -> NotebookNode:
    """The students' version with the instructor's answers in some cells (all answer cells by default)."""
    notebook = copy.deepcopy(released)
    answers = {cell.metadata.nbgrader.grade_id: cell.source for cell in source.cells if cell.metadata.get("nbgrader")}
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("solution") and (not grade_ids or marks["grade_id"] in grade_ids):
            cell.source = answers[marks["grade_id"]]
    return notebook
