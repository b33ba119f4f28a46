"""What earlier gradings of an assignment gave: nbgrader keeps only the last one, so the course folder keeps a few more.

`.grading_history/<assignment>.json` lists the gradings that a report was made of, or that a report found before it was
graded again; each has what tests gave to whom. What a person scores does not make another grading.
"""

import contextlib
import json
import os
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ..course import Course
from .gathering import ClassWork

FOLDER = ".grading_history"
KEPT = 10

RIGHT, UNJUDGED, NO_CODE = "right", "not judged", "wrong"


@dataclass(frozen=True)
class Grading:
    """One grading: when it `ended` (seconds since 1970), and for each student the points that `tests` gave and how each
    exercise went: right, not judged, or wrong, if possible with the misconception's code."""

    ended: float
    points: dict[str, float]
    exercises: dict[str, dict[str, str]]

    def same_results(self, other: "Grading") -> bool:
        return (self.points, self.exercises) == (other.points, other.exercises)

    @property
    def mean(self) -> float:
        return sum(self.points.values()) / len(self.points) if self.points else 0.0


@dataclass(frozen=True)
class Change:
    """From one grading to the next. `rights` has for each exercise the right answers before and after, of those who are
    in both gradings; `codes` how many showed a misconception before and after; `worse` are the students who lost points
    and `better` those who gained some."""

    before: Grading
    after: Grading
    both: int
    new: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    better: list[str] = field(default_factory=list)
    worse: list[str] = field(default_factory=list)
    rights: dict[str, tuple[int, int]] = field(default_factory=dict)
    codes: dict[str, tuple[int, int]] = field(default_factory=dict)


def present(work: ClassWork) -> Grading:
    """The grading that the gradebook and the records show now."""
    points = {one.student: one.automatic() for one in work.graded}
    exercises = {
        one.student: {
            name: RIGHT if test.right else UNJUDGED if test.right is None else test.code or NO_CODE
            for name, test in one.exercises().items()
        }
        for one in work.graded
    }
    return Grading(work.ended, points, exercises)


def keep(course: Course, work: ClassWork) -> list[Grading]:
    """Add the present grading to the history, unless it gave what the last one did; returns all that is kept, the
    present grading last.

    Raises:
        OSError: the course folder cannot be written.
    """
    path = course.folder / FOLDER / f"{work.assignment}.json"
    known, now = _read(path), present(work)
    if known and known[-1].same_results(now):
        return known
    known = [*known, now][-KEPT:]
    path.parent.mkdir(mode=0o700, exist_ok=True)
    _write(path, json.dumps([asdict(one) for one in known], separators=(",", ":")))
    return known


def compare(before: Grading, after: Grading) -> Change:
    """What changed from one grading to another."""
    both = sorted(before.points.keys() & after.points.keys())
    names = list(dict.fromkeys(name for one in after.exercises.values() for name in one))
    rights = {
        name: tuple(sum(grading.exercises[one].get(name) == RIGHT for one in both) for grading in (before, after))
        for name in names
    }
    earlier, later = (_codes(grading, both) for grading in (before, after))
    return Change(
        before,
        after,
        len(both),
        new=sorted(after.points.keys() - before.points.keys()),
        gone=sorted(before.points.keys() - after.points.keys()),
        better=[one for one in both if after.points[one] > before.points[one]],
        worse=[one for one in both if after.points[one] < before.points[one]],
        rights=rights,
        codes={code: (earlier[code], later[code]) for code in sorted(earlier | later) if earlier[code] != later[code]},
    )


def _codes(grading: Grading, students: list[str]) -> Counter:
    shown = (set(grading.exercises[one].values()) - {RIGHT, UNJUDGED, NO_CODE} for one in students)
    return Counter(code for codes in shown for code in codes)


def _read(path: Path) -> list[Grading]:
    """The gradings kept so far; none if the file is not there or damaged: then the history begins anew."""
    try:
        return [
            Grading(
                float(one["ended"]),
                {str(student): float(points) for student, points in one["points"].items()},
                {
                    str(student): {str(name): str(how) for name, how in found.items()}
                    for student, found in one["exercises"].items()
                },
            )
            for one in json.loads(path.read_text(encoding="utf-8"))
            if one["points"].keys() == one["exercises"].keys()
        ]
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return []


def _write(path: Path, text: str) -> None:
    """All of it or nothing, for its owner's eyes alone."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new_")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(name, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
