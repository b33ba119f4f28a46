"""The grades of a gradebook as a table, and the part of an export that does not depend on where it goes."""

import csv
from abc import abstractmethod
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExportPlugin


@dataclass(frozen=True)
class Person:
    """A student as the gradebook has them; all but `id` may be empty."""

    id: str
    first_name: str
    last_name: str
    email: str
    lms_user_id: str


@dataclass
class Grades:
    """Who has which grade. `max_scores` has the points of each assignment by its name, `scores` the grade by assignment
    and student. No grade: nothing was handed in (`missing`), or it is not final yet (`unfinished`)."""

    people: list[Person] = field(default_factory=list)
    max_scores: dict[str, float] = field(default_factory=dict)
    scores: dict[tuple[str, str], float] = field(default_factory=dict)
    missing: Counter = field(default_factory=Counter)
    unfinished: Counter = field(default_factory=Counter)


class GradesExport(ExportPlugin):
    """Writes grades into a CSV file (RFC 4180, UTF-8 with a mark, so that a spreadsheet shows names as they are).

    A grade is written when it is final. As long as a person has to score a part of it, or to look at one again, its
    cell stays without a grade, and so does that of a student who handed nothing in; a message says how many.
    """

    FILE = ""

    def export(self, gradebook: Gradebook) -> None:
        """Write the file that `--to` names, FILE in the current folder by default."""
        grades = self._grades(gradebook)
        path = Path(self.to or self.FILE)
        try:
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file).writerows(self.table(grades))
        except OSError as error:
            self._fail(f"{path} cannot be written ({error.strerror}): name another file with --to.")
        self.log.info("Wrote the grades of %s students to %s", len(grades.people), path)
        for assignment, count in grades.unfinished.items():
            self.log.warning(
                "%s: %s without a grade until a person has scored them: open the formgrader, then export again.",
                assignment,
                _submissions(count),
            )
        for assignment, count in grades.missing.items():
            self.log.warning("%s: %s handed nothing in and got no grade, not 0.", assignment, _students(count))

    @abstractmethod
    def table(self, grades: Grades) -> list[list[str]]:
        """The rows of the file, its header first."""

    def _grades(self, gradebook: Gradebook) -> Grades:
        grades = Grades()
        students = self._chosen("student", {one.id: one for one in gradebook.students}, self.student)
        assignments = self._chosen("assignment", {one.name: one for one in gradebook.assignments}, self.assignment)
        for one in students:
            known = (one.first_name, one.last_name, one.email, one.lms_user_id)
            grades.people.append(Person(one.id, *(value or "" for value in known)))
        for assignment in assignments:
            grades.max_scores[assignment.name] = assignment.max_score
            for student in students:
                try:
                    submission = gradebook.find_submission(assignment.name, student.id)
                except MissingEntry:
                    grades.missing[assignment.name] += 1
                    continue
                if submission.needs_manual_grade or not any(notebook.grades for notebook in submission.notebooks):
                    grades.unfinished[assignment.name] += 1
                    continue
                score = max(0.0, submission.score - (submission.late_submission_penalty or 0.0))
                grades.scores[assignment.name, student.id] = score
        return grades

    def _chosen(self, what: str, known: dict, asked: list) -> list:
        """Those of what the gradebook has that were asked for, all by default, in the order of their names."""
        if not known:
            self._fail(f"The gradebook has no {what}: grade an assignment first, or name the gradebook with --db.")
        for name in map(str, asked):
            if name not in known:
                self._fail(f"The gradebook has no {what} {name!r}: choose from {', '.join(sorted(known)[:20])}.")
        return [known[name] for name in sorted(set(map(str, asked)) or known)]

    def _fail(self, sentence: str) -> None:
        self.log.error(sentence)
        raise SystemExit(1)


def _submissions(count: int) -> str:
    return "1 submission is" if count == 1 else f"{count} submissions are"


def _students(count: int) -> str:
    return "1 student" if count == 1 else f"{count} students"
