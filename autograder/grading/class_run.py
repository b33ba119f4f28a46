"""Grade a whole class: many submissions at once, in one gradebook.

This process sanitises submissions and saves what workers found out; it alone has the gradebook. It runs no student's
code, and neither do the workers: that is in kernels, in a sandbox.
"""

import contextlib
import json
import os
import re
import shutil
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from distributed import Future, as_completed
from distributed.scheduler import KilledWorker
from nbgrader.api import MissingEntry
from nbgrader.converters.base import NbGraderException
from rich.console import Console
from sqlalchemy.exc import OperationalError

from . import gradebook, work
from .challenges import Draw
from .cluster import Workers
from .conversion import Conversion, Job
from .course import Course
from .intake import Intake, examine
from .problems import CourseError
from .progress import progress
from .records import Record, Row, rows, scored
from .sandbox import available
from .scores import withdraw
from .starting import Starting, starting
from .unchanged import Marks

_DATABASE = re.compile(r"OperationalError\) ([^\n']+)")  # as SQLAlchemy says it, and nbgrader after it
_LONGEST = 200  # characters of what an error says
_LONGEST_SENTENCE = 600
_AHEAD = 2  # submissions that are prepared while all workers are busy


@dataclass
class ClassRun:
    """What became of a class: a row for each graded student; for the others (`failed`), and for those whose submission
    was odd (`notes`), the sentences to read; whose grade stayed, because nothing had changed (`skipped`).
    `sandboxed`: whether their code could do no harm. `other_workers` have another version of the package, and got
    nothing to do."""

    rows: list[Row] = field(default_factory=list)
    failed: dict[str, list[str]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    sandboxed: bool = True
    other_workers: list[str] = field(default_factory=list)


def grade(
    course: Course,
    assignment: str,
    console: Console,
    crew: Starting | None = None,
    *,
    students: str = "*",
    force: bool = False,
) -> ClassRun:
    """Grade the submissions of an assignment; what cannot be graded is listed, and does not stop the others.

    Args:
        course: the course; its gradebook and its folder `autograded` are written.
        assignment: the assignment's name.
        console: where progress is shown.
        crew: the workers; by default, some of this machine.
        students: a pattern of names, such as `a*`.
        force: grade also what has been graded before and has not changed since.

    Raises:
        CourseError: there is no such assignment, nobody has handed it in, there is no sandbox to grade it in, or there
            are no workers.
    """
    course.require(assignment)
    if course.sandboxed and (crew is None or crew.local):
        available.require()
    submissions = course.submissions(assignment, students)
    if not submissions and course.submissions(assignment):
        raise CourseError(
            f"No submission of {assignment} in {course.folder / 'submitted'} is by somebody whose name fits "
            f"{students!r}: look at the pattern, and at the names of the folders."
        )
    if not submissions:
        raise CourseError(
            f"There are no submissions of {assignment} in {course.folder / 'submitted'}: "
            f"collect them, or make some with `autograder simulate {assignment}`."
        )
    with course.quiet(), progress(console, "Grading", len(submissions)) as step:
        run = _Run(course, assignment, force, step)
        waiting = run.waiting(submissions)
        if first := next(waiting, None):
            with contextlib.ExitStack() as stack:
                crew = crew or stack.enter_context(starting(log=course.log, sandboxed=course.sandboxed))
                stack.enter_context(run.converting())
                run.grade(crew, first, waiting)
                crew.leave()
        run.withdraw_failed()
        run.result.rows = [row for row in rows(course, assignment) if row.student in submissions.keys() - run.failed]
    return run.result


@dataclass(frozen=True)
class _Submission:
    student: str
    folder: Path
    intake: Intake
    mark: str


class _Run:
    """The state of one class run."""

    def __init__(self, course: Course, assignment: str, force: bool, step: Callable[[str, bool | None], None]) -> None:
        self._course, self._assignment, self._force, self._step = course, assignment, force, step
        self._released = course.released(assignment)
        course.register(assignment)
        self._marks = Marks(course, assignment)
        self._scored_before = scored(course, assignment)
        self._expected: dict[str, Future] = {}
        self._computed: dict[Future, Draw] = {}  # those that are still to be kept
        self.result = ClassRun(sandboxed=course.sandboxed)
        self.failed = self.result.failed

    def waiting(self, submissions: dict[str, Path]) -> Iterator[_Submission]:
        """The submissions that are to be graded, one after the other; of the others it is noted why not."""
        for student, folder in submissions.items():
            try:
                submission = self._look_at(student, folder)
            except Exception as error:
                traceback.print_exc()  # into the log
                self._fail(student, [self._sentence(error)])
                continue
            if submission:
                yield submission

    def _look_at(self, student: str, folder: Path) -> _Submission | None:
        intake = examine(folder, self._released)
        if not intake.gradable:
            self._fail(student, intake.notes)
            return None
        mark = self._marks.of(folder)
        if not self._force and student in self._scored_before and self._marks.stands(student, mark):
            self.result.skipped.append(student)
            self._note(student, intake)
            self._step(student, None)
            return None
        return _Submission(student, folder, intake, mark)

    @contextlib.contextmanager
    def converting(self) -> Iterator[None]:
        """Hold open what is needed for every submission."""
        settings = self._course.settings
        with self._course.converter(Conversion, self._assignment) as self._conversion:
            self._conversion.prepare()
            with gradebook.opened(settings.db_url, settings.course_id):
                yield

    def grade(self, starting: Starting, first: _Submission, others: Iterator[_Submission]) -> None:
        """Grade submissions: as many at once as the workers can, and as few more as keep them busy."""
        crew = starting.wait()
        self.result.other_workers = crew.others
        going: dict[Future, tuple[_Submission, Job]] = {}
        finished, room = as_completed(), crew.slots + _AHEAD
        following: _Submission | None = first
        while following or going:
            while following and len(going) < room:
                if job := self._tried(following, self._begin, following):
                    expected = {name: self._expectation(crew, draw, finished) for name, draw in job.draws.items()}
                    future = crew.submit(work.run, job.data, expected)
                    going[future] = following, job
                    finished.add(future)
                following = next(others, None)
            if going and (future := next(finished)) in going:
                submission, job = going.pop(future)
                self._tried(submission, self._finish, submission, job, future)
            elif going:
                self._keep_expectation(future)

    def withdraw_failed(self) -> None:
        """Take back the automatic scores of earlier versions of what could not be graded, and say so."""
        for student in self.failed.keys() & self._scored_before:
            try:
                withdraw(self._course.settings, self._assignment, student)
                self.failed[student].append("The automatic score of an earlier version was taken back.")
            except OperationalError as error:
                self.failed[student].append(f"The score of an earlier version still stands ({error.orig}).")

    def _begin(self, submission: _Submission) -> Job:
        self._marks.remove(submission.student)
        intake = submission.intake
        if not intake.renamed and not intake.left_out:
            return self._conversion.begin(submission.student)
        with self._course.scratch() as scratch:  # nbgrader goes by the file's name: it sees a copy with the right one
            seen = scratch / submission.student / self._assignment
            left_out = {str(submission.folder / path) for path in intake.left_out}
            shutil.copytree(
                submission.folder,
                seen,
                symlinks=True,
                ignore=lambda place, names: [name for name in names if os.path.join(place, name) in left_out],
            )
            for old, new in intake.renamed.items():
                (seen / old).rename(seen / new)
            with self._course.reading_from(scratch.name):
                return self._conversion.begin(submission.student)

    def _expectation(self, crew: Workers, drawn: Draw, finished: as_completed) -> Future:
        """What is expected of a challenge: computed by a worker, if it has not been kept."""
        if drawn.id not in self._expected:
            known = self._conversion.challenges.known(drawn)
            if known is not None:
                self._expected[drawn.id] = crew.submit(json.loads, json.dumps(known))
            else:
                future = crew.submit(work.expectation, drawn.exercise, drawn.seed)
                self._expected[drawn.id] = future
                self._computed[future] = drawn
                finished.add(future)
        return self._expected[drawn.id]

    def _keep_expectation(self, future: Future) -> None:
        drawn = self._computed.pop(future)
        try:
            self._conversion.challenges.keep(drawn, future.result())
        except Exception:  # those who need it get the same one, and others try again
            del self._expected[drawn.id]
            traceback.print_exc()

    def _finish(self, submission: _Submission, job: Job, future: Future) -> None:
        try:
            graded = future.result()
        except Exception:
            self._conversion.forget(submission.student)
            raise
        self._conversion.finish(job, graded)
        self._marks.set(submission.student, submission.mark)
        self._note(submission.student, submission.intake)
        self._step(submission.student, True)

    def _tried(self, submission: _Submission, do: Callable, *arguments: object) -> Job | None:
        try:
            return do(*arguments)
        except Exception as error:
            traceback.print_exc()  # into the log
            self._fail(submission.student, [*submission.intake.notes, self._sentence(error)])
            return None

    def _sentence(self, error: Exception) -> str:
        match error:
            case CourseError():
                return str(error)
            case KilledWorker():
                return "It could not be graded, since workers ended while it ran: see to their memory, and grade again."
            case _ if locked := _DATABASE.search(str(error)):
                return f"The gradebook could not be used ({locked[1]}): see to that, and grade again."
            case _ if "IntegrityError" in f"{type(error).__name__}: {error}":
                return "It could not be graded, since another grading was at it at the same time: grade again."
            case MissingEntry() if "No such student" in str(error):
                return (
                    "It could not be graded, since the gradebook has no such student: enter the student with "
                    "`nbgrader db student import` or `nbgrader db student add`, and grade again."
                )
            case NbGraderException() if "No notebooks were matched" in str(error):  # which have been seen there
                return (
                    "It could not be graded, since nbgrader does not find a folder with such a name: rename the "
                    "student's folder, without brackets and without spaces at its ends, and grade again."
                )
            case OSError(strerror=str(why), filename=name):
                which = f"{os.path.basename(name)}: " if isinstance(name, str) else ""
                return f"It could not be graded ({which}{why}): see to that, and grade again."
        why = f"{type(error).__name__}: {error}".partition("\n")[0].rstrip(".: ")
        why = why if len(why) <= _LONGEST else f"{why[:_LONGEST]} …"
        return f"It could not be graded: nbgrader stopped with {why}; see {self._course.log}."

    def _fail(self, student: str, sentences: list[str]) -> None:
        self._marks.remove(student)
        self.failed[student] = list(map(_printable, sentences))
        self._step(student, False)

    def _note(self, student: str, intake: Intake) -> None:
        folder = self._course.path(self._course.settings.autograded_directory, student, self._assignment)
        if notes := [*intake.notes, *Record.read(folder).notes()]:
            self.result.notes[student] = list(map(_printable, notes))


def _printable(sentence: str) -> str:
    """A sentence that may have a name of the student's in it, however long and odd, as a terminal may show it."""
    return "".join(sign if sign.isprintable() else "�" for sign in sentence[:_LONGEST_SENTENCE])
