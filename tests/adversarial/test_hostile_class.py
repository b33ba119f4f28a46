"""A class in which nearly everybody means no good, graded twice: all of it, by `autograder grade` and by nbgrader with
the course's settings. What became of each case is printed as a table."""

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook, MissingEntry
from rich.console import Console
from rich.table import Table

from autograder.grading.class_feedback import give_feedback
from autograder.grading.class_run import grade
from autograder.grading.course import Course

from ..course import ROOT
from ..grading.warm.kernels import needs_a_sandbox
from . import hostile_class
from .canaries import ENVIRONMENT, Canaries, left_behind
from .cases import cases
from .hostile_class import ASSIGNMENT, HONEST, NOTEBOOK, Case

pytestmark = [pytest.mark.slow, needs_a_sandbox]

LARGEST = 8_000_000  # bytes of a graded notebook
SECONDS = 900  # for the whole class, on a busy machine


@dataclass
class Graded:
    """A class after grading: `scores` by student (None: not graded), and what the instructor reads of each (`said`)."""

    folder: Path
    cases: list[Case]
    seconds: float
    touched: list[str]
    scores: dict[str, float | None]
    said: dict[str, str] = field(default_factory=dict)

    def problems(self, case: Case) -> list[str]:
        """What did not hold; nothing, if all is well."""
        score, found = self.scores[case.name], []
        if score not in case.points:
            found.append(f"got {score} points, and not {' or '.join(map(str, case.points))}")
        if case.shown and not re.search(case.shown, shown := self.shown(case)):
            found.append(f"showed {shown[-300:]!r}")
        if case.kind == "escape" and "GOT" in self.shown(case):
            found.append(f"escaped: {self.shown(case)[-300:]!r}")
        path = self.path(case)
        if path.is_file() and path.stat().st_size > LARGEST:
            found.append(f"left a notebook of {path.stat().st_size} bytes")
        return found

    def path(self, case: Case) -> Path:
        return self.folder / "autograded" / case.name / ASSIGNMENT / f"{NOTEBOOK}.ipynb"

    def shown(self, case: Case) -> str:
        """What the hostile cell shows."""
        if not self.path(case).is_file():
            return ""
        notebook = nbformat.read(self.path(case), as_version=4)
        (outputs,) = [cell.outputs for cell in notebook.cells if cell.source == case.source] or [[]]
        return "".join(str(one.get("text", "")) + "".join(one.get("traceback", [])) for one in outputs)


@pytest.fixture(scope="module")
def canaries(tmp_path_factory):
    made = Canaries(tmp_path_factory.mktemp("beside") / "canaries")
    os.environ[ENVIRONMENT] = made.text
    yield made
    del os.environ[ENVIRONMENT]
    made.close()


@pytest.fixture(scope="module")
def course(tmp_path_factory, canaries):
    """The course with all submissions; nothing is graded yet."""
    folder = hostile_class.new_course(tmp_path_factory.mktemp("hostile") / "course")
    (released,) = Course(folder).released(ASSIGNMENT).values()
    hostile_class.hand_in_honest(folder, released)
    for case in cases(canaries):
        hostile_class.hand_in(folder, released, case.name, case, canaries)
    return folder


@pytest.fixture(scope="module")
def quiet(tmp_path_factory):
    """The scores of the honest students in a class of their own."""
    folder = hostile_class.new_course(tmp_path_factory.mktemp("quiet") / "course")
    (released,) = Course(folder).released(ASSIGNMENT).values()
    hostile_class.hand_in_honest(folder, released)
    grade(Course(folder), ASSIGNMENT, Console(quiet=True))
    return scores(folder)


@pytest.fixture(scope="module")
def by_autograder(course, canaries, capsys_of_the_module):
    start = time.monotonic()
    run = grade(Course(course), ASSIGNMENT, Console(quiet=True))
    seconds = time.monotonic() - start
    touched = canaries.touched(course / "autograded", course / "feedback")
    graded = Graded(course, cases(canaries), seconds, touched, scores(course))
    graded.said = {student: "\n".join(lines) for student, lines in (run.notes | run.failed).items()}
    capsys_of_the_module(graded, "autograder grade")
    return graded


