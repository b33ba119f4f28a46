"""Grades that Canvas and Moodle import: written by the real `nbgrader export`, read back as their importers would."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.grading.exports import cells

from ...course import ROOT

# Who is in the class: the names as somebody might have entered them, and what the file has to say.
NAMES = {
    "ana": ("Ana, Maria", "O'Brien", "O'Brien, Ana, Maria"),
    "bo": ('Bo "the quote"', "Müller-Größe", 'Müller-Größe, Bo "the quote"'),
    "cy": ("سارة", "الأحمد", "الأحمد, سارة"),
    "dee": ("Dee", "=HYPERLINK(1)", "'=HYPERLINK(1), Dee"),
    "eli": ("Eli\nPoints Possible", "New\r\nLine", "New Line, Eli points possible"),
    "fay": ("Fay\\", "Back\\slash", "Back/slash, Fay/"),
    "gil": ("\u202eGil", "Turned", "Turned, Gil"),
    "hal": ("+1", "", "'+1"),
    "ivy": ("", "", "ivy"),
    "jo1": ("Jo", "Twin", "Twin, Jo (jo1)"),
    "jo2": ("Jo", "Twin", "Twin, Jo (jo2)"),
}
LMS = {"ana": "4711", "bo": "sis-0815", "cy": "12abc", "dee": "=1+1"}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course whose gradebook holds the class; `late` is worth less because it was late, two are not final."""
    folder = tmp_path_factory.mktemp("exports")
    (folder / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text("utf-8"), encoding="utf-8")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # for alembic
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "gradient_clipping") as gradebook:
        for assignment in ("a1", "a2"):
            gradebook.add_assignment(assignment)
            gradebook.add_notebook("n", assignment)
            gradebook.add_grade_cell("auto", "n", assignment, max_score=7.5, cell_type="code")
            gradebook.add_grade_cell("text", "n", assignment, max_score=2.5, cell_type="markdown")
        for student, (first, last, _) in NAMES.items():
            gradebook.add_student(
                student, first_name=first, last_name=last, email=f"{student}@x.org", lms_user_id=LMS.get(student)
            )
        hand_in(gradebook, "a1", "ana", 0.1 + 0.2, 2)
        hand_in(gradebook, "a1", "bo", 7.5, None)  # the text waits for a person
        hand_in(gradebook, "a1", "cy", None, 2.5)  # could not be judged
        hand_in(gradebook, "a1", "dee", 5, 2.25, penalty=1)
        hand_in(gradebook, "a1", "eli", 1, 0, penalty=3)
        hand_in(gradebook, "a1", "fay", 0, 0)
        hand_in(gradebook, "a2", "ana", 7.5, 2.5)
        gradebook.add_submission("a2", "gil")  # autograding stopped before it had a score
    return folder


A1 = {"ana": "2.3", "dee": "6.25", "eli": "0", "fay": "0"}
A2 = {"ana": "10"}


def hand_in(gradebook, assignment, student, auto, manual, penalty=0.0):
    submission = gradebook.add_submission(assignment, student)
    submission.notebooks[0].late_submission_penalty = penalty
    for name, grade in (("auto", auto), ("text", manual)):
        found = gradebook.find_grade(name, "n", assignment, student)
        found.auto_score, found.manual_score = (grade, None) if name == "auto" else (None, grade)
        found.needs_manual_grade = grade is None
    gradebook.db.commit()


@pytest.fixture(scope="module")
def canvas(course):
    return export(course, "Canvas", file="canvas.csv")


@pytest.fixture(scope="module")
def moodle(course):
    return export(course, "Moodle", file="moodle.csv")


def export(course, exporter, *arguments, file="", ok=True):
    command = [sys.executable, "-m", "nbgrader", "export", f"--exporter=autograder.grading.exports.{exporter}"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    run = subprocess.run([*command, *arguments], cwd=course, env=environment, capture_output=True, text=True)
    said = run.stdout + run.stderr
    assert (run.returncode == 0) is ok, said
    assert "Traceback" not in said
    if not ok:
        return said
    with (course / file).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, strict=True)), said


