"""What a hostile submission shows to those who look at it: in the formgrader, in feedback, and in JupyterLab."""

import re
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from nbgrader.api import Gradebook
from playwright.sync_api import expect

from ..course import Course, answered
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
def graded(lab):
    """A hostile student and an honest one, graded with nbgrader's commands in the server's own course folder."""
    (lab.course / "nbgrader_config.py").unlink()
    course = Course(lab.course, A3)
    course.submit("honest", A3, answered(course.release(A3), course.source(A3)))
    course.submit("hostile", A3, harmful(course.release(A3)))
    (course.folder / "submitted" / "hostile" / A3 / "harm.html").write_text("<script>top.harmed=1</script>")
    course.autograde(A3)
    course.nbgrader("generate_feedback", A3)
    with Gradebook(f"sqlite:///{course.folder / 'gradebook.db'}", "gradient_clipping") as gradebook:
        ids = {one.student.id: one.id for one in gradebook.notebook_submissions("loop_order", A3)}
    return SimpleNamespace(course=course, ids=ids)


@pytest.fixture
def watched(browser, lab):
    """A page that keeps what it asks for and what it says."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.asked, page.dialogs = [], []
    context.on("request", lambda request: page.asked.append(request.url))
    page.on("dialog", lambda dialog: (page.dialogs.append(dialog.message), dialog.dismiss()))
    page.route("**/*", lambda route: route.continue_() if _is_of(lab, route.request.url) else route.abort())
    page.goto(f"{lab.address}login?token={lab._token}")
    yield page
    context.close()


def _is_of(lab, url):
    return urlsplit(url).scheme in ("data", "blob", "file") or urlsplit(url).netloc == urlsplit(lab.address).netloc


def assert_nothing_ran(page):
    page.wait_for_timeout(500)
    assert page.evaluate("window.harmed") is None
    assert "loop_order" in page.title()
    assert page.dialogs == []


def assert_nothing_was_fetched(page):
    assert [url for url in page.asked if re.search("canary|logout|harm", url)] == []


def test_in_the_formgrader(watched, lab, graded, picture):
    scripts = {}
    for student in ("honest", "hostile"):
        watched.goto(f"{lab.address}formgrader/submissions/{graded.ids[student]}/")
        expect(watched.locator(".nbgrader_cell").first).to_be_visible()
        scripts[student] = watched.locator("script").count()
    assert scripts["hostile"] == scripts["honest"]
    assert_nothing_ran(watched)
    assert_nothing_was_fetched(watched)
    shown = watched.locator(SHOWN)
    assert shown.evaluate_all(ACTIVE) == []
    assert watched.locator("iframe").count() == 0
    assert_text_and_pictures_are_there(watched)
    picture(watched.locator("#notebook-container").last, "harmless-formgrader")


def test_in_feedback(watched, graded):
    page = graded.course.folder / "feedback" / "hostile" / A3 / "loop_order.html"
    watched.goto(page.as_uri())
    assert_nothing_ran(watched)
    assert_nothing_was_fetched(watched)
    assert watched.locator("body").evaluate_all(ACTIVE) == []
    assert_text_and_pictures_are_there(watched)


def test_in_jupyterlab(watched, lab, graded):
    """JupyterLab reads text cells with a sanitizer of its own; it fetches pictures, and no more."""
    lab.open(watched, f"autograded/hostile/{A3}/loop_order.ipynb")
    assert_nothing_ran(watched)
    expect(watched.locator(".jp-OutputArea-output").locator("script, iframe, object, form, style, svg")).to_have_count(
        0
    )
    assert watched.locator(SHOWN).evaluate_all(COVERING) == []


def assert_text_and_pictures_are_there(page):
    """The picture that is one is there as an output and as an attachment; what was to run can be read."""
    pictures = page.locator("img[src^='data:image/png']")
    assert pictures.evaluate_all("all => all.filter(one => one.naturalWidth === 100).length") >= 2
    expect(page.locator("b", has_text="words")).to_be_visible()
    assert "<script>top.harmed=1" in page.locator("body").inner_text()
