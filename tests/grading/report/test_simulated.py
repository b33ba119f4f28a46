"""The report of a class that was really graded says what the class was made of: all figures worked out anew from the
simulation's manifest and, for the points, from the gradebook."""

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from types import SimpleNamespace

import pytest
from rich.console import Console
from scipy import stats

from autograder.grading.class_run import grade
from autograder.grading.report.writing import write
from autograder.grading.simulate import simulate

from ..classes import ASSIGNMENT, new_course
from .made import TESTS
from .reading import cells_of, sections, strictly, table

pytestmark = pytest.mark.slow

STUDENTS = 16


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    course = new_course(tmp_path_factory.mktemp("simulated") / "course")
    simulate(course, ASSIGNMENT, STUDENTS, seed=11)
    grade(course, ASSIGNMENT, Console())
    report = write(course, [ASSIGNMENT])
    manifest = json.loads((course.folder / "manifest.json").read_text())[ASSIGNMENT]["students"]
    with course.gradebook() as gradebook:
        points = {
            student: {grade.name: grade.auto_score or 0.0 for grade in notebook.grades}
            for student in manifest
            for notebook in gradebook.find_submission(ASSIGNMENT, student).notebooks
        }
    return SimpleNamespace(
        course=course, manifest=manifest, points=points, report=report, page=report.page.read_text("utf-8")
    )


def test_misconceptions_are_counted_as_in_the_manifest(simulated):
    made = Counter(
        code
        for answers in simulated.manifest.values()
        for code in {answer["misconception"] for answer in answers.values()} - {None}
    )
    shown = re.findall(r"<span class=\"soft\">\(([\w-]+)\)</span><br>.*?<b>(\d+) student", simulated.page, re.DOTALL)
    assert len(made) > 5
    assert {code: int(count) for code, count in shown} == {c: n for c, n in made.items() if c != "not-implemented"}
    assert [int(count) for _, count in shown] == sorted((int(count) for _, count in shown), reverse=True)
    others = dict(cells_of(simulated.page, "Wrong for other reasons")) if made["not-implemented"] else {}
    assert others.get("Not answered yet", "0") == str(made["not-implemented"])


def test_difficulty_and_discrimination_are_those_of_the_manifest_and_scipy(simulated):
    rows = cells_of(simulated.page, "How the exercises went")
    for row, (exercise, tests) in zip(rows, TESTS.items(), strict=True):
        right = [answers[exercise]["right"] for answers in simulated.manifest.values()]
        others = [
            sum(points for name, points in simulated.points[student].items() if name not in tests)
            for student in simulated.manifest
        ]
        assert row[1] == f"{sum(right)} of {STUDENTS}"
        assert row[2] == f"{sum(right) / STUDENTS:.2f}"
        assert row[3] == f"{stats.pointbiserialr(right, others).statistic:.2f}".replace("-", "−")
        assert row[4] == "0"


def test_each_line_of_the_table_is_an_answer_of_the_manifest(simulated):
    lines = {(line["student"], line["exercise"]): line for line in table(simulated.report)}
    assert len(lines) == STUDENTS * len(TESTS)
    for student, answers in simulated.manifest.items():
        for exercise, answer in answers.items():
            line = lines[student, exercise]
            assert line["result"] == ("right" if answer["right"] else "wrong")
            assert line["misconception"] == (answer["misconception"] or "")
            assert float(line["points"]) == sum(simulated.points[student][name] for name in TESTS[exercise])
            assert line["protected"] == "yes"


def test_the_page_is_in_order(simulated):
    strictly(simulated.page)
    said = sections(simulated.page)
    assert f"{STUDENTS} answers wait" in said["explain_order (4 points)"]
    assert "Everybody has handed in, and everything ran." in said["Students to look after"]


def test_grading_again_with_nbgrader_itself_shows_what_changed(simulated):
    """Last in this file: the worst student hands in the best one's answers."""
    course, total = simulated.course, {student: sum(points.values()) for student, points in simulated.points.items()}
    worst, best = min(total, key=total.get), max(total, key=total.get)
    folders = course.submissions(ASSIGNMENT)
    shutil.copy(folders[best] / "loop_order.ipynb", folders[worst] / "loop_order.ipynb")
    command = [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT, "--student", worst, "--force"]
    subprocess.run(command, cwd=course.folder, check=True, capture_output=True)
    said = sections(write(course, [ASSIGNMENT]).page.read_text("utf-8"))
    assert said["Gained points from tests: 1 student"].split()[0] == worst
    assert f"for the {STUDENTS} students who are in both" in said["Change since the grading before"]