@pytest.fixture(scope="module")
def by_nbgrader(course, canaries, tmp_path_factory, capsys_of_the_module):
    folder = hostile_class.copy_of(course, tmp_path_factory.mktemp("nbgrader") / "course")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for step in (["generate_assignment", ASSIGNMENT], ["autograde", ASSIGNMENT]):
        start = time.monotonic()
        command = [sys.executable, "-m", "nbgrader", *step]
        run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS)
    assert "Traceback" in run.stderr or run.returncode == 0
    touched = canaries.touched(folder / "autograded")
    graded = Graded(folder, cases(canaries), time.monotonic() - start, touched, scores(folder))
    capsys_of_the_module(graded, "nbgrader autograde")
    return graded


@pytest.fixture(scope="module")
def capsys_of_the_module(request):
    """Prints a class's table past pytest, so that it is seen without -s."""

    def show(graded: Graded, how: str) -> None:
        with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
            table(graded, how)

    return show


def table(graded: Graded, how: str) -> None:
    """Print what was tried and what held; also to out/, since tests that run side by side print nothing."""
    shown = Table("case", "what was tried", "points", "what held", title=f"{how}: {graded.seconds:.0f} s")
    for case in graded.cases:
        points = graded.scores[case.name]
        held = "; ".join(graded.problems(case)) or "held"
        shown.add_row(case.name, case.tried, "not graded" if points is None else f"{points:g}", held)
    Console(width=150).print(shown)
    (ROOT / "out").mkdir(exist_ok=True)
    with (ROOT / "out" / f"adversarial_{how.replace(' ', '_')}.txt").open("w", encoding="utf-8") as file:
        Console(width=150, file=file).print(shown)


def scores(folder: Path) -> dict[str, float | None]:
    """The automatic score of each student; None where there is none."""
    found = {}
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "gradient_clipping") as gradebook:
        for path in sorted((folder / "submitted").iterdir()):
            try:
                grades = gradebook.find_submission(ASSIGNMENT, path.name).notebooks[0].grades
                points = [grade.auto_score for grade in grades]
            except (MissingEntry, IndexError):
                points = [None]
            found[path.name] = None if None in points else sum(points)
    return found


@pytest.mark.parametrize("how", ["by_autograder", "by_nbgrader"])
class TestAHostileClass:
    @pytest.fixture
    def graded(self, how, request):
        return request.getfixturevalue(how)

    def test_has_enough_cases_of_each_kind(self, graded):
        kinds = [case.kind for case in graded.cases]
        assert len({case.name for case in graded.cases}) == len(kinds) > 80
        assert min(kinds.count(kind) for kind in ("forgery", "escape", "abuse", "malformed")) >= 15

    def test_gives_no_points_for_a_forgery(self, graded):
        assert not {case.tried: graded.scores[case.name] for case in graded.cases
                    if case.kind == "forgery" and graded.scores[case.name] != 0}  # fmt: skip

    @pytest.mark.parametrize("kind", ["forgery", "escape", "abuse", "malformed"])
    def test_holds_in_each_case(self, graded, kind):
        found = {case.name: graded.problems(case) for case in graded.cases if case.kind == kind}
        assert not {name: problems for name, problems in found.items() if problems}

    def test_touches_no_canary(self, graded):
        assert graded.touched == []
        assert left_behind() == []

    def test_leaves_honest_neighbours_their_grades(self, graded, quiet):
        assert {student: graded.scores[student] for student in HONEST} == quiet
        assert quiet == {"a_reference": 4, "m_no_clip": 2, "m_reference": 4, "z_wrong_order": 3}

    def test_ends_in_time(self, graded):
        assert graded.seconds < SECONDS


def test_the_instructor_reads_one_sentence_on_each(by_autograder):
    wrong = {}
    for case in by_autograder.cases:
        said = by_autograder.said.get(case.name, "")
        if not re.search(case.said, said) or any("Traceback" in line for line in said.splitlines()):
            wrong[case.name] = said
    assert not wrong


def test_what_is_shown_to_the_student_runs_nowhere(by_autograder):
    missing = give_feedback(Course(by_autograder.folder), ASSIGNMENT, ["abuse_html"], Console(quiet=True))
    assert not missing
    (page,) = (by_autograder.folder / "feedback" / "abuse_html").rglob("*.html")
    text = page.read_text(encoding="utf-8")
    assert 'alert("hostile")</script>' not in text
    assert not re.search(r"<img[^>]*onerror", text)
