"""Make the feedback pages of a class with nbgrader."""

from rich.console import Console

from .challenges import Challenges
from .course import Course
from .progress import progress


def give_feedback(course: Course, assignment: str, students: list[str], console: Console) -> dict[str, str]:
    """Make the feedback pages of students whose submissions are graded; from now on, challenges are other ones.

    Returns:
        For each student for whom there is no page, a sentence on why.
    """
    missing = {}
    with course.quiet(), progress(console, "Feedback", len(students)) as step:
        for student in students:
            if failure := course.give_feedback(assignment, student):
                missing[student] = f"There is no feedback page ({failure}): see {course.log}."
            step(student, not failure)
    if students:
        Challenges(course.folder).renew()
    return missing
