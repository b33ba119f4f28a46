"""Before a notebook runs: which of its test cells are judged outside the student's process, and on which challenge."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from .. import exercises
from .challenges import Challenge, Challenges
from .problems import CourseError
from .repair import label
from .testcells import Check, protected

Drawn = TypeVar("Drawn")


@dataclass(frozen=True)
class Trial:
    """One test cell to be judged: what it checks, and the challenge; or the `problem` that an instructor has to mend
    before it can be judged."""

    check: Check
    challenge: Challenge | None = None
    problem: str = ""


class Prepare(NbGraderPreprocessor):
    """The first of the autograde preprocessors, and the only one that looks at the course folder before the notebook
    runs. Leaves in `resources["autograder"]` the `trials` by grade id."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        names = resources["nbgrader"]
        challenges = Challenges(Path(self.parent.parent.coursedir.root))
        drawn = draw_for(nb, challenges.draw, names["assignment"], names["student"])
        resources["autograder"] = {"trials": {name: Trial(*one) for name, one in drawn.items()}}
        return nb, resources


def draw_for(
    nb: NotebookNode, draw: Callable[[str, str], Drawn], assignment: str, student: str
) -> dict[str, tuple[Check, Drawn | None, str]]:
    """For each test cell that is judged outside the student's process, by grade id: its check and what `draw` gives for
    the exercise and the submission; or instead of that, the problem that an instructor has to mend."""
    checks = {label(cell): check for cell in nb.cells if (check := protected(cell))}
    return {name: (check, *_drawn(check, draw, f"{assignment}/{student}")) for name, check in checks.items()}


def _drawn(check: Check, draw: Callable[[str, str], Drawn], submission: str) -> tuple[Drawn | None, str]:
    try:
        task = exercises.get(check.exercise)
        if check.part is not None and check.part not in task.PARTS:
            raise CourseError(f"“{task.ID}” has no part {check.part!r}: correct the test cell in source.")
        return draw(check.exercise, submission), ""
    except LookupError as error:
        return None, f"{error.args[0]} Correct the test cell in source."
    except CourseError as error:
        return None, str(error)
    except OSError as error:
        return None, f"The challenge cannot be kept ({error}): mend that, and grade again."
