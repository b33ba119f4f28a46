"""The parts of the learning page in JupyterLab, each with the mouse and with the keyboard alone.

No part asks for anything from elsewhere: the `page` of these tests sees to that.
"""

import json
import re
import shutil

import nbformat
import pytest
from playwright.sync_api import expect

from autograder.learning import bank, diagnosing, explaining
from autograder.learning.problems import texts

from ..course import ROOT
from .hands import Keyboard, Mouse

pytestmark = pytest.mark.browser


@pytest.fixture(params=[Mouse, Keyboard], ids=["mouse", "keyboard"])
def learner(lab, page, tmp_path_factory, request):
    """Opens a notebook with these cells, or a copy of a lecture; gives the hands of a learner who has it open."""

    def open_notebook(*cells, lecture=""):
        folder = tmp_path_factory.mktemp("learning", numbered=True)
        folder = lab.course / folder.name
        folder.mkdir()
        if lecture:
            shutil.copy(ROOT / "notebooks" / f"{lecture}.ipynb", folder / "learning.ipynb")
        else:
            cells = [*map(nbformat.v4.new_code_cell, cells), nbformat.v4.new_markdown_cell("That is all.")]
            notebook = nbformat.v4.new_notebook(cells=cells)
            notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
            nbformat.write(notebook, folder / "learning.ipynb")
        hands = request.param(lab.open(page, f"{folder.name}/learning.ipynb"))
        hands.folder = folder
        return hands

    return open_notebook


@pytest.fixture
def keep(page, picture, request):
    """Keeps a picture of a part of the page, however long it is."""

    def keep(part, name):
        page.set_viewport_size({"width": 1280, "height": 4200})
        part.evaluate("part => Promise.all(part.getAnimations({subtree: true}).map(moving => moving.finished))")
        picture(part, f"learning-{name}-{request.node.callspec.id}")
        page.set_viewport_size({"width": 1280, "height": 800})

    return keep


def test_a_quiz_says_something_of_its_own_on_every_choice(learner, keep):
    hands = learner('from autograder.learning import quiz\nquiz("where-it-goes")', "print('further on')")
    shown = hands.run(hands.notebook.cell("quiz("))
    question = bank.select("where-it-goes")[0].question
    wrong, right = next(letter for letter, o in question.lettered().items() if not o.right), question.answer
    block = shown.locator(".Quiz").first
    options = block.get_by_role("radiogroup", name=plain(question.text))
    for letter in (wrong, right):
        hands.choose(options.get_by_role("radio", name=re.compile(rf"^{letter}\s")))
        option = question.lettered()[letter]
        said = block.get_by_role("status")
        expect(said).to_have_text(f"{'✓' if option.right else '✗'} {plain(option.feedback)}")
        keep(block, f"quiz-{'right' if option.right else 'wrong'}")
    expect(hands.run(hands.notebook.cell("further on"))).to_have_text("further on")


def test_flashcards_are_turned_and_followed_by_others(learner, keep):
    hands = learner('from autograder.learning import flashcards\nflashcards("where-it-goes")', "print('further on')")
    shown = hands.run(hands.notebook.cell("flashcards("))
    card = shown.locator(".flip-container")
    items = bank.select("where-it-goes")
    for number, item in enumerate(items[:2]):
        side = card.locator(".flipper").first
        expect(side.locator(".front")).to_have_text(plain(item.front))
        expect(card).to_have_class(re.compile("^flip-container ?$"))  # it does not slide any more
        expect(shown.locator(".next")).not_to_contain_class("hide")
        hands.turn(card)
        expect(card).to_contain_class("flip")
        expect(side.locator(".back")).to_have_text(plain(item.back))
        keep(shown, f"flashcards-{number + 1}")
        hands.go_on(card)
    expect(card.locator(".flipper").first.locator(".front")).to_have_text(plain(items[2].front))
    expect(hands.run(hands.notebook.cell("further on"))).to_have_text("further on")


def test_an_explanation_is_read_for_its_concepts(learner, keep):
    hands = learner('from autograder.learning import explain\nexplain("how_to_apply")')
    shown = hands.run(hands.notebook.cell("explain("))
    field = shown.get_by_label("Your explanation")
    button = shown.get_by_role("button", name="Look for concepts")
    hands.press(button)
    expect(shown.get_by_role("status")).to_contain_text("Nothing is written yet")

    after_backward, *_ = explaining.find("how_to_apply").concepts
    once = "I call clip_grad_norm_ with max_norm=1.0 before optimizer.step()"
    hands.write(field, f"{once}.")
    hands.press(button)
    expect(shown.get_by_role("status")).to_contain_text("You got 2/3 concepts.")
    expect(shown.get_by_role("status")).to_contain_text(plain(after_backward.prompt))
    keep(shown, "explain-partly")

    hands.write(field, f"{once}, and after loss.backward().")
    hands.press(button)
    expect(shown.get_by_role("status")).to_contain_text("You got 3/3 concepts.")
    keep(shown, "explain-all")
    assert json.loads((hands.folder / ".progress.json").read_text())["explanations"]["how_to_apply"]["earlier"]


