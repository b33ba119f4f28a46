"""Clipping by norm: what any challenge must hold, what the parts are worth, and where a right answer may differ."""

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograder import authoring, check, exercises
from autograder.judging import catalogue, judge

TASK = exercises.get("clip_by_norm")
ANSWERS = authoring.answers_of("clip_by_norm")

# The course's table of misconceptions of clipping by norm. All of them can occur in this exercise.
TABLE = """
clip-missing clip-not-in-place clip-per-parameter clip-by-value always-rescales inverted-condition wrong-threshold
wrong-factor wrong-norm wrong-return-value clips-weights measures-weights exhausted-generator needs-a-list
crashes-on-none stops-at-none misses-parameters zero-norm removes-gradients clips-twice mixed-up-square wrong-objects
uses-hook none-gets-gradient not-implemented raises wrong-signature
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
    expected = authoring.expected("clip_by_norm", challenge)
    for name, answer in ANSWERS.rights.items():
        observed = json.loads(json.dumps(TASK.probe(answer, challenge["given"])))
        assert judge(TASK, observed, expected).passed, name
    for name, mutant in expected["mutants"].items():
        assert judge(TASK, mutant["observations"], expected).findings[0].code == ANSWERS.codes[name], name


def norm_of(case):
    grads = [np.ravel(one["grad"]) for one in case["tensors"] if one["grad"] is not None]
    return float(np.linalg.norm(np.concatenate(grads))) if grads else 0.0


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_no_challenge_hangs_on_an_epsilon(seed):
    cases = TASK.challenge(seed)["given"]["cases"]
    for name, case in cases.items():
        norm = norm_of(case)
        assert all(0.01 < limit < 1000 for limit in case["thresholds"])
        assert norm == 0 or 0.01 < norm < 1000
        assert all(abs(norm / limit - 1) > 0.02 for limit in case["thresholds"]), name
    assert math.isclose(norm_of(cases["large"]), norm_of(cases["other-shares"]), rel_tol=1e-4)
    limits = {cases[name]["thresholds"][0] for name in ("large", "other-shares", "longer")}
    assert len(limits) == 1


@settings(max_examples=25, deadline=None)
@given(share=st.floats(0.3, 3), grows=st.floats(-1, 1))
def test_any_other_factor_fails(share, grows):
    """The right factor times something that depends on the norm, however smoothly."""
    assume(abs(share - 1) > 0.01 or abs(grows) > 0.01)

    def answer(parameters, max_norm):
        grads = [p.grad for p in parameters if p.grad is not None]
        total = math.sqrt(sum(float(g.square().sum()) for g in grads))
        if total > max_norm:
            for g in grads:
                g.mul_(share * (max_norm / total) ** (1 + grows))
        return total

    result = check("clip_by_norm", answer, strict=False)
    assert not result.parts["clips"]
    assert result.parts["returns"]
    assert result.findings[0].code in ("wrong-factor", "wrong-threshold", "clips-twice")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("walks_twice", {"clips": True, "returns": True, "robust": False}),
        ("takes_every_gradient", {"clips": True, "returns": True, "robust": False}),
        ("divides_by_a_zero_norm", {"clips": True, "returns": True, "robust": False}),
        ("returns_nothing", {"clips": True, "returns": False, "robust": True}),
        ("returns_the_norm_after_clipping", {"clips": True, "returns": False, "robust": True}),
        ("only_measures", {"clips": False, "returns": True, "robust": False}),
        ("never_asks_whether", {"clips": False, "returns": True, "robust": False}),
        ("stub", {"clips": False, "returns": False, "robust": False}),
        ("empty", {"clips": False, "returns": False, "robust": False}),
    ],
)
def test_what_is_right_counts(name, parts):
    assert check("clip_by_norm", ANSWERS.mutants[name], strict=False).parts == parts


def test_an_answer_that_cannot_take_scalars_passes_and_one_that_leaves_them_does_not():
    def assigns_to_slices(parameters, max_norm):
        grads = [p.grad for p in parameters if p.grad is not None]
        total = math.sqrt(sum(float(g.square().sum()) for g in grads))
        for g in grads:
            g[:] = g * min(1.0, max_norm / (total + 1e-6))
        return total

    def leaves_scalars(parameters, max_norm):
        grads = [p.grad for p in parameters if p.grad is not None]
        total = math.sqrt(sum(float(g.square().sum()) for g in grads))
        for g in grads:
            if g.dim() and total > max_norm:
                g.mul_(max_norm / total)
        return total

    assert check("clip_by_norm", assigns_to_slices, strict=False).passed
    result = check("clip_by_norm", leaves_scalars, strict=False)
    assert [finding.code for finding in result.findings] == ["misses-parameters"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1.0", [1.0], {}, True, torch.ones(2), 10**400])
def test_strange_returned_values(value):
    def answer(parameters, max_norm):
        torch.nn.utils.clip_grad_norm_(parameters, max_norm)
        return value

    result = check("clip_by_norm", answer, strict=False)
    assert result.parts == {"clips": True, "returns": False, "robust": True}
    assert [finding.code for finding in result.findings] == ["wrong-return-value"]


def test_gradients_that_are_not_finite_any_more():
    def spoils(parameters, max_norm):
        for p in parameters:
            if p.grad is not None:
                p.grad.fill_(float("inf") if p.grad.numel() % 2 else float("nan"))
        return float("nan")

    assert not any(check("clip_by_norm", spoils, strict=False).parts.values())
