import sys

import pytest
from ipywidgets import Button, Textarea

from autograder.learning import exit_question, learner, observed, predict, progress
from autograder.learning.claims import claim

OPTIONS = ["it grows", "it shrinks"]


@pytest.fixture
def form(monkeypatch):
    """The widgets of the form displayed last."""
    displayed = []
    monkeypatch.setattr("IPython.display.display", lambda box: displayed.append(box))
    return lambda kind: [child for child in displayed[-1].children if isinstance(child, kind)]


def test_the_option_clicked_is_kept_and_survives_the_kernel(learner_there, form, shown):
    predict("p", "What will it do?", OPTIONS)
    form(Button)[1].click()
    assert [button.icon for button in form(Button)] == ["", "check"]
    predict("p", "What will it do?", OPTIONS)  # as after a restart: all that is left is the file
    assert [button.icon for button in form(Button)] == ["", "check"]
    observed("p", "It grew.")
    assert "it shrinks" in shown[-1][0]
    assert "It grew." in shown[-1][0]


def test_a_sentence_is_kept(learner_there, form, shown):
    predict("p", "What will it do?")
    form(Textarea)[0].value = "  explode & <burn> "
    form(Button)[0].click()
    observed("p", "It stayed calm.")
    assert "explode &amp; &lt;burn&gt;" in shown[-1][0]
    assert shown[-1][1] == "You predicted: explode & <burn>\nWhat happened: It stayed calm."


def test_an_empty_answer_is_none(learner_there, form):
    predict("p", "What will it do?")
    form(Button)[0].click()
    assert progress.get("predictions", "p") is None


def test_changing_one_s_mind_loses_nothing(learner_there, shown):
    for answer in ("grow", "shrink", "shrink"):
        predict("p", "What will it do?", answer=answer)
    assert progress.get("predictions", "p") == {"answer": "shrink", "earlier": ["grow"]}


@pytest.mark.parametrize(("answer", "kept"), [(2, "it shrinks"), ("it grows", "it grows"), ("other", "other")])
def test_an_answer_may_be_written_into_the_cell(learner_there, shown, answer, kept):
    predict("p", "What will it do?", OPTIONS, answer=answer)
    assert progress.get("predictions", "p") == {"answer": kept}
    assert kept in shown[-1][0]


@pytest.mark.parametrize("answer", [0, 3])
def test_a_number_of_no_option_is_refused(learner_there, answer):
    with pytest.raises(ValueError, match="give 1 to 2"):
        predict("p", "What will it do?", OPTIONS, answer=answer)


@pytest.mark.parametrize("answer", [None, "", "...", "…"])
def test_a_blank_answer_asks(learner_there, form, answer):
    predict("p", "What will it do?", OPTIONS, answer=answer)
    assert len(form(Button)) == 2
    assert progress.get("predictions", "p") is None


def test_without_widgets_it_says_how_to_answer(learner_there, shown, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    predict("p", "What will it do?", OPTIONS)
    assert 'answer="..."' in shown[-1][1]
    assert "2. it shrinks" in shown[-1][1]


def test_without_a_learner_the_question_is_shown_and_nothing_is_kept(learner_there, shown, monkeypatch):
    monkeypatch.setenv(learner.VARIABLE, "absent")
    predict("p", "What will `w` do?", OPTIONS, answer=1)
    assert "<code>w</code>" in shown[-1][0]
    observed("p", claim("c", "It grew {by:.0f}-fold.", {"by": [2, 3, 4]}, "by > 1"))
    assert "No prediction was written down." in shown[-1][0]
    assert "It grew 2–4-fold." in shown[-1][0]
    assert not learner_there.exists()


def test_an_exit_question_is_kept_apart_and_explains_itself(learner_there, shown):
    exit_question("p", "By how much?", OPTIONS, answer=2, explanation="A product, not a sum.")
    assert progress.get("exit", "p") == {"answer": "it shrinks"}
    assert progress.get("predictions", "p") is None
    assert "<details>" in shown[-1][0]
    assert "A product, not a sum." in shown[-1][0]
