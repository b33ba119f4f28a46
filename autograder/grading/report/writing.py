"""Make the class report of some assignments: an HTML page and a CSV file in the course folder's `reports`."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..course import Course
from ..problems import CourseError
from . import formgrader, history
from .examples import vocabulary
from .gathering import ClassWork, gather
from .listing import listing
from .names import names
from .page import Chapter, Names, page, title
from .scores import submitted_assignments

FOLDER = "reports"
ALL = "all_assignments"


@dataclass(frozen=True)
class Report:
    """The files of a report, and sentences on what is missing in it."""

    page: Path
    table: Path
    notes: list[str]


def write(course: Course, assignments: Sequence[str] = (), *, anonymous: bool = False) -> Report:
    """Write the report of some assignments, of all that have been graded by default.

    Raises:
        CourseError: there is no such assignment, nothing of it has been graded, or there is no gradebook.
    """
    works = [gather(course, name) for name in dict.fromkeys(assignments)] or _all(course)
    called = Names(names(course, anonymous), anonymous)
    stem = works[0].assignment if len(works) == 1 else ALL
    file = course.folder / FOLDER / f"{stem}{'_anonymous' if anonymous else ''}.html"
    table = file.with_suffix(".csv")
    chapters = [Chapter(work, history.keep(course, work), vocabulary(course, work)) for work in works]
    html = page(chapters, called, formgrader.address(course), table.name)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.write_text(html, encoding="utf-8")
    table.write_text(listing(works, called.of, title(called)), encoding="utf-8-sig", errors="replace", newline="")
    return Report(file, table, _notes(works, called))


def remember(course: Course, assignment: str) -> None:
    """Keep what the grading so far gave, before an assignment is graded again; where there is none, do nothing."""
    with contextlib.suppress(CourseError):
        history.keep(course, gather(course, assignment))


def _all(course: Course) -> list[ClassWork]:
    works = []
    for assignment in submitted_assignments(course):
        try:
            works.append(gather(course, assignment))
        except CourseError:  # it was registered, but nothing of it is graded; or it is in source no more
            continue
    if not works:
        raise CourseError(
            f"Nothing has been graded yet in {course.folder}: grade an assignment with `autograder grade ASSIGNMENT`."
        )
    return works


def _notes(works: list[ClassWork], called: Names) -> list[str]:
    notes = []
    for work in works:
        damaged = called.all([one.student for one in work.graded if one.damaged])
        if damaged:
            more = f" and {len(damaged) - 1} more" if len(damaged) > 1 else ""
            notes.append(
                f"{work.assignment}: the record of {damaged[0]}{more} is damaged, so its reasons are missing: grade "
                "that again."
            )
    return notes
