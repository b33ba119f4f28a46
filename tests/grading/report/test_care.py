"""Who needs looking after, what a person has to do, what changed, what is hostile, and what can go wrong."""

import contextlib
import csv
import html
import io
import json
import re
import shutil
import sqlite3
import subprocess
import sys

import html5lib
import pytest

from autograder.cli import main
from autograder.grading.report import formgrader, history
from autograder.grading.report.gathering import CUT_OFF, gather
from autograder.grading.report.listing import HEADER
from autograder.grading.report.wording import without_an_idea
from autograder.grading.report.writing import remember, write
from autograder.grading.simulate import Drawn

from ...course import ROOT
from .. import classes
from ..classes import ASSIGNMENT
from . import made
from .made import Made, made_class
from .reading import cells_of, sections, strictly, table

HOSTILE = '<script>alert(1)</script><img src="http://evil.example/x.png" onerror=alert(2)>"\'&{{7*7}}\x1b[2J\u202e'


def right() -> Made:
    return Made({name: Drawn("first", True, None) for name in made.TESTS}, sources=dict.fromkeys(made.TESTS, "x = 1"))


def wrong(code: str) -> Made:
    return Made({name: Drawn("first", False, code) for name in made.TESTS}, sources=dict.fromkeys(made.TESTS, "x = 1"))


@pytest.fixture(scope="module")
def various(tmp_path_factory, empty_course):
    """A class in which everything happens that a report has to say of somebody."""
    course = empty_course(tmp_path_factory.mktemp("various") / "course")
    students = {
        "good": right(), "slow": wrong("too-slow"), "quits": wrong("python-ended"), "late": wrong("clip-missing"),
        "damaged": wrong("clip-missing"), "open": right(), "free": right(), "odd": right(), "scored": right(),
    }  # fmt: skip
    students["open"].protected = False
    students["free"].sandboxed = False
    students["odd"].notes = ["There was no end to cell 3, and it could not be interrupted: look for a loop."]
    students["scored"].explained = 3.0
    made.write(course, students)
    for folder, time in (("submitted", "2026-02-02"), ("autograded", "2026-02-01")):
        (course.folder / folder / "late" / ASSIGNMENT / "timestamp.txt").write_text(f"{time} 10:00:00 UTC\n")
    (course.folder / "autograded" / "damaged" / ASSIGNMENT / "grading.json").write_text('{"loop_order": {"cells": 3}}')
    with course.gradebook() as gradebook:
        gradebook.add_student("absent")
        gradebook.add_student("fails")
    simulated = course.folder / "release" / ASSIGNMENT
    for student, damage in (("fails", classes.cut_off), ("waits", None)):
        folder = course.folder / "submitted" / student / ASSIGNMENT
        shutil.copytree(simulated, folder)
        if damage:
            damage(folder)
    return course


@pytest.fixture(scope="module")
def said(various):
    report = write(various)
    page = report.page.read_text("utf-8")
    strictly(page)
    return sections(page), page, report


class TestStudentsToLookAfter:
    def test_who_has_not_handed_in(self, said):
        assert said[0]["Not handed in"].split() == ["absent"]

    def test_whose_submission_could_not_be_graded_and_why(self, said):
        text = said[0]["Handed in, and not graded"]
        assert (
            "fails loop_order.ipynb is damaged (its JSON breaks at line 41): ask for it to be handed in again." in text
        )
        assert "waits It is not graded yet, or could not be: call `autograder grade a3_loop_order`" in text

    def test_who_was_cut_off_by_a_limit(self, said):
        assert said[0]["Cut off: an answer took too long"].split() == ["slow"]
        assert said[0]["Cut off: an answer ended Python, or used up the memory"].split() == ["quits"]
        assert {row[4] for row in cells_of(said[1], "How the exercises went")} == {"1"}

    def test_who_handed_in_again(self, said):
        assert said[0]["Handed in again since"].split()[-1] == "late"

    def test_whose_record_is_damaged(self, said, capsys):
        assert said[0]["Reasons that cannot be read"].split()[-1] == "damaged"
        assert said[2].notes == [
            "a3_loop_order: the record of damaged is damaged, so its reasons are missing: grade that again."
        ]

    def test_whose_run_was_odd(self, said):
        assert "odd There was no end to cell 3" in said[0]["Graded, but look at"]

    def test_what_is_not_safe_is_said_in_red(self, said):
        alarms = [html.unescape(line) for line in said[1].splitlines() if line.startswith('<p class="alarm">')]
        assert [line for line in alarms if "Graded without a sandbox: the code of 2 submissions" in line]
        assert [line for line in alarms if "Not protected" in line and "test_train_step" in line]

    def test_the_table_has_them_all(self, said):
        lines = list(csv.DictReader(io.StringIO(said[2].table.read_text("utf-8-sig"))))
        assert {line["state"] for line in lines if line["student"] == "absent"} == {"not handed in"}
        assert {line["state"] for line in lines if line["student"] in ("fails", "waits")} == {"not graded"}
        assert {line["student"] for line in lines if line["state"] == "graded"} == {
            "good", "slow", "quits", "late", "damaged", "open", "free", "odd", "scored"
        }  # fmt: skip


