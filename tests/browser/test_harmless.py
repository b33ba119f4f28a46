"""What a hostile submission shows to those who look at it: in the formgrader, in feedback, and in JupyterLab."""

import re

import pytest
from playwright.sync_api import expect

from ..course import answered
from ..harm import harmful

pytestmark = pytest.mark.browser

A3 = "a3_loop_order"
SHOWN = ".text_cell_render, .output_area, .jp-RenderedMarkdown, .jp-OutputArea-output"

# What is in the page that could run or fetch something, or cover the rest of it.
ACTIVE = """parts => {
    const inside = parts.flatMap(part => [part, ...part.querySelectorAll("*")]);
    const tags = "script iframe object embed form input button select textarea style link meta base svg math video";
    return inside.filter(one => tags.split(" ").includes(one.localName)
        || [...one.attributes].some(({name, value}) =>
            name.startsWith("on")
            || name === "style" && /position|url|inset/.test(value)
            || ["href", "src", "action", "data", "srcset"].includes(name)
                && !/^(https?:|mailto:|#|data:image\\/(png|jpeg);)/.test(value))
    ).map(one => one.outerHTML.slice(0, 200));
}"""

COVERING = """parts => parts.flatMap(part => [part, ...part.querySelectorAll("*")])
    .filter(one => ["fixed", "sticky"].includes(getComputedStyle(one).position)).map(one => one.outerHTML)"""


@pytest.fixture(scope="module")
def submissions(course):
    """A hostile student and an honest one, graded with nbgrader's commands; gives the ids of their notebooks."""
    course.submit("honest", A3, answered(course.release(A3), course.source(A3)))
    course.submit("hostile", A3, harmful(course.release(A3)))
    (course.folder / "submitted" / "hostile" / A3 / "harm.html").write_text("<script>top.harmed=1</script>")
    course.autograde(A3, "--student=h*")
    course.nbgrader("generate_feedback", A3, "--student=hostile")
    return {student: course.submission(student, A3) for student in ("honest", "hostile")}


def assert_nothing_ran(page):
    page.wait_for_timeout(500)
    assert page.evaluate("window.harmed") is None
    assert "loop_order" in page.title()
    assert page.dialogs == []


def assert_nothing_was_fetched(page):
    assert [url for url in page.asked if re.search("canary|logout|harm", url)] == []


def test_in_the_formgrader(instructor, lab, submissions, picture):
    scripts = {}
    for student in ("honest", "hostile"):
        instructor.goto(f"{lab.address}formgrader/submissions/{submissions[student]}/")
        expect(instructor.locator(".nbgrader_cell").first).to_be_visible()
        scripts[student] = instructor.locator("script").count()
    assert scripts["hostile"] == scripts["honest"]
    assert_nothing_ran(instructor)
    assert_nothing_was_fetched(instructor)
    shown = instructor.locator(SHOWN)
    assert shown.evaluate_all(ACTIVE) == []
    assert instructor.locator("iframe").count() == 0
    assert_text_and_pictures_are_there(instructor)
    picture(instructor.locator("#notebook-container").last, "harmless-formgrader")


def test_in_feedback(instructor, course, submissions, accessible):
    page = course.folder / "feedback" / "hostile" / A3 / "loop_order.html"
    instructor.goto(page.as_uri())
    assert_nothing_ran(instructor)
    assert_nothing_was_fetched(instructor)
    assert instructor.locator("body").evaluate_all(ACTIVE) == []
    accessible(instructor)
    assert_text_and_pictures_are_there(instructor)


def test_in_jupyterlab(instructor, lab, submissions):
    """JupyterLab reads text cells with a sanitizer of its own; it fetches pictures, and no more."""
    lab.open(instructor, f"autograded/hostile/{A3}/loop_order.ipynb")
    assert_nothing_ran(instructor)
    expect(
        instructor.locator(".jp-OutputArea-output").locator("script, iframe, object, form, style, svg")
    ).to_have_count(0)
    assert instructor.locator(SHOWN).evaluate_all(COVERING) == []


def assert_text_and_pictures_are_there(page):
    """The picture that is one is there as an output and as an attachment; what was to run can be read."""
    pictures = page.locator("img[src^='data:image/png']")
    assert pictures.evaluate_all("all => all.filter(one => one.naturalWidth === 100).length") >= 2
    expect(page.locator("b", has_text="words")).to_be_visible()
    assert "<script>top.harmed=1" in page.locator("body").inner_text()
