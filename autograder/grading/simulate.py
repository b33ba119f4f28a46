"""A simulated class: submissions made of the authors' right answers and mutants, and a manifest of who got what."""

import copy
import json
import random
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution, is_task, rmtree

from ..authoring import answers_of
from ..exercises import get
from ..exercises.solutions import Answers
from ..packaged import packaged
from .course import Course
from .problems import CourseError
from .repair import label
from .testcells import checks

MANIFEST = "manifest.json"

# What a student has who mends nothing in a repair: the broken loop as the assignment shows it.
BROKEN = {
    "repair_exploding_loop": "clip_last",
    "repair_logging_loop": "measures_then_clips_the_spent_generator",
    "repair_turning_loop": "clips_each_parameter",
}

HANDED_IN = datetime(2026, 1, 12, 8, tzinfo=UTC)  # fixed, so that the same seed gives the same files


@dataclass(frozen=True)
class Drawn:
    """The answer that a simulated student gives: its name among the authors' answers, and the code of the misconception
    that grading should name (None for a right one)."""

    answer: str
    right: bool
    misconception: str | None


AS_RELEASED = Drawn("as released", False, "not-implemented")


def simulate(course: Course, assignment: str, students: int, seed: int) -> dict[str, dict[str, Drawn]]:
    """Write a class's submissions and the manifest into a course folder; returns what each student's answers are.

    Raises:
        CourseError: there is no such assignment, the class would be empty, or the course has submissions of others.
    """
    course.require(assignment)
    if students < 1:
        raise CourseError(f"A class of {students} cannot be simulated: ask for at least one student with --students.")
    manifest = _own_manifest(course)
    released = course.released(assignment)
    exercises = {check.exercise for notebook in released.values() for check in checks(notebook).values()}
    drawn = draw(sorted(exercises), students, seed)
    for student in manifest.pop(assignment, {"students": {}})["students"]:
        _forget(course, student, assignment)
    for number, (student, answers) in enumerate(drawn.items()):
        rng = random.Random(f"{seed} {student}")
        folder = course.path(course.settings.submitted_directory, student, assignment)
        folder.mkdir(parents=True)
        for name, notebook in released.items():
            nbformat.write(fill(notebook, answers, _texts(notebook, rng)), folder / f"{name}.ipynb")
        handed_in = HANDED_IN + timedelta(minutes=17 * number + rng.randrange(17))
        (folder / "timestamp.txt").write_text(f"{handed_in:%Y-%m-%d %H:%M:%S} UTC\n", encoding="utf-8")
    entries = {student: {name: asdict(one) for name, one in answers.items()} for student, answers in drawn.items()}
    manifest[assignment] = {"seed": seed, "students": entries}
    (course.folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return drawn


def draw(exercises: list[str], students: int, seed: int) -> dict[str, dict[str, Drawn]]:
    """Draw an answer to each exercise for each student. Each exercise has its own random numbers."""
    width, main = max(2, len(str(students))), _main(exercises)
    columns = {}
    for exercise in exercises:
        rng, known = random.Random(f"{seed} {exercise}"), answers_of(exercise)
        columns[exercise] = (
            _spread(known, students, rng)
            if exercise == main
            else [_one(known, BROKEN.get(exercise), rng) for _ in range(students)]
        )
    return {
        f"student{number + 1:0{width}}": {exercise: column[number] for exercise, column in columns.items()}
        for number in range(students)
    }


def _main(exercises: list[str]) -> str:
    """The exercise whose misconceptions are spread over the class as evenly as possible: the one that has most."""
    own = [exercise for exercise in exercises if exercise == get(exercise).JUDGED_AS] or exercises
    return max(own, key=lambda exercise: len(set(answers_of(exercise).codes.values())))


def fill(released: NotebookNode, answers: dict[str, Drawn], texts: dict[str, str]) -> NotebookNode:
    """A student's notebook: the released one with the answers in it, and with texts by the grade id that asks."""
    notebook = copy.deepcopy(released)
    names = {check.exercise: check.answer for check in checks(notebook).values()}
    task = None
    for cell in notebook.cells:
        exercise = label(cell)
        asked = exercise if _asks_for_text(cell) else task
        if exercise in answers and is_solution(cell):
            if answers[exercise].answer != AS_RELEASED.answer:
                cell.source = answers_of(exercise).source(answers[exercise].answer, names[exercise])
        elif cell.cell_type == "markdown" and texts.get(asked):
            cell.source = texts[asked]
        task = label(cell) if is_task(cell) else None
    return notebook


def _texts(notebook: NotebookNode, rng: random.Random) -> dict[str, str]:
    """What somebody may have written in answer to each question that a person will grade; often not very good."""
    written = packaged(__package__, "texts.yaml")
    asking = [label(cell) for cell in notebook.cells if is_task(cell) or _asks_for_text(cell)]
    return {name: rng.choice(written.get(name, written["anything"])) for name in asking}


def _asks_for_text(cell: NotebookNode) -> bool:
    return cell.cell_type == "markdown" and is_grade(cell) and is_solution(cell)


def _spread(known: Answers, students: int, rng: random.Random) -> list[Drawn]:
    """About a third right, in various spellings; the others wrong, each with a misconception of its own while there is
    one left."""
    right = [_right(name) for name in _rounds(list(known.rights), round(students / 3), rng)]
    mutants: dict[str, list[str]] = {}
    for name in rng.sample(list(known.mutants), len(known.mutants)):
        mutants.setdefault(known.codes[name], []).append(name)
    wrong = []
    for code in _rounds(sorted(mutants), students - len(right), rng):
        mutants[code].append(mutants[code].pop(0))  # the next time, another mutant with this misconception
        wrong.append(_wrong(known, mutants[code][-1]))
    return rng.sample(right + wrong, students)


def _rounds(items: list, count: int, rng: random.Random) -> list:
    """`count` of the items in random order, none repeated before all have been used."""
    drawn: list = []
    while len(drawn) < count:
        drawn += rng.sample(items, min(len(items), count - len(drawn)))
    return drawn


def _one(known: Answers, broken: str | None, rng: random.Random) -> Drawn:
    """Right or wrong by chance; in a repair, wrong often means untouched."""
    chance = rng.random()
    if chance < 0.5:
        return _right(rng.choice(list(known.rights)))
    if broken and chance < 0.6:
        return AS_RELEASED
    if broken and chance < 0.8:
        return _wrong(known, broken)
    return _wrong(known, rng.choice(list(known.mutants)))


def _right(name: str) -> Drawn:
    return Drawn(name, True, None)


def _wrong(known: Answers, name: str) -> Drawn:
    return Drawn(name, False, known.codes[name])


def _forget(course: Course, student: str, assignment: str) -> None:
    settings = course.settings
    for step in (settings.submitted_directory, settings.autograded_directory, settings.feedback_directory):
        folder = course.path(step, student, assignment)
        if folder.is_dir():
            rmtree(str(folder))


def _own_manifest(course: Course) -> dict:
    """The manifest of earlier simulations. Raises CourseError if the course has submissions that are not in it."""
    path = course.folder / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    for assignment in sorted(path.name for path in (course.folder / "source").iterdir() if path.is_dir()):
        own = manifest.get(assignment, {"students": {}})["students"]
        others = [student for student in course.submissions(assignment) if student not in own]
        if others:
            raise CourseError(
                f"{course.folder} has submissions that were not simulated (such as {others[0]}'s of {assignment}): "
                "name another course folder with --course."
            )
    return manifest
