"""The class report as a table: one line for each student and exercise, for a spreadsheet or for a program."""

import csv
import io
from collections.abc import Callable

from ..exports.cells import name as cell
from ..exports.cells import number
from .gathering import ClassWork, Submission, Test

HEADER = [
    "assignment", "student", "state", "score", "out of", "to score by hand", "exercise", "result", "misconception",
    "title", "points", "protected",
]  # fmt: skip


def listing(works: list[ClassWork], name: Callable[[str], str], title: Callable[[str, str, str], str]) -> str:
    """The table as a CSV file's text.

    Args:
        works: what the class did.
        name: from a student's id to what the student is called.
        title: from an exercise, a code and what was seen to the words for it.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(HEADER)
    for work in works:
        lines = [[work.assignment, name(student), "not handed in"] for student in work.missing]
        lines += [[work.assignment, name(one.student), "not graded"] for one in work.ungraded]
        for one in work.graded:
            waiting = sum(score.waits for score in one.by_hand)
            known = [work.assignment, name(one.student), "graded", number(one.score), number(work.max_score)]
            results = [_result(one, exercise, test, title) for exercise, test in one.exercises().items()]
            lines += [[*known, str(waiting), *result] for result in results or [[]]]
        for line in sorted(lines, key=lambda line: line[1]):
            writer.writerow([*map(cell, line), *[""] * (len(HEADER) - len(line))])
    return file.getvalue()


def _result(one: Submission, exercise: str, test: Test, title: Callable[[str, str, str], str]) -> list[str]:
    result = "not judged" if test.right is None else "right" if test.right else "wrong"
    words = "" if test.right else title(exercise, test.code, test.title)
    points = number(one.automatic() - one.automatic(without=exercise))
    return [exercise, result, test.code, words, points, "yes" if test.protected else "no"]
