"""What students are called in a report: by their ids, or by pseudonyms that stay the same all through a course."""

import base64
from collections.abc import Callable

from ..challenges import Challenges
from ..course import Course


def names(course: Course, anonymous: bool) -> Callable[[str], str]:
    """A function from a student's id to what the student is called in the report.

    A pseudonym follows from the id and the course's secret, so that nobody who knows all ids can tell whose it is.
    Raises CourseError (when called) if the course's secret cannot be used.
    """
    if not anonymous:
        return lambda student: student
    challenges, known = Challenges(course.folder), {}

    def pseudonym(student: str) -> str:
        if student not in known:
            text = base64.b32encode(challenges.keyed("pseudonym", student)[:5]).decode().lower()
            known[student] = f"person-{text[:4]}-{text[4:]}"
        return known[student]

    return pseudonym