def test_canvas_gets_its_columns_and_everybody_on_one_line(course, canvas):
    rows, _ = canvas
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "a1", "a2"]
    assert rows[1] == ["    Points Possible", "", "", "", "", "10", "10"]
    assert [row[3] for row in rows[2:]] == sorted(NAMES)
    assert {row[3]: row[0] for row in rows[2:]} == {student: shown for student, (_, _, shown) in NAMES.items()}
    lines = (course / "canvas.csv").read_bytes().decode("utf-8-sig").split("\r\n")
    assert len(lines) == len(rows) + 1  # Canvas looks at lines when it guesses what separates columns


def test_canvas_gets_an_id_only_if_it_is_a_number_to_the_last_sign(canvas):
    rows, _ = canvas
    assert {row[3]: tuple(row[1:3]) for row in rows[2:] if any(row[1:3])} == {
        "ana": ("4711", ""),
        "bo": ("", "sis-0815"),
        "cy": ("", "12abc"),  # Canvas would read the ID 12
    }


def test_canvas_gets_final_grades_and_nothing_else(canvas):
    rows, said = canvas
    for column, expected in ((5, A1), (6, A2)):
        assert {row[3]: row[column] for row in rows[2:]} == dict.fromkeys(NAMES, "") | expected
    assert "a1: 2 submissions are without a grade until a person has scored them" in said
    assert "a2: 1 submission is without a grade until" in said
    assert "a1: 5 students handed nothing in and got no grade, not 0." in said


def test_moodle_gets_columns_that_identify_everybody(moodle):
    rows, said = moodle
    assert rows[0] == ["First name", "Last name", "Username", "Email address", "a1", "a2"]
    assert {tuple(row[2:4]) for row in rows[1:]} == {(student, f"{student}@x.org") for student in NAMES}
    assert "The column “ID number” is left out, because 8 of 11 students (such as dee) have none of their own" in said


def test_moodle_gets_a_dash_where_there_is_no_final_grade(moodle):
    rows, _ = moodle
    for column, expected in ((4, A1), (5, A2)):
        assert {row[2]: row[column] for row in rows[1:]} == dict.fromkeys(NAMES, "-") | expected


def test_moodle_reads_no_backslash_before_a_quotation_mark(course, moodle):
    rows, _ = moodle
    assert rows[1 + sorted(NAMES).index("fay")][:2] == ["Fay/", "Back/slash"]
    assert "\\" not in (course / "moodle.csv").read_text("utf-8-sig")


@pytest.mark.parametrize("exporter", ["canvas", "moodle"])
def test_no_cell_is_a_formula(exporter, request):
    rows, _ = request.getfixturevalue(exporter)
    assert not [cell for row in rows for cell in row if cell != "-" and cell.startswith(("=", "+", "-", "@"))]


def test_a_choice_of_assignments_and_students(course):
    rows, _ = export(
        course, "Canvas", '--assignment=["a2"]', '--student=["gil", "ana"]', "--to=out.csv", file="out.csv"
    )
    assert rows[0][5:] == ["a2"]
    assert [row[3] for row in rows[2:]] == ["ana", "gil"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (['--assignment=["a9"]'], "The gradebook has no assignment 'a9': choose from a1, a2."),
        (['--student=["nobody"]'], "The gradebook has no student 'nobody': choose from ana, bo"),
        (["--to=/nowhere/x.csv"], "/nowhere/x.csv cannot be written (No such file or directory): name another file"),
        (["--db=sqlite:///empty.db"], "The gradebook has no student: grade an assignment first, or name the gradebook"),
    ],
)
def test_a_mistake_is_one_sentence(course, arguments, words):
    assert words in export(course, "Canvas", *arguments, ok=False)


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        ("student01", True),
        ("a.b@c.org", True),
        ("DOMAIN\\user", True),
        ("Müller, J", True),
        ("", False),
        (None, False),
        ("=1", False),
        ("＝1", False),
        ("a\nb", False),
        (" a", False),
        ("a\u202eb", False),
        ('a\\"b', False),
    ],
)
def test_what_identifies_is_written_as_it_is_or_not_at_all(text, usable):
    assert cells.identifies(text) is usable


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.0, "0"), (20.0, "20"), (100.0, "100"), (1 / 3, "0.3333"), (0.1 + 0.2, "0.3"), (1e-9, "0"), (1e7, "10000000")],
)
def test_a_number_is_short_and_plain(value, written):
    assert cells.number(value) == written
