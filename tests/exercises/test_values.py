"""The exercises that are judged like the training step: an order of lines, and three repairs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import authoring, check, exercises
from autograder.exercises.loop_order.task import LINES

OTHERS = [e for e in exercises.ids() if exercises.get(e).JUDGED_AS == "train_step" != e]
RIGHT = [(e, name) for e in OTHERS for name in authoring.answers_of(e).rights]
WRONG = [(e, name) for e in OTHERS for name in authoring.answers_of(e).mutants]


@pytest.mark.parametrize(("exercise", "name"), RIGHT)
def test_right_answer_passes(exercise, name):
    assert check(exercise, authoring.answers_of(exercise).rights[name], strict=False).passed


@pytest.mark.parametrize(("exercise", "name"), WRONG)
def test_wrong_answer_fails_with_its_misconception(exercise, name):
    answers = authoring.answers_of(exercise)
    result = check(exercise, answers.mutants[name], strict=False)
    assert not result.passed
    assert result.findings[0].code == answers.codes[name]


@given(order=st.permutations("DBECA"))
def test_an_order_passes_exactly_if_its_lines_work(order):
    """Every order of the five right lines: right where each line finds what it needs and nothing undoes it."""
    at = {letter: order.index(letter) for letter in order}
    chain = at["B"] < at["E"] < at["C"] < at["A"]
    zeroed_outside = at["D"] < at["E"] or at["D"] > at["A"]
    assert check("loop_order", list(order), strict=False).passed == (chain and zeroed_outside)


@pytest.mark.parametrize(
    ("answer", "code"),
    [(None, "not-implemented"), (..., "not-implemented"), (3.5, "not-an-order"), ({"D": 1}, "not-an-order"),
     ([1, 2], "not-an-order"),
     (np.array(["D", "B"]), "not-an-order"), ("optimizer.step()", "unknown-line"), ("D B E C A A", "repeated-line")],
)  # fmt: skip
def test_a_malformed_order_gets_its_own_sentence(answer, code):
    result = check("loop_order", answer, strict=False)
    assert [finding.code for finding in result.findings] == [code]
    assert "…" not in result.message()


def test_two_lines_too_many():
    assert len(LINES) == 7


def test_the_order_that_is_asked_for_is_not_shown():
    result = check("loop_order", "D B E A", strict=False)
    assert result.trace
    assert result.should_be == []
    assert "One that works" not in result._repr_mimebundle_()["text/plain"]
