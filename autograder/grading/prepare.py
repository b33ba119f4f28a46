"""Before a notebook runs: which of its test cells are judged outside the student's process, and on which challenge."""

from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from .. import exercises
from .challenges import Challenge, Challenges
from .problems import CourseError
from .records import Record
from .repair import label
from .testcells import Check, protected


@dataclass(frozen=True)
class Trial:
    """One test cell to be judged: what it checks, and the challenge; or the `problem` that an instructor has to mend
    before it can be judged."""

    check: Check
    challenge: Challenge | None = None
    problem: str = ""


class Prepare(NbGraderPreprocessor):
    """The first of the autograde preprocessors, and the only one that looks at the course folder before the notebook
    runs. Leaves in `resources["autograder"]` the `trials` by grade id, and the submission's `record` so far."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        settings, names = self.parent.parent.coursedir, resources["nbgrader"]
        assignment, student = names["assignment"], names["student"]
        challenges = Challenges(Path(settings.root))
        checks = {label(cell): check for cell in nb.cells if (check := protected(cell))}
        folder = Path(settings.format_path(settings.autograded_directory, student, assignment))
        resources["autograder"] = {
            "trials": {name: _trial(check, challenges, f"{assignment}/{student}") for name, check in checks.items()},
            "record": Record.read(folder),
        }
        return nb, resources


def _trial(check: Check, challenges: Challenges, submission: str) -> Trial:
    try:
        task = exercises.get(check.exercise)
        if check.part is not None and check.part not in task.PARTS:
            raise CourseError(f"“{task.ID}” has no part {check.part!r}: correct the test cell in source.")
        return Trial(check, challenges.draw(check.exercise, submission))
    except LookupError as error:
        return Trial(check, problem=f"{error.args[0]} Correct the test cell in source.")
    except CourseError as error:
        return Trial(check, problem=str(error))
    except OSError as error:
        return Trial(check, problem=f"The challenge cannot be kept ({error}): mend that, and grade again.")
