"""A guarded step: broken calls are what they say, a guard with a gap is refused, and mistakes keep their names."""

import json
import math

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder import authoring, check, exercises
from autograder.exercises.train_step_guarded.diagnosis import BROKEN
from autograder.exercises.train_step_guarded.probes import FORM
from autograder.judging import annotated, catalogue, judge
from autograder.probing import training

TASK = exercises.get("train_step_guarded")
ANSWERS = authoring.answers_of(TASK.ID)
seeds = st.integers(0, 2**32 - 1)


def kind_of(number: float) -> str:
    return "nan" if math.isnan(number) else "inf" if math.isinf(number) else "finite"


@settings(max_examples=5, deadline=None)
@example(seed=16)  # with inputs of ordinary size, a hidden value is 1 to the last digit
@given(seed=seeds)
def test_a_broken_call_has_the_loss_and_the_norm_of_its_kind(seed):
    probes = annotated(TASK.challenge(seed))["given"]["probes"]
    seen = []

    def look(model, optimizer, loss_fn, inputs, targets, max_norm):
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        if norm.isfinite():
            optimizer.step()
        seen.append((kind_of(loss.item()), kind_of(norm.item())))
        return norm

    for probe in probes:
        training.run(look, probe, FORM)
    kinds = [call["broken"] for probe in probes for call in probe["calls"]]
    assert seen == [BROKEN.get(kind, ("finite", "finite")) for kind in kinds]
    assert set(kinds) == {None, *BROKEN}


@settings(max_examples=3, deadline=None)
@given(seed=seeds)
def test_the_reference_stands_still_in_broken_calls_and_moves_in_the_others(seed):
    challenge = annotated(TASK.challenge(seed))["given"]
    runs = TASK.probe(next(iter(ANSWERS.rights.values())), challenge)["runs"]
    for run, probe in zip(runs, challenge["probes"], strict=True):
        for (before, after), call in zip(
            zip(run["calls"], run["calls"][1:], strict=False), probe["calls"][1:], strict=True
        ):
            assert (before["weights"] == after["weights"]) == (call["broken"] is not None)


@pytest.mark.parametrize("blind_for", BROKEN)
def test_a_guard_with_a_gap_is_refused(blind_for):
    """A guard that lets one kind of broken gradient through, told by the loss and the norm."""

    def gap(model, optimizer, loss_fn, inputs, targets, max_norm):
        optimizer.zero_grad()
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        if norm.isfinite() or (kind_of(loss.item()), kind_of(norm.item())) == BROKEN[blind_for]:
            optimizer.step()
        return norm

    result = check(TASK.ID, gap, strict=False)
    assert result.parts == {"update": False, "returns": True}


@settings(max_examples=20, deadline=None)
@given(stand_in=st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_no_finite_number_stands_for_a_step_left_out(stand_in):
    def hides(model, optimizer, loss_fn, inputs, targets, max_norm):
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        if norm.isfinite():
            optimizer.step()
            return norm
        return stand_in

    result = check(TASK.ID, hides, strict=False)
    assert result.parts == {"update": True, "returns": False}
    assert result.findings[0].code == "returns-finite-norm"


@settings(max_examples=2, deadline=None)
@given(seed=seeds)
def test_on_any_challenge_right_passes_and_every_mutant_has_its_code(seed):
    challenge = TASK.challenge(seed)
    expected = authoring.expected(TASK.ID, challenge)
    for name, answer in ANSWERS.rights.items():
        observed = json.loads(json.dumps(TASK.probe(answer, challenge["given"])))
        assert judge(TASK, observed, expected).passed, name
    for name, mutant in expected["mutants"].items():
        result = judge(TASK, mutant["observations"], expected)
        assert [finding.code for finding in result.findings][:1] == [ANSWERS.codes[name]], name


def test_every_text_of_its_own_has_a_mutant():
    own = catalogue(TASK.MISCONCEPTIONS[:1])
    assert set(own) <= set(ANSWERS.codes.values())
