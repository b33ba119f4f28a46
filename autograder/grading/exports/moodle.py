"""Grades for Moodle's grade import."""

from . import cells
from .grades import Grades, GradesExport

_NO_GRADE = "-"  # an empty cell would become 0 in a grade item that the import makes

_IDENTIFIERS = {
    "Username": lambda person: person.id,
    "ID number": lambda person: person.lms_user_id,
    "Email address": lambda person: person.email,
}


class Moodle(GradesExport):
    """Grades as Moodle imports them from a CSV file, in `moodle.csv` unless --to says otherwise.

    Moodle asks which column says who a student is (*Map from*, *Map to*), and where each assignment goes:
    https://docs.moodle.org/en/Grade_import; what its importer makes of a file is in grade/import/csv of
    https://github.com/moodle/moodle. There are three columns to choose from: Username (nbgrader's name of the
    student), ID number (the gradebook's `lms_user_id`) and Email address. Moodle takes a row whose cell is empty there
    for one more row of the student before, so a column in which not everybody has something of their own is left out.
    """

    FILE = "moodle.csv"

    def table(self, grades: Grades) -> list[list[str]]:
        identifiers = {title: of for title, of in _IDENTIFIERS.items() if self._identifies_all(title, of, grades)}
        if not identifiers:
            self._fail(
                "No column says of every student who it is: enter e-mail addresses with `nbgrader db student import`."
            )
        assignments = list(grades.max_scores)
        rows = [["First name", "Last name", *identifiers, *assignments]]
        for person in grades.people:
            scores = (grades.scores.get((assignment, person.id)) for assignment in assignments)
            who = [cells.name(person.first_name), cells.name(person.last_name)]
            who += [of(person) for of in identifiers.values()]
            rows.append([*who, *(_NO_GRADE if score is None else cells.number(score) for score in scores)])
        return rows

    def _identifies_all(self, title: str, of, grades: Grades) -> bool:
        values = [of(person) for person in grades.people]
        without = [person for person in grades.people if not _usable(of(person), values)]
        if without and len(without) < len(values):
            self.log.warning(
                "The column “%s” is left out, because %s of %s students (such as %s) have none of their own: enter "
                "them with `nbgrader db student import`, then export again.",
                title,
                len(without),
                len(values),
                without[0].id,
            )
        return not without


def _usable(value: str, values: list[str]) -> bool:
    return cells.identifies(value) and values.count(value) == 1
