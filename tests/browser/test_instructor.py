"""An instructor: grades a class from the formgrader's buttons and an explanation by hand, and reads the pages."""

import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from autograder.grading.simulate import Drawn, fill

from ..course import answered
from .jupyterlab import PATIENCE

pytestmark = pytest.mark.browser

A3 = "a3_loop_order"
CLASS = {
    "ada": {},
    "ben": {"train_step": Drawn("clip_last", False, "clip-after-step")},
}


def test_a_class_from_the_autograde_button_to_the_report(instructor, lab, course, accessible, picture):
    page = instructor
    right = answered(course.release(A3), course.source(A3))
    for student, answers in CLASS.items():
        text = f"It has to come before the step, says {student}."
        course.submit(student, A3, fill(right, answers, {"explain_order": text}))

    page.goto(f"{lab.address}formgrader/manage_submissions/{A3}")
    for student in CLASS:
        row = page.locator("tr").filter(has=page.get_by_text(student, exact=True))
        expect(row.locator(".status")).to_have_text("needs autograding")
        press(page, row.locator(".autograde a"))
        expect(row.locator(".status")).to_have_text("needs manual grading")
    scores = {student: score(page, student) for student in CLASS}
    assert scores == {"ada": "16 / 20", "ben": "11 / 20"}
    picture(page.locator("body"), "instructor-autograded")

    page.goto(f"{lab.address}formgrader/gradebook/{A3}/loop_order")
    expect(page.locator("#main-table tr").first).to_be_visible()
    give_points(page, lab, course, "ben", 2.5, "Two places are right.")
    picture(page.locator(".nbgrader_cell").last, "instructor-by-hand")

    page.goto(f"{lab.address}formgrader/manage_submissions/{A3}")
    for student in CLASS:
        row = page.locator("tr").filter(has=page.get_by_text(student, exact=True))
        press(page, row.locator(".generate-feedback a"))
    assert score(page, "ben") == "13.5 / 20"

    read_feedback(page, course, accessible, picture)
    read_report(page, course, accessible, picture)


def score(page, student):
    return page.locator("tr").filter(has=page.get_by_text(student, exact=True)).locator(".score").inner_text()


def press(page, button):
    """Press one of nbgrader's buttons, and wait for the dialog that says it went well."""
    button.click()
    dialog = page.locator(".modal")
    expect(dialog.locator(".modal-title")).to_have_text("Success", timeout=2 * PATIENCE * 1000)
    dialog.get_by_role("button", name="OK").click()
    expect(dialog).to_have_count(0)


def give_points(page, lab, course, student, points, comment):
    """Grade an explanation: the answer, the mark scheme and the field for the points are on one page."""
    page.goto(f"{lab.address}formgrader/submissions/{course.submission(student, A3)}/")
    task = page.locator(".nbgrader_cell").filter(has=page.locator("#explain_order"))
    expect(task).to_contain_text("BEGIN MARK SCHEME")
    expect(task).to_contain_text("Between backward and step:")
    expect(page.locator(".text_cell_render", has_text=f"says {student}")).to_be_visible()
    field, said = task.locator("#explain_order"), task.locator("textarea")
    page.wait_for_load_state("networkidle")
    for place, text, what in ((field, str(points), "grade"), (said, comment, "comment")):
        with page.expect_response(re.compile(f"/formgrader/api/{what}/")) as saved:
            place.fill(text)
            place.blur()
        assert saved.value.ok


def read_feedback(page, course, accessible, picture):
    page.goto((course.folder / "feedback" / "ben" / A3 / "loop_order.html").as_uri())
    expect(page.locator(".score")).to_have_text("13.5 of 20 points")
    for said in ("Clipped too late", "Two places are right.", "Between backward and step:"):
        expect(page.locator("main")).to_contain_text(said)
    expect(page.locator("figure img").first).to_be_visible()
    page.get_by_text("The same as a table").first.click()
    expect(page.locator("details table").first).to_be_visible()
    assert_it_fits(page)
    accessible(page)
    picture(page.locator("section.exercise").nth(1), "feedback-exercise")
    picture(page.locator("body"), "feedback")
    page.goto((course.folder / "feedback" / "ada" / A3 / "loop_order.html").as_uri())
    expect(page.locator(".waiting")).to_contain_text("work for 4 of the points")
    expect(page.locator("main")).not_to_contain_text("Between backward and step:")
    assert [url for url in page.asked if url.startswith("file:") and not url.endswith("loop_order.html")] == []


def read_report(page, course, accessible, picture):
    command = [sys.executable, "-m", "autograder.cli", "report", A3]
    done = subprocess.run(command, cwd=course.folder, capture_output=True, text=True, env=course.environment)
    assert done.returncode == 0, done.stdout + done.stderr
    (report,) = (course.folder / "reports").glob("*.html")
    page.goto(report.as_uri())
    expect(page.locator("main")).to_contain_text("Clipped too late")
    accessible(page)
    picture(page.locator("body"), "report")


def assert_it_fits(page):
    """Nothing is wider than the page, on a phone neither."""
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1280, "height": 800})
