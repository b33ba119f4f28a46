"""Parameters made from data, and what is seen of a function that changes their gradients."""

import copy

import numpy as np
import pytest
import torch

from autograder.probing import gradients

RNG = np.random.default_rng(7)


def case(*grads, form="list", thresholds=(0.5,), strided=False, watched=False):
    tensors = [gradients.tensor(RNG, None if grad is None else np.array(grad), strided=strided) for grad in grads]
    return {"tensors": tensors, "form": form, "thresholds": list(thresholds), "watched": watched}


MATRIX = [[1.0, -2.0, 3.0, 0.5], [-0.25, 4.0, 5.0, -1.5]]


@pytest.mark.parametrize("form", gradients.FORMS)
def test_every_form_hands_over_every_parameter(form):
    seen = gradients.run(lambda parameters, limit: [p.grad for p in parameters], case([1.0], MATRIX, 2.0, form=form))
    assert [g.shape for g in seen["returned"][0]] == [(1,), (2, 4), ()]
    assert seen["grads"] == [[1.0], [*MATRIX[0], *MATRIX[1]], [2.0]]
    assert seen["moved"] == 0


@pytest.mark.parametrize("form", gradients.ONE_SHOT)
def test_a_one_shot_form_can_be_walked_through_once(form):
    seen = gradients.run(lambda parameters, limit: (len([*parameters]), len([*parameters])), case([1.0], form=form))
    assert seen["returned"] == [(1, 0)]


def test_strided_gradients_cannot_be_viewed_flat():
    [parameter] = gradients.build(case(MATRIX, strided=True))
    assert parameter.grad.tolist() == MATRIX
    with pytest.raises(RuntimeError):
        parameter.grad.view(-1)


def test_missing_gradients_stay_missing_and_numbers_that_are_not_finite_are_data():
    def spoils(parameters, limit):
        parameters[1].grad.mul_(float("inf"))

    assert gradients.run(spoils, case(None, [1.0, 0.0]))["grads"] == [None, ["inf", "nan"]]


def test_moved_weights_are_seen():
    def moves(parameters, limit):
        parameters[0].data *= 1.5

    assert gradients.run(moves, case(MATRIX))["moved"] == 0.5


def test_each_call_has_its_threshold_and_the_same_parameters():
    def adds(parameters, limit):
        parameters[0].grad += limit
        return float(parameters[0].grad)

    assert gradients.run(adds, case([1.0], thresholds=(0.5, 2.0)))["returned"] == [1.5, 3.5]


NOTHING = {"on": [], "scaled_copies": False, "spent_generator": False, "hooked": False}


def only_measures(parameters, limit):
    return sum(float(p.grad.abs().square().sum()) for p in parameters) ** 0.5 / limit


def masks_a_clone(parameters, limit):
    for p in parameters:
        clone = p.grad.clone()
        clone[clone > limit] = limit


def scales_one_long_vector(parameters, limit):
    return torch.cat([p.grad.flatten() for p in parameters]) * 0.1


def clips_copied_parameters(parameters, limit):
    torch.nn.utils.clip_grad_norm_(copy.deepcopy(parameters), limit)


def hands_over_gradients(parameters, limit):
    torch.nn.utils.clip_grad_norm_([p.grad for p in parameters], limit)


def wraps_gradients(parameters, limit):
    torch.nn.utils.clip_grad_norm_([torch.nn.Parameter(p.grad) for p in parameters], limit)


def uses_up_a_filter(parameters, limit):
    grads = filter(lambda g: g is not None, [p.grad for p in parameters])
    return [*grads], [*grads]


def leaves_a_hook(parameters, limit):
    parameters[0].register_hook(lambda grad: grad)


@pytest.mark.parametrize(
    ("answer", "evidence"),
    [
        (only_measures, {}),
        (masks_a_clone, {"scaled_copies": True}),
        (scales_one_long_vector, {"scaled_copies": True}),
        (clips_copied_parameters, {"on": ["copies"]}),
        (hands_over_gradients, {"on": ["other-tensors"]}),
        (wraps_gradients, {"on": ["other-tensors"]}),
        (uses_up_a_filter, {"spent_generator": True}),
        (leaves_a_hook, {"hooked": True}),
    ],
)
def test_what_a_watched_case_shows(answer, evidence):
    seen = gradients.run(answer, case(MATRIX, [1.0, -2.0], watched=True))
    assert {key: seen[key] for key in NOTHING} == {**NOTHING, **evidence}