def test_each_limit_is_one_that_a_record_can_name():
    assert CUT_OFF.keys() <= without_an_idea()


class TestScoringByHand:
    def test_the_links_lead_to_each_answer_that_waits(self, said):
        address = "http://localhost:8888/formgrader"
        for student in ("good", "slow", "quits", "late", "damaged", "open", "free", "odd"):
            assert f'<a href="{address}/submissions/{made.submission(student)}/"><bdi>{student}</bdi></a>' in said[1]
        assert made.submission("scored") not in said[1]
        assert f'<a href="{address}/gradebook/a3_loop_order/loop_order">' in said[1]
        assert "8 answers wait" in said[0]["explain_order (4 points)"]
        assert "1 is scored, with 3.0 points on average." in said[0]["explain_order (4 points)"]

    def test_the_formgrader_is_the_one_over_the_course_folder(self, various, monkeypatch):
        servers = [
            {"root_dir": str(various.folder.parent), "url": "http://localhost:8890/"},
            {"root_dir": str(various.folder), "url": "http://localhost:8891/base/"},
            {"root_dir": "/somewhere/else", "url": "http://localhost:8892/"},
        ]
        monkeypatch.setattr(formgrader, "list_running_servers", lambda: servers)
        assert formgrader.address(various) == "http://localhost:8891/base/formgrader"
        monkeypatch.setattr(formgrader, "list_running_servers", lambda: servers[2:])
        assert formgrader.address(various) == "http://localhost:8888/formgrader"
        monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/someone/")
        assert formgrader.address(various) == "/user/someone/formgrader"


