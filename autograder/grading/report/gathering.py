"""What is known of a class's work on an assignment: the gradebook's scores and the records' reasons, as plain data."""

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import nbformat
from nbgrader.coursedir import CourseDirectory

from ..course import Course
from ..intake import examine
from ..problems import CourseError
from ..records import FILE, Record, entry_of_output
from ..repair import is_test, label
from ..submitted import time_of
from .scores import Cell, Score, read
from .wording import misconception

# Where an answer or a run was cut off, by the code of its finding.
CUT_OFF = {
    "too-slow": "an answer took too long",
    "python-ended": "an answer ended Python, or used up the memory",
    "run-ended": "a cell ended the run",
    "too-large": "an answer made too much to look at",
}


@dataclass(frozen=True)
class Test:
    """What became of one test cell and its `points`. `right` is None where it could not be judged; `code` names the
    first finding; without a code, `title` says what was seen."""

    cell: str
    exercise: str
    right: bool | None
    code: str = ""
    title: str = ""
    protected: bool = False
    points: float = 0.0


@dataclass
class Submission:
    """One student's work. `problem` says why it is not graded (`unknown`: nobody has tried yet, it seems); it is empty
    for a graded one. `folder` holds the autograded notebooks. `by_hand` are the scores that a person gives.

    `sandboxed`: whether its notebooks ran in a sandbox; `damaged`: its record cannot be read; `outdated`: another
    version was handed in since.
    """

    student: str
    folder: Path
    problem: str = ""
    score: float = 0.0
    tests: list[Test] = field(default_factory=list)
    by_hand: list[Score] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sandboxed: bool = True
    damaged: bool = False
    outdated: bool = False

    def exercises(self) -> dict[str, Test]:
        """How each exercise went: right if all of its tests are; otherwise as the first one that is not."""
        found: dict[str, Test] = {}
        for test in self.tests:
            if test.exercise not in found or found[test.exercise].right:
                found[test.exercise] = test
        return found

    def automatic(self, without: str = "") -> float:
        """The points that tests gave, of all exercises or of all but one."""
        return sum(test.points for test in self.tests if test.exercise != without)


@dataclass
class ClassWork:
    """What a class did in one assignment. `graded` and `ungraded` have handed in, the others are `missing`; `cells` is
    what is scored; `people` has the words by which somebody is called, in small letters; `ended` is when the last
    submission was graded (seconds since 1970)."""

    assignment: str
    cells: list[Cell] = field(default_factory=list)
    graded: list[Submission] = field(default_factory=list)
    ungraded: list[Submission] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    people: frozenset[str] = frozenset()
    ended: float = 0.0

    @property
    def max_score(self) -> float:
        return sum(cell.points for cell in self.cells)

    def exercises(self) -> list[str]:
        """The exercises that tests judge, in the notebooks' order."""
        return list(dict.fromkeys(test.exercise for one in self.graded for test in one.tests))


def gather(course: Course, assignment: str) -> ClassWork:
    """Read what is known of an assignment.

    Raises:
        CourseError: there is no such assignment, nothing of it has been graded, or there is no gradebook.
    """
    course.require(assignment)
    known, handed_in = read(course, assignment), course.submissions(assignment)
    work = ClassWork(assignment, known.cells)
    for student in sorted(known.scores.keys() | handed_in.keys()):
        folder = course.path(course.settings.autograded_directory, student, assignment)
        if not folder.is_dir() and student not in handed_in:
            continue
        one, scores = Submission(student, folder), known.scores.get(student, [])
        if not folder.is_dir() or _withdrawn(scores):
            work.ungraded.append(one)
            continue
        one.score = max(0.0, sum(score.points for score in scores) - known.penalties[student])
        one.by_hand = [score for score in scores if score.cell.by_hand or score.waits]
        _read_reasons(one, {(score.cell.notebook, score.cell.name): score for score in scores})
        one.outdated = student in handed_in and _newer(course.settings, handed_in[student], folder)
        work.graded.append(one)
        work.ended = max(work.ended, folder.stat().st_mtime)
    about = " ".join([*known.students.values(), *handed_in]).casefold()
    work.people = frozenset(word for word in re.findall(r"[^\W_]+", about) if len(word) > 1)
    work.missing = sorted(known.students.keys() - {one.student for one in [*work.graded, *work.ungraded]})
    if not work.graded:
        raise CourseError(
            f"Nothing of {assignment} has been graded yet: grade it with `autograder grade {assignment}`, then ask "
            "for the report again."
        )
    released = _Released(course, assignment)
    for one in work.ungraded:
        one.problem = released.problem(handed_in.get(one.student))
    return work


class _Released:
    """The students' version of an assignment, read when a submission has to be compared with it."""

    def __init__(self, course: Course, assignment: str) -> None:
        self._assignment = assignment
        self._folder = course.path(course.settings.release_directory, ".", assignment)

    def problem(self, submission: Path | None) -> str:
        """Why a submission is not graded, in a sentence or two."""
        if submission is None:
            return "What was graded is gone: ask for it to be handed in again."
        intake = examine(submission, self._notebooks) if self._notebooks else None
        if intake and not intake.gradable:
            return " ".join(intake.notes)
        return f"It is not graded yet, or could not be: call `autograder grade {self._assignment}`, which says why."

    @cached_property
    def _notebooks(self) -> dict[str, nbformat.NotebookNode]:
        return {path.stem: nbformat.read(path, as_version=4) for path in sorted(self._folder.glob("*.ipynb"))}


def _withdrawn(scores: list[Score]) -> bool:
    """Whether the automatic scores were taken back, because a newer version could not be graded."""
    automatic = [score.automatic for score in scores if not score.cell.by_hand]
    return not scores or (bool(automatic) and not any(points is not None for points in automatic))


def _read_reasons(one: Submission, scores: dict[tuple[str, str], Score]) -> None:
    """Fill in what a submission's record says; of one graded without the course's settings, what the outputs show."""
    record = Record.read(one.folder)
    try:
        for notebook, found in record.notebooks.items():
            for cell, entry in found["cells"].items():
                one.tests.append(_test(cell, entry, scores.get((notebook, cell))))
        one.notes, one.sandboxed = record.notes(), all(found["sandboxed"] for found in record.notebooks.values())
    except (KeyError, TypeError, AttributeError):
        record, one.tests = Record(), []
    if record.notebooks:
        return
    one.damaged, one.sandboxed = (one.folder / FILE).exists(), False
    for path in sorted(one.folder.glob("*.ipynb")):
        try:
            cells = nbformat.read(path, as_version=4).cells
        except Exception:  # nbformat raises many things at what is no notebook
            one.damaged = True
            continue
        for cell in cells:
            if is_test(cell) and cell.cell_type == "code" and (score := scores.get((path.stem, label(cell)))):
                one.tests.append(_test(label(cell), entry_of_output(cell), score))


def _test(cell: str, entry: dict, score: Score | None) -> Test:
    exercise, code = str(entry["exercise"]), str(entry["code"])
    if not misconception(exercise, code):  # an output that a student's process made may name anything
        code = ""
    points = (score.automatic or 0.0) if score else 0.0
    return Test(cell, exercise, entry["right"], code, str(entry["title"]), entry["protected"], points)


def _newer(settings: CourseDirectory, submitted: Path, autograded: Path) -> bool:
    handed_in, graded = (time_of(settings, folder) for folder in (submitted, autograded))
    return handed_in is not None and graded is not None and handed_in > graded
