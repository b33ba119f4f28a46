"""Grade a whole class with nbgrader, one submission after the other, and make the feedback pages."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from .challenges import Challenges
from .course import Course
from .intake import Intake, examine
from .problems import CourseError
from .progress import progress
from .records import Record, Row, rows, scored
from .sandbox import available
from .scores import withdraw


@dataclass
class ClassRun:
    """What became of a class: a row for each graded student; for the others (`failed`), and for those whose submission
    was odd (`notes`), the sentences to read. `sandboxed`: whether their code could do no harm."""

    rows: list[Row] = field(default_factory=list)
    failed: dict[str, list[str]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    sandboxed: bool = True


def grade(course: Course, assignment: str, console: Console, *, force: bool = True) -> ClassRun:
    """Grade every submission of an assignment with nbgrader; what cannot be graded is left as it is, and listed.

    Args:
        course: the course; its gradebook and its folders `autograded` and `feedback` are written.
        assignment: the assignment's name.
        console: where progress is shown.
        force: grade again what has been graded and has not changed since.

    Raises:
        CourseError: there is no such assignment, nobody has handed it in, or there is no sandbox to grade it in.
    """
    course.require(assignment)
    if course.sandboxed:
        available.require()
    submissions = course.submissions(assignment)
    if not submissions:
        raise CourseError(
            f"There are no submissions of {assignment} in {course.folder / 'submitted'}: "
            f"collect them, or make some with `autograder simulate {assignment}`."
        )
    run = ClassRun(sandboxed=course.sandboxed)
    with course.quiet():
        released = course.released(assignment)
        course.register(assignment)
        scored_before = scored(course, assignment)
        with progress(console, "Grading", len(submissions)) as step:
            for student, folder in submissions.items():
                intake = examine(folder, released)
                failure = _grade_one(course, assignment, student, folder, intake, force) if intake.gradable else ""
                if failure or not intake.gradable:
                    run.failed[student] = [*intake.notes, *filter(None, [failure])]
                elif notes := [*intake.notes, *_record(course, assignment, student).notes()]:
                    run.notes[student] = notes
                step(student, student not in run.failed)
        graded = [student for student in submissions if student not in run.failed]
        with progress(console, "Feedback", len(graded)) as step:
            for student in graded:
                failure = course.give_feedback(assignment, student)
                if failure:
                    run.notes.setdefault(student, []).append(
                        f"There is no feedback page ({failure}): see {course.log}."
                    )
                step(student, not failure)
        if graded:
            Challenges(course.folder).renew()
        for student in run.failed:
            withdraw(course.settings, assignment, student)
            if student in scored_before:
                run.failed[student].append("The automatic score of an earlier version was taken back.")
        run.rows = [row for row in rows(course, assignment) if row.student in graded]
    return run


def _grade_one(course: Course, assignment: str, student: str, folder: Path, intake: Intake, force: bool) -> str:
    """Grade one submission; returns the sentence on what went wrong, or ""."""
    if not intake.renamed:
        failure = course.autograde(assignment, student, force=force)
    else:  # nbgrader goes by the file's name: let it see a copy in which the name is right
        with course.scratch() as scratch:
            seen = scratch / student / assignment
            shutil.copytree(folder, seen)
            for old, new in intake.renamed.items():
                (seen / old).rename(seen / new)
            failure = course.autograde(assignment, student, submitted=scratch.name, force=force)
    return failure and f"It could not be graded: nbgrader stopped with {failure}; see {course.log}."


def _record(course: Course, assignment: str, student: str) -> Record:
    return Record.read(course.path(course.settings.autograded_directory, student, assignment))