class TestChange:
    @pytest.fixture
    def course(self, tmp_path, empty_course):
        course = empty_course(tmp_path / "course")
        made.write(course, {"one": wrong("clip-missing"), "two": right(), "three": wrong("missing-step")})
        return course

    def regrade(self, course, student: str, now: Made | None) -> None:
        """As `nbgrader autograde --force` leaves it: new files, new automatic scores."""
        folder = course.folder / "autograded" / student / ASSIGNMENT
        shutil.rmtree(folder)
        if now is None:
            return
        folder.mkdir()
        made.Record({made.NOTEBOOK: made.record(now)}).write(folder)
        with course.gradebook() as gradebook:
            for name, points in made.automatic(now).items():
                gradebook.find_grade(name, made.NOTEBOOK, ASSIGNMENT, student).auto_score = points
            gradebook.db.commit()

    def test_the_first_report_has_nothing_to_compare_with(self, course):
        text = sections(write(course).page.read_text("utf-8"))["Change since the grading before"]
        assert text.strip() == "This is the first grading that a report was made of."

    def test_what_another_grading_changed_is_said(self, course):
        write(course)
        self.regrade(course, "one", right())
        self.regrade(course, "two", wrong("missing-step"))
        found = sections(write(course).page.read_text("utf-8"))
        assert found["Gained points from tests: 1 student"].split() == ["one"]
        text = found["Lost points from tests: 1 student"]
        assert text.split()[0] == "two"
        assert "Order of the loop 1 1" in text
        assert "The gradient is never clipped 1 0" in text
        assert "The weights never move 1 2" in text
        assert "tests gave 5.33 points on average then, and 5.33 now." in found["Change since the grading before"]

    def test_who_comes_and_goes_is_said(self, course):
        write(course)
        self.regrade(course, "three", None)
        made.write(course, {"four": right()})
        found = sections(write(course).page.read_text("utf-8"))
        assert found["Graded for the first time: 1 student"].split() == ["four"]
        assert found["Not graded any more: 1 student"].split()[0] == "three"

    def test_the_same_results_are_no_other_grading(self, course):
        write(course)
        write(course, anonymous=True)
        with course.gradebook() as gradebook:
            gradebook.find_grade("explain_order", made.NOTEBOOK, ASSIGNMENT, "one").manual_score = 4
            gradebook.db.commit()
        text = sections(write(course).page.read_text("utf-8"))["Change since the grading before"]
        assert text.strip() == "This is the first grading that a report was made of."

    def test_grading_again_keeps_what_there_was_before(self, course):
        remember(course, ASSIGNMENT)
        self.regrade(course, "one", right())
        assert "Gained points from tests" in write(course).page.read_text("utf-8")

    def test_before_the_first_grading_there_is_nothing_to_keep(self, tmp_path):
        course = classes.new_course(tmp_path)
        remember(course, ASSIGNMENT)
        assert not (tmp_path / ".grading_history").exists()

    @pytest.mark.parametrize(
        "damage", ["", "{", "[]", "7", '[{"ended": 1}]', '[{"ended": "x", "points": {}, "exercises": {}}]']
    )
    def test_a_damaged_history_begins_anew(self, course, damage):
        write(course)
        (course.folder / ".grading_history" / f"{ASSIGNMENT}.json").write_text(damage)
        write(course)
        assert len(json.loads((course.folder / ".grading_history" / f"{ASSIGNMENT}.json").read_text())) == 1

    def test_only_the_last_gradings_are_kept(self, course):
        for number in range(history.KEPT + 3):
            self.regrade(course, "one", right() if number % 2 else wrong("clip-missing"))
            kept = history.keep(course, gather(course, ASSIGNMENT))
        assert len(kept) == history.KEPT
        assert (course.folder / ".grading_history" / f"{ASSIGNMENT}.json").stat().st_mode & 0o077 == 0


def test_what_students_write_is_text(tmp_path, empty_course):
    course = empty_course(tmp_path / "course")
    one = right()
    one.answers |= {"loop_order": Drawn("first", False, "")}
    one.titles, one.protected = {"test_loop_order": HOSTILE}, False
    one.notes = [HOSTILE]
    made.write(
        course, {"=1+cmd|'/c calc'!A1": one, HOSTILE: right(), '"; DROP': right(), "@x,y": right(), "+z": right()}
    )
    report = write(course)
    page = report.page.read_text("utf-8")
    strictly(page)
    assert "\x1b" not in page
    assert "<script" not in page
    assert "onerror=alert(2)&gt;" in page
    assert "{{7*7}}" in page
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    assert not [image for image in tree.iter("img") if not image.get("src").startswith("data:image/png;base64,")]
    lines = list(csv.reader(io.StringIO(report.table.read_text("utf-8-sig"), newline="")))
    assert {len(line) for line in lines} == {len(HEADER)}
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert {line[1] for line in lines[1:]} >= {"'=1+cmd|'/c calc'!A1", '"; DROP', "'@x,y", "'+z"}


def test_a_report_of_all_that_is_graded(tmp_path, monkeypatch, capsys, empty_course):
    course = empty_course(tmp_path / "course")
    made.write(course, made_class(5))
    monkeypatch.chdir(course.folder)
    assert main(["report"]) == 0
    said = capsys.readouterr().out
    assert f"Class report: {course.folder}/reports/a3_loop_order.html\n" in said
    assert f"As a table:   {course.folder}/reports/a3_loop_order.csv\n" in said
    assert main(["report", ASSIGNMENT, ASSIGNMENT, "--anonymous"]) == 0
    assert f"{course.folder}/reports/a3_loop_order_anonymous.html\n" in capsys.readouterr().out


