"""The demonstration: a simulated class in a folder of its own, graded as a real one, and compared with its manifest."""

import shutil
from pathlib import Path

from nbgrader.utils import rmtree
from rich.console import Console

from .class_feedback import give_feedback
from .class_run import ClassRun, grade
from .course import Course
from .keys import FOLDER
from .problems import CourseError
from .release import build_release
from .report.writing import write
from .simulate import Drawn, simulate
from .table import show

ASSIGNMENT = "a3_loop_order"

_MARK = ".made-by-autograder-demo"


def demo(folder: Path, students: int, seed: int, console: Console, *, sandboxed: bool = True) -> bool:
    """Simulate a class, grade it, show the table; returns whether all answers were named as the manifest says.

    Args:
        folder: the demonstration's course folder; what an earlier demonstration left there is removed.
        students: how many submissions are simulated.
        seed: another seed gives another class.
        console: where everything is shown.
        sandboxed: run the made-up answers in a sandbox.

    Raises:
        CourseError: the folder holds something else, or the course's files cannot be found.
    """
    course = _prepare(folder, _origin())
    if not sandboxed:
        course.allow_everything()
    console.print(f"Making {students} submissions of {ASSIGNMENT} in {folder} ...", soft_wrap=True)
    drawn = simulate(course, ASSIGNMENT, students, seed)
    run = grade(course, ASSIGNMENT, console)
    for student, sentence in give_feedback(course, ASSIGNMENT, [row.student for row in run.rows], console).items():
        run.notes.setdefault(student, []).append(sentence)
    show(run, console)
    differing = differences(drawn, run)
    answers = sum(len(row) for row in drawn.values())
    console.print(f"\n{answers - len(differing)} of {answers} answers were judged and named as the manifest says.")
    for line in differing:
        console.print(f"  {line}", soft_wrap=True)
    console.print(f"Class report:   {write(course, [ASSIGNMENT]).page}", soft_wrap=True)
    console.print(f"Feedback pages: {course.folder / course.settings.feedback_directory}", soft_wrap=True)
    console.print(f"Gradebook:      {course.settings.db_url.removeprefix('sqlite:///')}", soft_wrap=True)
    return not differing


def differences(drawn: dict[str, dict[str, Drawn]], run: ClassRun) -> list[str]:
    """One line for each simulated answer that was not judged and named as expected."""
    graded = {row.student: row.outcomes for row in run.rows}
    lines = []
    for student, answers in drawn.items():
        for exercise, answer in answers.items():
            outcome = graded.get(student, {}).get(exercise)
            got = "not graded" if outcome is None else "right" if outcome.right else outcome.code or outcome.title
            expected = answer.misconception or "right"
            if got != expected:
                lines.append(f"{student}, {exercise} ({answer.answer}): expected {expected}, got {got}")
    return lines


def _origin() -> Path:
    """The course whose files are copied: the one in the current folder, or the one that this package is part of."""
    for folder in (Path.cwd(), Path(__file__).parents[2]):
        if (folder / "nbgrader_config.py").is_file() and (folder / "source" / ASSIGNMENT).is_dir():
            return folder
    raise CourseError(
        f"There is no nbgrader_config.py and source/{ASSIGNMENT} to copy: call the demonstration in the course folder."
    )


def _prepare(folder: Path, origin: Path) -> Course:
    """A fresh course folder that nobody else's work is in."""
    if folder.exists() and not (folder / _MARK).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise CourseError(f"{folder} holds something that no demonstration made: name another folder with --course.")
    if folder.exists():
        rmtree(str(folder))
    folder.mkdir(parents=True)
    (folder / _MARK).write_text("`autograder demo` made this folder, and removes it when it starts again.\n")
    shutil.copy(origin / "nbgrader_config.py", folder)
    shutil.copytree(origin / "source", folder / "source")
    if (origin / FOLDER).is_dir():
        shutil.copytree(origin / FOLDER, folder / FOLDER)
    build_release(folder)
    course = Course(folder)
    if course.settings.db_url != f"sqlite:///{course.folder / 'gradebook.db'}":
        raise CourseError(
            f"The course's nbgrader_config.py names a gradebook, {course.settings.db_url}, which a demonstration must "
            "not touch: take CourseDirectory.db_url out of it."
        )
    return course
