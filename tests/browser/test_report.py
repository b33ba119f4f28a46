"""The class report in a browser: for eyes, screen readers and the keyboard; on a screen, on paper and in grey."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from autograder.grading.report.writing import write

from ..grading.report import made
from ..grading.report.conftest import empty_course  # noqa: F401
from .conftest import PICTURES

pytestmark = pytest.mark.browser

STUDENTS = 40


@pytest.fixture(scope="module")
def report(tmp_path_factory, empty_course):  # noqa: F811
    """A class that has handed in more or less, is graded for the second time, and was not always protected."""
    course, students = empty_course(tmp_path_factory.mktemp("report") / "course"), made.made_class(STUDENTS)
    made.write(course, students)
    write(course)
    students["student03"].sandboxed = False
    students["student05"].protected = False
    for student in ("student03", "student04", "student05"):
        students[student].answers |= made.made_class(STUDENTS, seed=8)[student].answers
        made.Record({made.NOTEBOOK: made.record(students[student])}).write(
            course.folder / "autograded" / student / made.ASSIGNMENT
        )
    with course.gradebook() as gradebook:
        for number in range(15):
            gradebook.add_student(f"absent{number}")
    (course.folder / "submitted" / "damaged" / made.ASSIGNMENT).mkdir(parents=True)
    return write(course)


@pytest.fixture
def page(browser, report) -> Page:
    """The report, opened as a file where there is no network."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.page.as_uri())
    yield page
    context.close()
    assert [url for url in asked if not url.startswith("data:")] == [report.page.as_uri()]


@pytest.mark.parametrize("width", [1280, 400])
def test_axe_finds_nothing(page, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    found = Axe().run(page).response
    assert len(found["passes"]) > 20
    assert [(one["id"], one["impact"], one["nodes"][0]["html"]) for one in found["violations"]] == []


def test_the_page_is_as_wide_as_the_window(page):
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_all_can_be_reached_and_opened_by_keyboard(page):
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    closed = page.locator("summary:visible").count()
    assert closed > 10
    reached = set()
    for _ in range(200):
        page.keyboard.press("Tab")
        place = page.evaluate(
            """() => {
                const at = document.activeElement, {outlineStyle, outlineWidth} = getComputedStyle(at);
                const seen = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
                return [at.tagName, [...document.querySelectorAll('summary')].indexOf(at), seen];
            }"""
        )
        if place[0] == "BODY":
            break
        assert place[2], f"nothing shows that the focus is on a {place[0]}"
        if place[0] == "SUMMARY":
            reached.add(place[1])
    assert len(reached) == closed
    example = page.get_by_text("An example, from").first
    example.focus()
    page.keyboard.press("Enter")
    expect(page.locator("pre").first).to_be_visible()


def test_pictures_have_words_and_numbers(page):
    for picture in page.locator("figure").all():
        assert len(picture.locator("img").get_attribute("alt").split()) > 10
        picture.locator("summary").click()
        expect(picture.locator("table")).to_be_visible()


def test_on_paper_there_are_examples_and_no_navigation(page):
    page.emulate_media(media="print")
    expect(page.locator("nav").first).to_be_hidden()
    expect(page.locator("pre").first).to_be_visible()
    assert len(page.pdf(format="A4")) > 50_000


def test_pictures_are_kept_to_be_looked_at(page: Page, picture: Callable):
    body = page.locator("body")
    picture(body, "report")
    page.add_style_tag(content="html { filter: grayscale(1) }")
    picture(body, "report-grey")
    page.set_viewport_size({"width": 400, "height": 800})
    picture(body, "report-narrow")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 1000})
    picture(body, "report-print")
    taken = {path.stem for path in PICTURES.glob("report*.png")}
    assert taken >= {"report", "report-grey", "report-narrow", "report-print"}