def test_several_assignments_are_in_one_page(tmp_path, empty_course):
    course, other = empty_course(tmp_path / "course"), "b1_again"
    shutil.copytree(course.folder / "source" / ASSIGNMENT, course.folder / "source" / other)
    with course.quiet():
        course.register(other)
    made.write(course, made_class(5))
    made.write(course, made_class(4, seed=8), assignment_name=other)
    report = write(course)
    assert report.page.name == "all_assignments.html"
    page = report.page.read_text("utf-8")
    strictly(page)
    rows = cells_of(page, "Assignments")
    assert [row[:2] for row in rows] == [[ASSIGNMENT, "5"], [other, "4"]]
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert page.count("<h2 ") == 2
    lines = table(report)
    assert [sum(line["assignment"] == name for line in lines) for name in (ASSIGNMENT, other)] == [25, 20 + 1]
    assert write(course, [other]).page.name == f"{other}.html"


def no_gradebook(course):
    (course.folder / "gradebook.db").unlink()


def no_database(course):
    (course.folder / "gradebook.db").write_text("this is no database, however long one looks at it" * 100)


def nothing_graded(course):
    shutil.rmtree(course.folder / "autograded")


def in_the_way(course):
    (course.folder / "reports").write_text("a file")


@pytest.mark.parametrize(
    ("damage", "arguments", "sentence"),
    [
        (None, ["a9"], "There is no assignment 'a9' in {course}/source: choose one of a3_loop_order."),
        (no_gradebook, [], "There is no gradebook {course}/gradebook.db: grade an assignment first, with"),
        (no_database, [ASSIGNMENT], "The gradebook cannot be used (file is not a database): see to that, or"),
        (nothing_graded, [ASSIGNMENT], "Nothing of a3_loop_order has been graded yet: grade it with `autograder grade"),
        (nothing_graded, [], "Nothing has been graded yet in {course}: grade an assignment with `autograder grade"),
        (in_the_way, [], "{course}/reports cannot be used (File exists): see to that, and call the command again."),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path, damage, arguments, sentence, capsys, empty_course):
    course = empty_course(tmp_path / "course")
    made.write(course, made_class(2))
    if damage:
        damage(course)
    assert main(["report", *arguments, "--course", str(course.folder)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"autograder report: {sentence.format(course=course.folder)}")
    assert said.count("\n") == 1


def test_an_older_gradebook_is_one_sentence(tmp_path, capsys, empty_course):
    course = empty_course(tmp_path / "course")
    with contextlib.closing(sqlite3.connect(course.folder / "gradebook.db")) as gradebook:
        gradebook.execute("ALTER TABLE grade DROP COLUMN extra_credit")
    assert main(["report", ASSIGNMENT, "--course", str(course.folder)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("autograder report: An older nbgrader made the gradebook (no such column: ")
    assert "extra_credit): run `nbgrader db upgrade` in the course folder" in said


def reported(course, redirected: str = "") -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "autograder.cli", "report", ASSIGNMENT, "--course", str(course.folder)]
    shell = ["sh", "-c", f'exec "$@" {redirected}', "sh", *command]
    return subprocess.run(shell, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("closed", ["0<&-", "1>&-", "2>&-", "0<&- 1>&- 2>&-"])
def test_a_closed_standard_stream_is_no_obstacle(tmp_path, closed, empty_course):
    course = empty_course(tmp_path / "course")
    made.write(course, made_class(2))
    run = reported(course, closed)
    assert run.returncode == 0
    assert run.stderr == ""
    assert ("Class report: " in run.stdout) == ("1>" not in closed)


def test_what_libraries_say_of_the_submissions_goes_to_the_log(tmp_path, empty_course):
    course = empty_course(tmp_path / "course")
    made.write(course, made_class(2))
    for folder in course.submissions(ASSIGNMENT).values():
        (folder / "timestamp.txt").write_text("")
    run = reported(course)
    assert run.returncode == 0
    assert run.stderr == ""
    assert "Empty timestamp file" in course.log.read_text()


def test_a_locked_gradebook_is_one_sentence(tmp_path, capsys, empty_course):
    course = empty_course(tmp_path / "course")
    made.write(course, made_class(2))
    other = sqlite3.connect(course.folder / "gradebook.db")
    other.execute("BEGIN EXCLUSIVE")
    try:
        assert main(["report", "--course", str(course.folder)]) == 1
    finally:
        other.close()
    assert "The gradebook cannot be used (database is locked)" in capsys.readouterr().err
