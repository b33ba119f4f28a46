"""Probes have gradients of the norms that were asked for, along the right trajectory."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.authoring import answers_of
from autograder.probing import making, training

ANSWERS = answers_of("train_step")
RIGHT = next(iter(ANSWERS.rights.values()))


@pytest.mark.parametrize("loss", ["mean", "sum", "huber"])
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**31), norms=st.lists(st.floats(0.05, 0.5), min_size=1, max_size=3))
def test_gradients_have_the_norms_asked_for(loss, seed, norms):
    probe = making.make_probe(seed, lr=0.1, loss=loss, calls=[(norm, 10.0) for norm in norms])
    model, optimizer, loss_fn = training.build(probe)
    for call, norm in zip(probe["calls"], norms, strict=True):
        optimizer.zero_grad()
        outputs, targets = model(torch.tensor(call["inputs"])), torch.tensor(call["targets"])
        loss_fn(outputs, targets).backward()
        as_far_as_it_goes = loss == "huber" and float((outputs - targets).detach().abs().max()) > 1_000
        assert training.grad_norm_of(model) == pytest.approx(norm, rel=1e-3) or as_far_as_it_goes
        optimizer.step()


def test_a_norm_that_no_distance_gives_ends_the_search():
    model = torch.nn.Linear(1, 1)
    inputs, direction = torch.ones(1, 1), torch.ones(1, 1)
    huber = torch.nn.SmoothL1Loss()  # its gradient stays as large as at a distance of 1
    assert making.scale_for(100.0, model, huber, inputs, direction) == pytest.approx(1e4)
    assert all(p.grad is None for p in model.parameters())


def test_a_distance_in_proportion_is_found_at_the_second_look():
    model, looks = torch.nn.Linear(1, 1), []
    loss_fn = torch.nn.MSELoss()

    def counted(outputs, targets):
        looks.append(1)
        return loss_fn(outputs, targets)

    scale = making.scale_for(6.0, model, counted, torch.ones(1, 1), torch.ones(1, 1))
    assert scale == pytest.approx(6 / 8**0.5)  # the gradient is 2 of the weight and of the bias each, times the scale
    assert len(looks) == 2


@pytest.mark.parametrize(
    ("answer", "copies", "calls"),
    [
        (RIGHT, False, 2 + 2),
        (ANSWERS.mutants["drops_the_scaled_gradient"], True, 2 + 2 + 2),
    ],
)
def test_copies_are_looked_for_where_nothing_was_clipped(answer, copies, calls):
    made = []

    def counted(model, optimizer, loss_fn, inputs, targets, max_norm):
        made.append(1)
        return answer(model, optimizer, loss_fn, inputs, targets, max_norm)

    probe = making.make_probe(1, lr=0.1, loss="mean", calls=[(5.0, 1.0), (4.0, 1.0)])
    seen = training.observe(counted, [probe], training.TRAIN_STEP, watched=0)
    assert seen["evidence"]["scaled_copies"] is copies
    assert len(made) == calls


def test_weights_that_are_not_finite_are_none():
    model = torch.nn.Linear(2, 1)
    model.weight.data = torch.tensor([[1.0, float("nan")]])
    model.bias.data = torch.tensor([float("inf")])
    assert training.weights_of(model) == [1.0, None, None]
