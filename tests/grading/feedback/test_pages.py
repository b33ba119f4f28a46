"""The page that `nbgrader generate_feedback` writes for each student; in a browser: tests/browser/test_feedback.py."""

import base64
import re
import shutil
import sys
from types import SimpleNamespace

import html5lib
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from autograder.authoring import answers_of
from autograder.grading.records import FILE, Record
from autograder.grading.simulate import Drawn, fill

from ...course import Course, answered
from ...harm import harmful, picture

pytestmark = pytest.mark.slow

A3, TWO = "a3_loop_order", "two_notebooks"
SECRET = "4711.25"  # what the hidden test compares with
SCHEME = "One point each:"
MARKS = {"schema_version": 3, "solution": False, "task": False}


def two_notebooks():
    """An assignment with an instructor's own test, part of it hidden, and a second notebook."""
    own = {"grade": True, "grade_id": "test_own", "locked": True, "points": 2, **MARKS}
    answer = {"grade": False, "grade_id": "own", "locked": False, **MARKS, "solution": True}
    hidden = f"### BEGIN HIDDEN TESTS\nassert own == {SECRET}, 'not the number'\n### END HIDDEN TESTS"
    first = new_notebook(
        cells=[
            new_code_cell("### BEGIN SOLUTION\nown = 1\n### END SOLUTION", metadata={"nbgrader": answer}),
            new_code_cell(f"assert own is not None\n{hidden}", metadata={"nbgrader": own}),
        ]
    )
    written = {"grade": True, "grade_id": "written", "locked": False, "points": 3, **MARKS, "solution": True}
    second = new_notebook(cells=[new_markdown_cell("# Why?\nBecause.", metadata={"nbgrader": written})])
    for notebook in (first, second):
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"first": first, "second": second}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A class whose submissions were graded by `nbgrader autograde`, with pages for all."""
    course = Course(tmp_path_factory.mktemp("course"), A3)
    folder = course.folder / "source" / TWO
    folder.mkdir()
    for name, notebook in two_notebooks().items():
        nbformat.write(notebook, folder / f"{name}.ipynb")
    course.nbgrader("generate_assignment", TWO)
    handed_in = course.folder / "submitted" / "right" / TWO
    shutil.copytree(course.folder / "release" / TWO, handed_in)
    first = nbformat.read(handed_in / "first.ipynb", as_version=4)
    first.cells[0].source = "own = 1"
    nbformat.write(first, handed_in / "first.ipynb")

    released, source = course.release(A3), course.source(A3)
    right = answered(released, source)
    course.submit("right", A3, right)
    wrong = {"train_step": Drawn("clip_last", False, "clip-after-step")}
    course.submit("wrong", A3, fill(right, wrong, {"explain_order": "I think so. ![mine](plot.png) ![none](harm.png)"}))
    (course.folder / "submitted" / "wrong" / A3 / "plot.png").write_bytes(base64.b64decode(picture()))
    raising = fill(right, {"train_step": Drawn("misspells_a_name", False, "raised")}, {})
    raising.cells.append(new_code_cell("import json\njson.loads('{')"))
    raising.cells.append(new_code_cell("import sys, warnings\nprint(sys.prefix)\nwarnings.warn('careful')"))
    course.submit("raising", A3, raising)
    course.submit("hostile", A3, harmful(released))
    for assignment in (A3, TWO):
        course.autograde(assignment)
        course.nbgrader("generate_feedback", assignment)

    def page(student, assignment=A3, notebook="loop_order"):
        return (course.folder / "feedback" / student / assignment / f"{notebook}.html").read_text(encoding="utf-8")

    def grade_by_hand(student, score, assignment=A3, notebook="loop_order", name="explain_order", comment=""):
        with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}", "gradient_clipping") as gradebook:
            grade = gradebook.find_grade(name, notebook, assignment, student)
            grade.manual_score, grade.needs_manual_grade = score, False
            gradebook.find_comment(name, notebook, assignment, student).manual_comment = comment
            gradebook.db.commit()
        course.nbgrader("generate_feedback", assignment, "--student", student, "--force")

    return SimpleNamespace(course=course, page=page, grade_by_hand=grade_by_hand)


def text_of(page):
    """What can be read on a page, on one line."""
    body = html5lib.parse(page, namespaceHTMLElements=False).find("body")
    return " ".join(" ".join(body.itertext()).split())


@pytest.mark.parametrize("student", ["right", "wrong", "raising", "hostile"])
def test_a_page_is_valid_and_complete_in_itself(graded, student):
    page = graded.page(student)
    parts = list(html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page).iter())
    assert {part.tag for part in parts}.isdisjoint({"script", "link", "iframe", "object", "form", "base", "svg"})
    assert all(part.get("src", "data:").startswith("data:") for part in parts)
    assert all(part.get("href", "#").startswith(("#", "https://", "http://")) for part in parts)
    assert "url(" not in page.partition("</style>")[0]


@pytest.mark.parametrize("student", ["right", "wrong", "raising", "hostile"])
def test_a_page_says_nothing_of_the_graders_machine(graded, student):
    page = graded.page(student)
    for path in (str(graded.course.folder), sys.prefix, sys.base_prefix, "site-packages", "/home/student"):
        assert path not in page
    for word in ("Traceback", "MARK SCHEME", SCHEME, "HIDDEN TESTS", "autograder/", "challenge"):
        assert word not in page


def test_a_page_opens_with_the_score_and_says_what_waits(graded):
    text = text_of(graded.page("right"))
    assert text.startswith("Feedback on loop_order 16 of 20 points")
    assert "A person has still to look at work for 4 of the points" in text
    assert text.count("✗") == 0


def test_a_wrong_exercise_is_explained_with_its_timeline(graded):
    page, step = graded.page("wrong"), answers_of("train_step")
    assert step.codes["clip_last"] == "clip-after-step"
    text = text_of(page)
    assert text.startswith("Feedback on loop_order 11 of 20 points")
    assert "✗ not yet how the weights move: 0 of 5 points ✓ right what is returned: 2 of 2 points" in text
    assert "Clipped too late (how the weights move) What happened" in text
    for said in (
        "What happened The weights moved by the whole gradient; the gradients got short only afterwards",
        "Likely cause Clipping comes after the optimizer",
        "Try next Ask of each line of your loop",
        "Read again Lecture 4, “where it goes”",
    ):
        assert said in text
    (alt,) = re.findall(r'<img src="data:image/svg\+xml;base64,[^"]+" alt="([^"]+)"', page)
    own, works = alt.split(" One that works: ")
    assert own.startswith("Your step ran: zero_grad")
    assert re.search(r"then step \(gradient norm [\d.]+\), then clip", own)
    assert re.search(r"then clip \(gradient norm [\d.]+\), then step", works)
    assert re.search("step [\\d.]+ clip [\\d.]+ clip [\\d.]+ step", text)  # the table, row by row
    assert "✗ Explained above" in text


def test_an_error_of_the_students_own_is_shown_with_its_line(graded):
    text = text_of(graded.page("raising"))
    assert "name 'target' is not defined" in text
    assert text.count("Your code stopped with an error") == 1  # it explains both parts
    assert "JSONDecodeError: Expecting property name" in text
    assert "json.loads('{')" in text
    assert "UserWarning: careful" in text


def test_what_a_person_gives_and_says_appears_and_with_it_the_mark_scheme(graded):
    graded.grade_by_hand("wrong", 2.5, comment="Two places are **right**.")
    page = graded.page("wrong")
    text = text_of(page)
    assert text.startswith("Feedback on loop_order 13.5 of 20 points")
    assert "Not everything is graded" not in text
    assert "2.5 of 4 points, given by a person Comment Two places are right ." in text
    assert f"How it was marked {SCHEME}" in text
    assert "BEGIN MARK SCHEME" not in page


def test_pictures_beside_the_notebook_are_in_the_page(graded):
    page = graded.page("wrong")
    assert f'src="data:image/png;base64,{picture()}" alt="mine"' in page
    assert 'src="data:," alt="none"' in page


def test_hidden_tests_stay_hidden(graded):
    page = graded.page("right", TWO, "first")
    assert SECRET not in page
    text = text_of(page)
    assert text.startswith("Feedback on first 0 of 2 points")
    assert "AssertionError: not the number" in text
    assert "assert own is not None" in text
    assert "tests that are not shown" in text


def test_each_notebook_has_a_page_with_the_points_of_all(graded):
    text = text_of(graded.page("right", TWO, "second"))
    assert text.startswith("Feedback on second 0 of 3 points")
    assert "The whole assignment, with its other notebooks: 0 of 5 points." in text
    graded.grade_by_hand("right", 3, TWO, "second", "written", "Yes.")
    text = text_of(graded.page("right", TWO, "second"))
    assert "with its other notebooks: 3 of 5 points." in text
    assert "written 3 of 3 points, given by a person Comment Yes." in text


def test_without_a_record_the_outputs_say_what_they_can(graded):
    course = graded.course
    (course.folder / "autograded" / "raising" / A3 / FILE).unlink()
    course.nbgrader("generate_feedback", A3, "--student", "raising", "--force")
    text = text_of(graded.page("raising"))
    assert text.startswith("Feedback on loop_order 9 of 20 points")
    assert "Your code stopped with an error" in text


def test_a_new_grading_makes_a_new_page_on_challenges_that_no_page_has_shown(graded):
    course = graded.course
    course.submit("raising", A3, answered(course.release(A3), course.source(A3)))
    course.autograde(A3, "--student", "raising", "--force")
    course.nbgrader("generate_feedback", A3, "--student", "raising", "--force")
    text = text_of(graded.page("raising"))
    assert text.startswith("Feedback on loop_order 16 of 20 points")
    assert "Your code stopped with an error" not in text
    assert challenges(course, "raising").isdisjoint(challenges(course, "wrong"))
    assert not list((course.folder / ".grading_cache").glob("*.json"))


def challenges(course, student):
    (notebook,) = Record.read(course.folder / "autograded" / student / A3).notebooks.values()
    return {cell["challenge"] for cell in notebook["cells"].values()}
