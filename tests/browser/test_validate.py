"""The assignment in JupyterLab, as a student works on it: write an answer, run the tests, press Validate."""

import re
import shutil

import nbformat
import pytest

from autograder.authoring import answers_of
from autograder.grading.simulate import Drawn, fill
from autograder.grading.testcells import checks

from ..course import ROOT, read

pytestmark = pytest.mark.browser

ASSIGNMENT, NOTEBOOK = "a3_loop_order", "loop_order.ipynb"
SETUP = "from autograder import hint"
ANSWER = "def train_step(model"
WEIGHTS = "The weights move along the clipped gradient (5 points)"
RETURNS = "The step returns the loss and the gradient norm"

PARTS_OF_A_MESSAGE = ["✗ Training step, ", "What happened: ", "Likely cause: ", "Try next: ", "Read again: "]
NOT_FOR_STUDENTS = (
    r"Traceback|\x1b|\[\d+(;\d+)*m|autograder/|\.py\b|site-packages|ipykernel|File |(?<!\w)/\w+/|[A-Z]:\\"
)


@pytest.fixture
def assignment(lab, page, request):
    """The released assignment, open in JupyterLab: every other exercise is answered, `train_step` is not."""
    folder = lab.course / request.node.name
    shutil.copytree(ROOT / "release" / ASSIGNMENT, folder)
    released = read(folder)
    others = {check.exercise for check in checks(released).values()} - {"train_step"}
    answers = {exercise: Drawn(next(iter(answers_of(exercise).rights)), True, None) for exercise in others}
    nbformat.write(fill(released, answers, {"explain_order": "I have thought about it."}), folder / NOTEBOOK)
    notebook = lab.open(page, f"{folder.name}/{NOTEBOOK}")
    notebook.run(notebook.cell(SETUP))
    return notebook


def test_a_right_answer_is_confirmed(assignment, picture):
    write_answer(assignment, "reference")
    for test in (WEIGHTS, RETURNS):
        shown = assignment.run(assignment.cell(test))
        assert re.fullmatch(r"✓ Training step, [\w ]+: right\.", shown.inner_text().strip())
    assert_it_shows_a_timeline(assignment.cell(WEIGHTS), ends_with="then clip (gradient norm 1.79), then step")
    picture(assignment.cell(WEIGHTS), "right-test")

    dialog = assignment.validate()
    picture(dialog, "right-validate")
    assert "Success! Your notebook passes all the tests." in dialog.inner_text()
    assert "failed" not in dialog.inner_text()
    assignment.close(dialog)


def test_a_wrong_answer_is_explained(assignment, picture):
    write_answer(assignment, "clip_last")
    shown = assignment.run(assignment.cell(WEIGHTS))
    (message,) = shown.locator("pre").all_inner_texts()
    assert_it_is_our_message(message, "Clipped too late")
    assert_no_line_is_broken(shown.locator("pre"))
    assert_it_shows_a_timeline(assignment.cell(WEIGHTS), ends_with="then step (gradient norm 6.55), then clip")
    assert "right." in assignment.run(assignment.cell(RETURNS)).inner_text()
    picture(assignment.cell(WEIGHTS), "wrong-test")

    dialog = assignment.validate()
    picture(dialog, "wrong-validate")
    test, said = dialog.locator("pre").all_inner_texts()
    assert "check(" in test
    assert said == message
    assert_it_holds_nothing_but(dialog, [test, said])
    assert_no_line_is_broken(dialog.locator("pre"))
    assignment.close(dialog)


def test_an_answer_that_raises_is_shown_the_line_of_its_own(assignment, picture):
    write_answer(assignment, "misspells_a_name")
    messages = []
    for test in (WEIGHTS, RETURNS):
        shown = assignment.run(assignment.cell(test))
        messages += shown.locator("pre").all_inner_texts()
        assert_no_line_is_broken(shown.locator("pre"))
    assert len(messages) == 2
    for message in messages:
        assert_it_is_our_message(message, "Your code stopped with an error")
        assert "name 'target' is not defined (line 3 of your cell: loss = loss_fn(model(inputs), target))" in (
            " ".join(message.split())
        )
    picture(assignment.cell(RETURNS), "raising-test")

    dialog = assignment.validate()
    picture(dialog, "raising-validate")
    first_test, first, second_test, second = dialog.locator("pre").all_inner_texts()
    assert [first, second] == messages
    assert_it_holds_nothing_but(dialog, [first_test, first, second_test, second])
    assert_no_line_is_broken(dialog.locator("pre"))
    dialog.locator("pre").last.scroll_into_view_if_needed()
    picture(dialog, "raising-validate-end")
    assignment.close(dialog)


def test_whoever_is_stuck_gets_three_hints(assignment, picture):
    assignment.run(assignment.cell(ANSWER))
    shown = assignment.run(assignment.cell(WEIGHTS))
    (message,) = shown.locator("pre").all_inner_texts()
    picture(assignment.cell(WEIGHTS), "stuck-test")
    assert_it_is_our_message(message, "Not answered yet")

    own = assignment.new_cell_below(assignment.cell(WEIGHTS), 'hint("train_step")')
    for tier, name in enumerate(("A nudge", "A pointer", "Nearly there"), 1):
        assert assignment.run(own).inner_text().startswith(f"{name} ({tier} of 3): ")
        picture(own, f"stuck-hint-{tier}")


def write_answer(notebook, name):
    cell = notebook.cell(ANSWER)
    notebook.write(cell, answers_of("train_step").source(name, "train_step"))
    notebook.run(cell)


def assert_it_is_our_message(text, title):
    assert title in text.splitlines()[0]
    places = [text.find(part) for part in PARTS_OF_A_MESSAGE]
    assert -1 not in places
    assert places == sorted(places)
    assert not re.search(NOT_FOR_STUDENTS, text)


def assert_it_holds_nothing_but(dialog, texts):
    """What the dialog says but for the texts in it is nbgrader's own words."""
    words = dialog.locator(".jp-Dialog-body").inner_text()
    assert not re.search(NOT_FOR_STUDENTS, words)
    for text in texts:
        words = words.replace(text, "", 1)
    assert set(words.split("\n")) <= {"", "The following cell failed:"}


def assert_no_line_is_broken(texts):
    """Every line of these texts can be read from its beginning to its end: none wraps, and none is cut off."""
    for text in texts.all():
        seen = text.evaluate(
            """text => {
                const style = getComputedStyle(text);
                const height = text.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
                return {
                    lines: Math.round(height / parseFloat(style.lineHeight)),
                    cut_off: text.scrollWidth > text.clientWidth,
                };
            }"""
        )
        assert seen == {"lines": len(text.inner_text().rstrip("\n").split("\n")), "cut_off": False}


def assert_it_shows_a_timeline(cell, ends_with):
    image = cell.locator("img")
    alt = image.get_attribute("alt")
    assert alt.startswith("Your step ran: zero_grad")
    assert ends_with in alt.partition(" One that works: ")[0]
    assert image.evaluate("image => image.complete && image.naturalWidth") > 500
