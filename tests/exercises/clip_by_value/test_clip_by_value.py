"""Clipping by value: what any challenge must hold, what the parts are worth, and that any other clamping fails."""

import json

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograder import authoring, check, exercises
from autograder.judging import catalogue, judge

TASK = exercises.get("clip_by_value")
ANSWERS = authoring.answers_of("clip_by_value")

# The course's table of misconceptions of clipping by value. All of them can occur in this exercise.
TABLE = """
clip-missing clip-not-in-place clip-by-norm scales-instead-of-clamps one-sided wrong-range loses-sign
removes-large-elements changes-small-elements clips-weights crashes-on-none none-gets-gradient stops-at-none
exhausted-generator needs-a-list misses-parameters misses-elements uses-hook all-or-nothing crashes-on-scalars
wrong-objects not-implemented raises wrong-signature
"""
WITHOUT_MUTANT = {"unknown", "not-a-function"}

seeds = st.integers(0, 2**32 - 1)


def test_every_code_has_a_mutant_and_a_text():
    assert set(ANSWERS.codes.values()) == set(TABLE.split())
    assert set(TABLE.split()) | WITHOUT_MUTANT <= set(catalogue(TASK.MISCONCEPTIONS))


@settings(max_examples=3, deadline=None)
@given(seed=seeds)
def test_on_any_challenge_right_passes_and_every_mutant_has_its_code(seed):
    challenge = TASK.challenge(seed)
    expected = authoring.expected("clip_by_value", challenge)
    for name, answer in ANSWERS.rights.items():
        observed = json.loads(json.dumps(TASK.probe(answer, challenge["given"])))
        assert judge(TASK, observed, expected).passed, name
    for name, mutant in expected["mutants"].items():
        assert judge(TASK, mutant["observations"], expected).findings[0].code == ANSWERS.codes[name], name


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_entries_are_clearly_within_or_clearly_beyond(seed):
    for name, case in TASK.challenge(seed)["given"]["cases"].items():
        sizes = np.concatenate([np.abs(np.ravel(one["grad"])) for one in case["tensors"] if one["grad"] is not None])
        assert sizes.size, name
        assert 0.01 < case["thresholds"][0] < 1000
        assert np.abs(sizes / case["thresholds"][0] - 1).min() > 0.03, name


@settings(max_examples=25, deadline=None)
@given(low=st.floats(-3, 0.5), high=st.floats(-0.5, 3))
def test_any_other_range_fails(low, high):
    assume(high - low > 0.1 and (abs(low + 1) > 0.05 or abs(high - 1) > 0.05))

    def answer(parameters, clip_value):
        for p in parameters:
            if p.grad is not None:
                p.grad.clamp_(low * clip_value, high * clip_value)

    result = check("clip_by_value", answer, strict=False)
    assert not result.passed
    assert [finding.code for finding in result.findings] == ["wrong-range"]


@settings(max_examples=25, deadline=None)
@given(power=st.floats(0.2, 3))
def test_any_condition_on_a_whole_gradient_fails(power):
    """A generalised mean is below the largest entry, so it leaves some gradients alone that it should not."""

    def answer(parameters, clip_value):
        for p in parameters:
            if p.grad is not None and float(p.grad.abs().pow(power).mean()) ** (1 / power) > clip_value:
                p.grad.clamp_(-clip_value, clip_value)

    result = check("clip_by_value", answer, strict=False)
    assert not result.passed
    assert result.findings[0].code == "all-or-nothing"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("one_walk_for_each_bound", {"clamps": True, "robust": False}),
        ("takes_every_gradient", {"clamps": True, "robust": False}),
        ("row_by_row", {"clamps": True, "robust": False}),
        ("needs_contiguous_memory", {"clamps": True, "robust": False}),
        ("upper_bound_only", {"clamps": False, "robust": False}),
        ("stub", {"clamps": False, "robust": False}),
        ("empty", {"clamps": False, "robust": False}),
    ],
)
def test_what_is_right_counts(name, parts):
    assert check("clip_by_value", ANSWERS.mutants[name], strict=False).parts == parts


@pytest.mark.parametrize("value", [None, float("nan"), "1.0", [1.0], {}, torch.ones(2), 10**400])
def test_whatever_is_returned_is_ignored(value):
    def answer(parameters, clip_value):
        torch.nn.utils.clip_grad_value_(parameters, clip_value)
        return value

    assert check("clip_by_value", answer, strict=False).passed


def test_gradients_that_are_not_finite_any_more():
    def spoils(parameters, clip_value):
        for p in parameters:
            if p.grad is not None:
                p.grad.fill_(float("inf") if p.grad.numel() % 2 else float("nan"))

    assert not any(check("clip_by_value", spoils, strict=False).parts.values())
