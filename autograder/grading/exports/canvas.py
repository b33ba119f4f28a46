"""Grades for the import into Canvas's Gradebook."""

from collections import Counter

from . import cells
from .grades import Grades, GradesExport, Person

_HEADER = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
_POINTS = "Points Possible"  # a row whose first cell contains this gives the points of the assignments


class Canvas(GradesExport):
    """Grades as Canvas's Gradebook imports them, in `canvas.csv` unless --to says otherwise.

    The columns are those of Canvas's own export, as its importer reads them (lib/gradebook_importer.rb in
    https://github.com/instructure/canvas-lms, and in words for instructors, for example,
    https://teaching.resources.osu.edu/toolsets/carmencanvas/guides/calculating-final-grades/import-csv-file-carmen-grades).
    Canvas goes by the first of these that it knows:

    - ID: its own number of the student, the gradebook's `lms_user_id` if that is a number;
    - SIS User ID: the gradebook's `lms_user_id` otherwise;
    - SIS Login ID: nbgrader's name of the student, which is the login where Canvas and JupyterHub share logins;
    - Student: the name. Students with the same one get their login behind it, so that Canvas asks instead of guessing.

    An assignment goes to the one of the same name in Canvas; else Canvas asks whether to make it. An empty cell is no
    grade, and Canvas shows all changes before it makes them.
    """

    FILE = "canvas.csv"

    def table(self, grades: Grades) -> list[list[str]]:
        assignments = list(grades.max_scores)
        names = Counter(_name(person) for person in grades.people)
        blanks = [""] * (len(_HEADER) - 1)
        rows = [[*_HEADER, *assignments]]
        rows.append([f"    {_POINTS}", *blanks, *(cells.number(grades.max_scores[one]) for one in assignments)])
        for person in grades.people:
            scores = (grades.scores.get((assignment, person.id)) for assignment in assignments)
            name = _name(person) if names[_name(person)] == 1 else f"{_name(person)} ({cells.name(person.id)})"
            rows.append([name, *_ids(person), "", *("" if score is None else cells.number(score) for score in scores)])
        return rows


def _name(person: Person) -> str:
    parts = (" ".join(part.split()) for part in (person.last_name, person.first_name))
    return cells.name(", ".join(filter(None, parts)) or person.id).replace(_POINTS, _POINTS.lower())


def _ids(person: Person) -> list[str]:
    """ID, SIS User ID and SIS Login ID. Canvas reads as much of an ID as is digits, so there is nothing else in it."""
    lms = person.lms_user_id if cells.identifies(person.lms_user_id) else ""
    number = lms if lms.isascii() and lms.isdigit() else ""
    return [number, "" if number else lms, person.id if cells.identifies(person.id) else ""]
