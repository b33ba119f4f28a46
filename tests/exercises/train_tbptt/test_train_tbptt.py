"""Truncated backpropagation: any other cut is refused, rounding does not grow, and mistakes keep their names."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import authoring, check, exercises
from autograder.exercises.train_tbptt.probes import Recurrent
from autograder.judging import catalogue, judge

TASK = exercises.get("train_tbptt")
ANSWERS = authoring.answers_of(TASK.ID)
seeds = st.integers(0, 2**32 - 1)


def train(sizes_of, keep=lambda hidden: hidden.detach()):
    """A training function that cuts a sequence into pieces of `sizes_of(length, chunk)`."""

    def answer(model, optimizer, loss_fn, sequence, targets, chunk, max_norm):
        norms, hidden = [], None
        sizes = sizes_of(len(sequence), chunk)
        for inputs, wanted in zip(sequence.split(sizes), targets.split(sizes), strict=True):
            optimizer.zero_grad()
            outputs, hidden = model(inputs, hidden)
            loss_fn(outputs, wanted).backward()
            norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm))
            optimizer.step()
            hidden = keep(hidden)
        return norms

    return answer


def right_sizes(length, chunk):
    return [min(chunk, length - start) for start in range(0, length, chunk)]


def test_the_right_cut_passes():
    assert check(TASK.ID, train(right_sizes), strict=False).passed


@pytest.mark.parametrize(
    ("sizes_of", "codes"),
    [
        *[(lambda length, chunk, k=k: right_sizes(length, k), {"wrong-chunks"}) for k in (1, 2, 3, 4, 5)],
        (lambda length, chunk: right_sizes(length, chunk + 1), {"wrong-chunks", "not-truncated"}),
        (lambda length, chunk: right_sizes(length, max(1, chunk - 1)), {"wrong-chunks"}),
        (lambda length, chunk: right_sizes(length, chunk)[::-1], {"wrong-chunks", "unknown"}),
        (lambda length, chunk: [length], {"not-truncated"}),
    ],
)
def test_any_other_cut_is_refused(sizes_of, codes):
    result = check(TASK.ID, train(sizes_of), strict=False)
    assert not result.parts["update"]
    assert result.findings[0].code in codes


@settings(max_examples=15, deadline=None)
@given(factor=st.floats(-1, 1).filter(lambda x: abs(x - 1) > 0.02))
def test_a_hidden_state_that_is_changed_is_refused(factor):
    result = check(TASK.ID, train(right_sizes, keep=lambda hidden: factor * hidden.detach()), strict=False)
    assert not result.parts["update"]


def test_norms_after_the_first_wrong_chunk_are_not_held_against_an_answer():
    result = check(TASK.ID, ANSWERS.mutants["hands_over_none"], strict=False)
    assert result.parts == {"update": False, "returns": True}


@settings(max_examples=8, deadline=None)
@given(seed=seeds)
def test_rounding_does_not_grow_over_the_chunks(seed):
    """Double precision stays much nearer to the reference than the tolerance, a ten-thousandth of a call's movement."""
    challenge = TASK.challenge(seed)["given"]
    seen = TASK.probe(next(iter(ANSWERS.rights.values())), challenge)["runs"]
    for run, probe in zip(seen, challenge["probes"], strict=True):
        model = Recurrent().double()
        for parameter, value in zip(model.parameters(), [v for layer in probe["layers"] for v in layer], strict=True):
            parameter.data = torch.tensor(value, dtype=torch.float64)
        optimizer = torch.optim.SGD(model.parameters(), lr=probe["lr"])
        loss_fn = torch.nn.MSELoss(reduction=probe["loss"])
        for call, given_ in zip(run["calls"], probe["calls"], strict=True):
            before = torch.cat([p.detach().flatten() for p in model.parameters()]).numpy()
            tensors = [torch.tensor(given_[name], dtype=torch.float64) for name in ("sequence", "targets")]
            train(right_sizes)(model, optimizer, loss_fn, *tensors, given_["chunk"], given_["max_norm"])
            weights = torch.cat([p.detach().flatten() for p in model.parameters()]).numpy()
            moved = min(np.linalg.norm(weights - before), 0.1)
            assert np.linalg.norm(weights - call["weights"]) < 0.5 * (1e-4 * moved + 1e-6 * np.linalg.norm(weights))


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
    assert set(own) - {"wrong-loss"} <= set(ANSWERS.codes.values())
