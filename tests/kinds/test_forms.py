"""Answers that are recorded in the notebook and graded elsewhere: values and choices."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given as always
from hypothesis import strategies as st

from autograder.judging import catalogue, judge
from autograder.kinds import choices, values

FORMS = {"tolerance": 1e-3, "forms": {"run_a": {"low": 0, "high": 100}, "run_b": {"low": -1, "high": 1}}}
TIERS = {"tiers": {"run_1": {"choice": ["A", "B", "C"]}, "run_2": {"cause": ["A", "B"], "reason": ["1", "2"]}}}
EXPECTED = {
    "given": FORMS,
    "reference": {"answers": {"run_a": 5.0, "run_b": 0.0}},
    "mutants": {"adds": {"code": "wrong-norm", "observations": {"answers": {"run_a": 7.0, "run_b": 0.0}}}},
}
KEY = {
    "run_1": {"choice": {"right": "B", "wrong": {
        "A": {"code": "wrong-choice", "feedback": "Its norm is calm."},
        "C": {"code": "clip-after-step", "feedback": "Look at the order."},
    }}},
    "run_2": {
        "cause": {"right": "A", "wrong": {"B": {"code": "wrong-choice", "feedback": "No."}}},
        "reason": {"right": "2", "wrong": {"1": {"code": "wrong-choice", "feedback": "Others show that, too."}}},
    },
}  # fmt: skip


def task(kind):
    parts = {name: name for name in (FORMS["forms"] if kind is values else TIERS["tiers"])}
    packages = ("autograder.kinds", "autograder.exercises.train_step")
    return SimpleNamespace(
        ID="some", TITLE="Some", PARTS=parts, MISCONCEPTIONS=packages, SHOWS_ORDER=False, judge=kind.judge
    )


def judged(kind, answer, expected):
    seen = kind.probe(answer, expected["given"])
    return judge(task(kind), json.loads(json.dumps(seen, allow_nan=False)), expected)


def test_in_a_students_process_only_the_form_is_judged():
    result = judged(values, {"run_a": 99, "run_b": 0.5}, {"given": FORMS})
    assert result.passed
    assert result.recorded_only
    assert "recorded" in result.message()
    assert "right." not in result.message()
    assert judged(choices, {"run_1": "A", "run_2": {"cause": "B", "reason": 1}}, {"given": TIERS}).recorded_only


def test_a_value_is_right_within_its_tolerance():
    result = judged(values, {"run_a": 5.004, "run_b": 0}, EXPECTED)
    assert result.passed
    assert not result.recorded_only
    assert judged(values, {"run_a": 5.006, "run_b": 0}, EXPECTED).parts == {"run_a": False, "run_b": True}


def test_a_wrong_value_is_named_by_the_mistake_that_gives_it():
    for value, codes in ((7, ["wrong-norm", "wrong-value"]), (8, ["wrong-value"])):
        assert [finding.code for finding in judged(values, {"run_a": value, "run_b": 0}, EXPECTED).findings] == codes


@pytest.mark.parametrize(
    ("answer", "code"),
    [("5.0", "number-as-text"), ([5.0], "not-a-number"), ({}, "not-a-number"), (True, "not-a-number"),
     (math.nan, "not-finite"), (math.inf, "not-finite"), (10**400, "not-finite"), (-1, "out-of-range"),
     (101, "out-of-range"), (None, "not-implemented"), ("", "not-implemented"), (..., "not-implemented"),
     ("?", "not-implemented"), (torch.ones(2), "not-a-number"), (1j, "not-a-number")],
)  # fmt: skip
def test_a_value_of_another_form_gets_its_sentence_and_counts_as_not_given(answer, code):
    for expected in ({"given": FORMS}, EXPECTED):
        result = judged(values, {"run_a": answer, "run_b": 0}, expected)
        assert result.parts == {"run_a": False, "run_b": True}
        assert [finding.code for finding in result.findings] == [code]
        assert "…" not in result.message()


@pytest.mark.parametrize("answer", [np.float32(5), np.array([5.0]), torch.tensor(5.0), 5])
def test_numbers_in_other_clothes_are_numbers(answer):
    assert judged(values, {"run_a": answer, "run_b": 0}, EXPECTED).passed


def test_a_choice_is_right_if_all_its_tiers_are():
    assert judged(choices, {"run_1": "b ", "run_2": {"cause": "A", "reason": 2}}, {"given": TIERS, "key": KEY}).passed
    result = judged(choices, {"run_1": "C", "run_2": {"cause": "A", "reason": 1}}, {"given": TIERS, "key": KEY})
    assert result.parts == {"run_1": False, "run_2": False}
    assert [finding.code for finding in result.findings] == ["clip-after-step", "wrong-choice"]
    assert result.findings[1].symptom == "You chose 1. Others show that, too."


@pytest.mark.parametrize(
    ("answer", "code"),
    [("D", "not-an-option"), (["A"], "not-an-option"), (2.0, "not-an-option"), ("", "not-implemented"),
     (None, "not-implemented"), ({"choice": "A"}, "not-an-option"), (True, "not-an-option")],
)  # fmt: skip
def test_a_choice_that_is_none_gets_its_sentence(answer, code):
    for expected in ({"given": TIERS}, {"given": TIERS, "key": KEY}):
        result = judged(choices, {"run_1": answer, "run_2": {"cause": "A", "reason": "2"}}, expected)
        assert result.parts == {"run_1": False, "run_2": True}
        assert [finding.code for finding in result.findings] == [code]
        assert "…" not in result.message()


@pytest.mark.parametrize(
    ("answer", "code"),
    [(None, "not-implemented"), ("B", "not-a-dictionary"), ([], "not-a-dictionary"), ({}, "not-implemented")],
)
def test_something_else_than_a_dictionary(answer, code):
    for kind, known in ((values, FORMS), (choices, TIERS)):
        result = judged(kind, answer, {"given": known})
        assert not any(result.parts.values())
        assert [finding.code for finding in result.findings] == [code]


def test_a_tier_left_out_is_an_answer_not_given():
    result = judged(choices, {"run_1": "A", "run_2": {"cause": "A"}}, {"given": TIERS})
    assert [finding.code for finding in result.findings] == ["not-implemented"]
    assert judged(choices, {"run_1": "A", "run_2": "A"}, {"given": TIERS}).findings[0].code == "not-a-dictionary"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["run_a", "run_1", "cause"]), inner),
    max_leaves=6,
)


@always(answer=ANYTHING)
def test_nothing_breaks_a_check(answer):
    for kind, known in ((values, EXPECTED), (choices, {"given": TIERS, "key": KEY})):
        for asked in (answer, dict.fromkeys(task(kind).PARTS, answer)):
            assert judged(kind, asked, known).message()


def test_what_is_said_of_a_form_says_nothing_of_right_or_wrong():
    form_codes = set(catalogue(("autograder.kinds",))) - {"wrong-value", "wrong-choice"}
    for code in form_codes:
        entry = catalogue(("autograder.kinds",))[code]
        assert "right" not in entry.symptom + entry.cause + entry.next_action
        assert "wrong" not in entry.symptom + entry.cause + entry.next_action
