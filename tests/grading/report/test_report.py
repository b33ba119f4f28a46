"""The class report of a class that was made up: its figures, its readers, its secrets, and what can go wrong."""

import html
import re
import time
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from autograder.grading.report import statistics
from autograder.grading.report.gathering import gather
from autograder.grading.report.writing import write

from ..classes import ASSIGNMENT
from . import made
from .made import made_class
from .reading import cells_of, cells_of_figure, strictly, table


@pytest.fixture(scope="module")
def thirty(tmp_path_factory, empty_course):
    students = made_class(30)
    course = empty_course(tmp_path_factory.mktemp("thirty") / "course")
    made.write(course, students)
    report = write(course)
    return SimpleNamespace(course=course, students=students, report=report, page=report.page.read_text("utf-8"))


class TestFigures:
    def test_misconceptions_are_counted_as_they_were_made(self, thirty):
        codes = Counter(
            code
            for one in thirty.students.values()
            for code in {answer.misconception for answer in one.answers.values() if not answer.right}
        )
        found = statistics.misconceptions(gather(thirty.course, ASSIGNMENT))
        assert {seen.code: seen.students for seen in found} == codes
        assert [seen.students for seen in found] == sorted(codes.values(), reverse=True)
        shown = re.findall(r"<span class=\"soft\">\(([\w-]+)\)</span><br>.*?<b>(\d+) student", thirty.page, re.DOTALL)
        assert {code: int(count) for code, count in shown} == {
            code: count for code, count in codes.items() if code != "not-implemented"
        }

    def test_difficulty_and_discrimination_are_scipys(self, thirty):
        ones = list(thirty.students.values())
        rows = cells_of(thirty.page, "How the exercises went")
        for row, exercise in zip(rows, made.TESTS, strict=True):
            right = [one.right(exercise) for one in ones]
            others = [sum(one.points(other) for other in made.TESTS if other != exercise) for one in ones]
            figure = stats.pointbiserialr(right, others).statistic
            assert row[1] == f"{sum(right)} of 30"
            assert row[2] == f"{np.mean(right):.2f}"
            assert row[3] == f"{figure:.2f}".replace("-", "−")

    def test_the_points_are_spread_as_they_were_given(self, thirty):
        points = [sum(one.points(exercise) for exercise in made.TESTS) for one in thirty.students.values()]
        counts = [sum(low <= one < low + 2 for one in points) for low in range(0, 20, 2)]
        assert [int(row[1]) for row in cells_of_figure(thirty.page, "Histogram")] == counts
        assert f"<b>{np.mean(points):.1f}</b> points of 20 on average" in thirty.page
        assert f"the median is {np.median(points):.3g}." in thirty.page

    def test_pairs_are_those_that_come_together(self, thirty):
        sets = [
            {answer.misconception for answer in one.answers.values() if not answer.right} - {"not-implemented"}
            for one in thirty.students.values()
        ]
        found = statistics.pairs(gather(thirty.course, ASSIGNMENT), frozenset({"not-implemented"}))
        assert found
        for pair in found:
            both = sum({pair.first, pair.second} <= one for one in sets)
            assert pair.both == both > 1
            alone = [sum(code in one for one in sets) for code in (pair.first, pair.second)]
            assert pair.expected == pytest.approx(alone[0] * alone[1] / 30)
        known = {frozenset((pair.first, pair.second)) for pair in found}
        codes = set().union(*sets)
        for first, second in {(a, b) for a in codes for b in codes if a < b}:
            both = sum({first, second} <= one for one in sets)
            expected = sum(first in one for one in sets) * sum(second in one for one in sets) / 30
            assert (frozenset((first, second)) in known) == (both > 1 and both > expected + 2 * expected**0.5)

    def test_the_table_has_a_line_for_each_answer(self, thirty):
        lines = table(thirty.report)
        assert len(lines) == 30 * len(made.TESTS)
        for line in lines:
            answer = thirty.students[line["student"]].answers[line["exercise"]]
            assert line["result"] == ("right" if answer.right else "wrong")
            assert line["misconception"] == (answer.misconception or "")
            assert bool(line["title"]) == (not answer.right)
            assert line["points"] == str(thirty.students[line["student"]].points(line["exercise"]))
            assert (line["out of"], line["to score by hand"], line["protected"]) == ("20", "1", "yes")

    def test_each_misconception_has_its_lecture_and_code_that_shows_it(self, thirty):
        assert "Revisit lecture 4, “where it goes”." in thirty.page
        shown = [html.unescape(text) for text in re.findall(r"<pre><code>(.*?)</code></pre>", thirty.page, re.DOTALL)]
        assert len(shown) > 10
        assert all(len(text.splitlines()) > 1 or text.startswith("order = ") for text in shown)


@pytest.mark.parametrize("seed", range(20))
def test_the_point_biserial_correlation_is_scipys(seed):
    rng = np.random.default_rng(seed)
    size = int(rng.integers(3, 200))
    right = rng.random(size) < rng.uniform(0.1, 0.9)
    right[:2] = True, False
    scores = rng.integers(0, 21, size) + right
    assert statistics.point_biserial(right, scores) == pytest.approx(stats.pointbiserialr(right, scores).statistic)


@pytest.mark.parametrize(
    ("right", "scores"),
    [([True, True], [1, 2]), ([False, False], [1, 2]), ([True, False], [0.1 + 0.2, 0.3]), ([True], [1])],
)
def test_where_all_are_alike_there_is_no_correlation(right, scores):
    assert statistics.point_biserial(right, scores) is None


@pytest.mark.parametrize("students", [1, 5])
def test_a_small_class_can_be_read(tmp_path, students, empty_course):
    course = empty_course(tmp_path / "course")
    made.write(course, made_class(students))
    report = write(course)
    page = report.page.read_text("utf-8")
    strictly(page)
    assert f"<b>{students}</b> of {students} student" in page
    assert "With so few answers, chance alone makes large values." in page or students == 1


def test_a_large_class_can_be_read(tmp_path, empty_course):
    students = made_class(2000)
    course = empty_course(tmp_path / "course")
    made.write(course, students)
    began = time.process_time()
    report = write(course)
    assert time.process_time() - began < 15
    page = report.page.read_text("utf-8")
    strictly(page)
    assert "<b>2,000</b> of 2,000 students graded" in page
    assert len(page) < 1_000_000
    assert " and 1,800 more: see the CSV." in page
    assert len(table(report)) == 10_000


def test_nothing_is_asked_of_the_network(thirty):
    strictly(thirty.page)
    assert "<script" not in thirty.page
    assert "default-src 'none'" in html.unescape(thirty.page)
    assert not re.findall(
        r"(?:src|href)=\"(?!data:image/png|#|http://localhost:8888/formgrader/|a3_loop_order\.csv)", thirty.page
    )