def test_the_diagnostic_says_where_to_begin_and_keeps_it(learner, keep):
    call = "from autograder.learning import diagnostic as {0}\n{0}()"
    hands = learner(call.format("first_time"), call.format("later_on"))
    shown = hands.run(hands.notebook.cell("first_time()"))
    asked = diagnosing.questions()
    buttons = shown.locator(".autograder-option")
    wrong, left_out = (1, 4, 6), 8
    place = 0
    for number, one in enumerate(asked):
        right = one.question.answer
        chosen = right if number not in wrong else next(letter for letter in one.question.lettered() if letter != right)
        for letter, option in one.question.lettered().items():
            if letter == chosen and number != left_out:
                expect(buttons.nth(place)).to_have_text(f"{letter}  {plain(option.text)}")
                hands.press(buttons.nth(place))
                expect(buttons.nth(place)).to_have_text(f"✓ {letter}  {plain(option.text)}")
            place += 1
    expect(buttons).to_have_count(place)
    keep(shown, "diagnostic-questions")

    hands.press(shown.get_by_role("button", name="Show my result"))
    result = shown.get_by_role("status").first
    missed = sorted({asked[number].item.lesson for number in (*wrong, left_out)})
    others = sorted({one.item.lesson for one in asked} - set(missed))
    routing = [
        f"Read first, in this order: {', '.join(missed)}.",
        f"You can skip, for now: {', '.join(others)}.",
    ]
    for said in ("6 of 10 right (easy", *routing, "What may be behind it: ", "Not answered, which is fine"):
        expect(result).to_contain_text(said)
    other = asked[wrong[0]].other
    hands.press(buttons.nth(place + list(other.lettered()).index(other.answer)))
    hands.press(shown.get_by_role("button", name="Check this one").first)
    expect(shown.get_by_role("status").nth(1)).to_have_text(f"✓ {plain(other.lettered()[other.answer].feedback)}")
    keep(shown, "diagnostic-result")

    kept = json.loads((hands.folder / ".progress.json").read_text(encoding="utf-8"))["diagnostic"]["first"]
    assert (kept["points"], kept["read"], kept["skip"]) == (6, missed, others)
    hands.restart_kernel()
    again = hands.run(hands.notebook.cell("later_on()"))
    for said in ("Last time: 6 right.", *routing):
        expect(again).to_contain_text(said)


def test_a_practice_problem_is_opened_step_by_step_and_checked(learner, keep):
    hands = learner("from autograder.learning import practice_problem\npractice_problem(1)")
    shown = hands.run(hands.notebook.cell("practice_problem("))
    problem = texts.find(1)
    worked, faded = problem.stages["worked"], problem.stages["faded"]
    for number, step in enumerate(worked.steps, 1):
        opener = shown.locator("summary").filter(has_text=f"Step {number}: {plain(step.ask)}")
        work = opener.locator("xpath=..").get_by_text(plain(step.work))
        expect(work).to_be_hidden()
        hands.press(opener)
        expect(work).to_be_visible()
    answer = shown.get_by_text(plain(worked.answer))
    expect(answer).to_be_hidden()
    hands.press(shown.locator("summary").filter(has_text="The final answer"))
    expect(answer).to_be_visible()

    form = shown.locator(".widget-vbox").filter(has_text="Your turn")
    steps = {step.name: step for step in faded.asked_steps}
    expect(form.locator("input")).to_have_count(len(steps))
    mistaken = steps["step"].wrong["rate-forgotten"][0]
    for name, value in (("step", f"{mistaken:.6g}"), ("clipped", "much"), ("purpose", steps["purpose"].right)):
        hands.write(form.get_by_label(name), value)
    hands.press(form.get_by_role("button", name="Check"))
    report = form.get_by_role("status")
    for said in (plain(problem.mistakes["rate-forgotten"].why), "? clipped: 'much' is a text", "✓ purpose: right"):
        expect(report).to_contain_text(said)
    keep(shown, "problem-wrong")

    for name in ("step", "clipped"):
        hands.write(form.get_by_label(name), f"{steps[name].right:.6g}")
    hands.press(form.get_by_role("button", name="Check"))
    expect(report).to_contain_text("All right. Now the whole one.")
    keep(shown, "problem-right")


def test_a_prediction_in_a_lecture_comes_back_beside_what_happened(learner, keep):
    hands = learner(lecture="03_clip_by_norm")
    cells = hands.notebook.panel.locator(".jp-CodeCell")
    for number in range(6):
        shown = hands.run(cells.nth(number))
        if number == 3:
            option = shown.get_by_role("button", name="(1, 3)")
            hands.press(option)
            expect(shown.get_by_role("status")).to_have_text("Kept: (1, 3)")
            keep(shown, "lecture-predict")
    row = shown.get_by_role("row").nth(1)
    expect(row.get_by_role("cell").first).to_have_text("(1, 3)")
    expect(row.get_by_role("cell").nth(1)).to_contain_text("✓")
    keep(shown, "lecture-observed")


def plain(text):
    return text.replace("`", "")
