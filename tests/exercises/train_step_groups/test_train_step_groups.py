"""A step with two groups: any other threshold or grouping is refused, and mistakes keep their names."""

import itertools
import json
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import authoring, check, exercises
from autograder.judging import annotated, catalogue, judge

TASK = exercises.get("train_step_groups")
ANSWERS = authoring.answers_of(TASK.ID)
seeds = st.integers(0, 2**32 - 1)


def step(groups_of, thresholds_of):
    """A step that clips `groups_of(model, optimizer)` to `thresholds_of(max_norms)`, and returns the right norms."""

    def answer(model, optimizer, loss_fn, inputs, targets, max_norms):
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        norms = [
            torch.nn.utils.get_total_norm([p.grad for p in group["params"] if p.grad is not None])
            for group in optimizer.param_groups
        ]
        for parameters, threshold in zip(groups_of(model, optimizer), thresholds_of(max_norms), strict=True):
            torch.nn.utils.clip_grad_norm_(parameters, threshold)
        optimizer.step()
        return norms

    return answer


def right_groups(model, optimizer):
    return [group["params"] for group in optimizer.param_groups]


@settings(max_examples=15, deadline=None)
@given(
    first=st.floats(0.1, 10).filter(lambda x: abs(x - 1) > 0.01),
    second=st.floats(0.1, 10).filter(lambda x: abs(x - 1) > 0.01),
    both=st.sampled_from([(1, 0), (0, 1), (1, 1)]),
)
def test_thresholds_that_are_off_are_refused(first, second, both):
    factors = [factor if wanted else 1.0 for factor, wanted in zip((first, second), both, strict=True)]
    answer = step(right_groups, lambda max_norms: [m * f for m, f in zip(max_norms, factors, strict=True)])
    result = check(TASK.ID, answer, strict=False)
    assert not result.parts["update"]


@pytest.mark.parametrize("first", [k for size in (1, 2, 3) for k in itertools.combinations(range(4), size)])
def test_fixed_groups_are_refused_whatever_they_are(first):
    def groups_of(model, optimizer):
        parameters = list(model.parameters())
        return [parameters[k] for k in first], [p for k, p in enumerate(parameters) if k not in first]

    result = check(TASK.ID, step(groups_of, list), strict=False)
    assert not result.parts["update"]
    assert result.findings[0].code == "wrong-groups"


def applies_what_is_given(model, optimizer, loss_fn, inputs, targets, max_norms):
    """No forward and no backward pass: whatever gradient stands beside this call's numbers is made the gradient."""
    frame = sys._getframe()
    while "given" not in frame.f_locals:
        frame = frame.f_back
    calls = [call for probe in frame.f_locals["given"]["probes"] for call in probe["calls"]]
    (call,) = [call for call in calls if call["inputs"] == inputs.tolist()]
    for p, part in zip(model.parameters(), torch.tensor(call["gradient"]).split([4 * 3, 4, 2 * 4, 2]), strict=True):
        p.grad = part.view_as(p) if p.requires_grad else None
    groups = zip(right_groups(model, optimizer), max_norms, strict=True)
    norms = [torch.nn.utils.clip_grad_norm_(parameters, max_norm) for parameters, max_norm in groups]
    optimizer.step()
    return norms


def test_an_answer_finds_no_gradient_in_what_is_given():
    result = check(TASK.ID, applies_what_is_given, strict=False)
    assert not any(result.parts.values())
    expected = authoring.public.expected(TASK)
    observed = TASK.probe(applies_what_is_given, annotated(expected)["given"])
    assert judge(TASK, observed, expected).passed  # with the notes in it, that would do


def test_the_right_groups_and_thresholds_pass():
    assert check(TASK.ID, step(right_groups, list), strict=False).passed


@settings(max_examples=3, deadline=None)
@given(seed=seeds)
def test_each_group_has_a_gradient_and_thresholds_on_both_sides_of_its_norm(seed):
    challenge = TASK.challenge(seed)["given"]
    runs = TASK.probe(next(iter(ANSWERS.rights.values())), challenge)["runs"]
    clipped = set()
    for run, probe in zip(runs, challenge["probes"], strict=True):
        for call, given_ in zip(run["calls"], probe["calls"], strict=True):
            norms = [call["returned"][name] for name in ("first", "second")]
            assert min(norms) > 0.01
            assert all(0.01 < m < 1000 for m in given_["max_norms"])
            clipped.add(tuple(norm > m for norm, m in zip(norms, given_["max_norms"], strict=True)))
    assert clipped == set(itertools.product([False, True], repeat=2))


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
    assert set(catalogue(TASK.MISCONCEPTIONS[:1])) <= set(ANSWERS.codes.values())
