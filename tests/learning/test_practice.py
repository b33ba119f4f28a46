"""Flashcards and quizzes: what reaches the page, what stands there as text, and what happens without a learner."""

import html
import json
import re

import nbformat
import papermill
import pytest

from autograder.learning import bank, flashcards, learner, practice, quiz

EVERY_CONCEPT = pytest.mark.parametrize("concept", bank.CONCEPTS)


@EVERY_CONCEPT
def test_cards_without_a_learner_are_text_that_can_be_turned(concept, shown, monkeypatch):
    monkeypatch.setenv(learner.VARIABLE, "absent")
    flashcards(concept)
    ((page, text),) = shown
    for item in bank.select(concept):
        assert item.front in text
        assert item.back in text
    assert page.count("<details>") == len(bank.select(concept))
    assert "<script" not in page


@EVERY_CONCEPT
@pytest.mark.parametrize("retry", [False, True])
def test_a_quiz_as_text_asks_first_and_answers_afterwards(concept, retry, shown):
    quiz(concept, retry=retry, plain=True)
    ((page, text),) = shown
    asked, answered = text.split("\n\nAnswers\n\n")
    for item in bank.select(concept):
        question = item.retry if retry else item.question
        assert question.text in asked
        for option in question.options:
            assert option.text in asked
            assert option.feedback in answered
            assert option.feedback not in asked
    options = sum(len((item.retry if retry else item.question).options) for item in bank.select(concept))
    assert page.count("<details>") == options
    assert page.count("✓") == len(bank.select(concept))
    assert ("retry=True" in page) is not retry


def test_plain_is_plain_although_a_learner_is_there(learner_there, shown):
    quiz("limits", plain=True)
    flashcards("limits", plain=True)
    assert len(shown) == 2


def test_a_code_snippet_keeps_its_lines(shown):
    quiz("pytorch-functions", plain=True)
    ((page, text),) = shown
    code = bank.get("spent-generator").question.code
    assert html.escape(code) in page
    assert all(f"    {line}" in text for line in code.splitlines())


@pytest.mark.parametrize("show", [flashcards, quiz])
@pytest.mark.parametrize("concept", ["momentum", "", None, 7])
def test_an_unknown_concept_is_one_sentence_that_lists_them(show, concept, capsys, shown):
    show(concept)
    said = capsys.readouterr().out.strip()
    assert all(name in said for name in bank.CONCEPTS)
    assert "\n" not in said
    assert not shown


def test_outside_ipython_the_text_is_printed(capsys, learner_there):
    flashcards("limits")
    assert bank.get("bias").back in capsys.readouterr().out


@EVERY_CONCEPT
@pytest.mark.parametrize("part", ["question", "retry"])
def test_what_jupyterquiz_is_given(concept, part):
    for item in bank.select(concept):
        question = getattr(item, part)
        given = practice._for_jupyterquiz(question)
        assert given["type"] == "multiple_choice"
        assert [answer["correct"] for answer in given["answers"]] == [option.right for option in question.options]
        for text in (
            given["question"],
            *(answer[key] for answer in given["answers"] for key in ("answer", "feedback")),
        ):
            assert set(re.findall(r"<[^>]*>", text)) <= {"<code>", "</code>"}
            assert "$" not in text
            assert "`" not in text


def run(cells, learner_is, monkeypatch, folder):
    """The outputs of cells that are run in a kernel whose folder is `folder`."""
    monkeypatch.setenv(learner.VARIABLE, learner_is)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    done = papermill.execute_notebook(notebook, None, cwd=folder, kernel_name="python3", progress_bar=False)
    return [cell.outputs for cell in done.cells]


@pytest.mark.slow
def test_in_a_notebook_the_packages_draw_and_fetch_nothing(monkeypatch, tmp_path):
    cells = ["from autograder.learning import flashcards, quiz", "flashcards('limits')", "quiz('limits')"]
    _, cards, questions = run(cells, "present", monkeypatch, tmp_path)
    cards = cards[1:]  # after the sentence that says how to use them
    for outputs in (cards, questions):
        page, script = outputs[0]["data"], outputs[1]["data"]["application/javascript"]
        place = re.search(r'id="(practice-\w+)"', page["text/html"])[1]
        assert f'"{place}"' in script
        assert script.startswith("(function () {\n  var MathJax;")
        assert script.rstrip().endswith("})();")
        assert not re.search(r"""(?:src|href)=["']https?:""", page["text/html"])
        assert bank.get("bias").back in page["text/plain"] or bank.get("bias").question.text in page["text/plain"]
    first = json.dumps(practice._for_jupyterquiz(bank.select("limits")[0].question))
    assert first in questions[1]["data"]["application/javascript"]


@pytest.mark.slow
def test_under_papermill_there_is_no_script_and_no_file(monkeypatch, tmp_path):
    cells = [
        "from autograder.learning import diagnostic, flashcards, quiz",
        "flashcards('limits')",
        "quiz('limits')",
        "diagnostic()",
        "diagnostic(answers='ABCD')",
    ]
    for outputs in run(cells, "absent", monkeypatch, tmp_path)[1:]:
        assert [set(output["data"]) for output in outputs] == [{"text/html", "text/plain"}]
    assert not list(tmp_path.iterdir())
