"""Comparing trajectories, on toy observations: what counts as the same, and what names a wrong one."""

import copy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.kinds import trajectories
from autograder.kinds.steps import Step

GRADIENT = np.array([3.0, -4.0, 12.0])  # norm 13, one parameter of two entries and one of one
LAYERS = [[[0.0, 0.0], [0.0]]]


def observed(*runs, fault=None, order=("backward", "clip", "step"), **others) -> dict:
    """Observations with these weights after each call of each run, one weight each."""
    calls = [
        [{"weights": [weight], "returned": {"grad_norm": 1.0}, "left": 0.0, **others} for weight in run] for run in runs
    ]
    evidence = {"order": [list(order)], "clips": [], "scaled_copies": False, "foreign": [], "backward_norms": [1.0]}
    return {"runs": [{"calls": run} for run in calls], "fault": fault, "evidence": evidence}


def expected(reference, **mutants) -> dict:
    coded = {name: {"code": name, "observations": observations} for name, observations in mutants.items()}
    return {"given": {"probes": []}, "reference": reference, "mutants": coded}


def judged(seen: dict, reference: dict):
    return trajectories.judge(seen, expected(reference), lambda *_: (["update-code"], False), lambda *_: "returns-code")


# -- the verdict -----------------------------------------------------------------------------------------------------


def test_rounding_is_no_difference():
    assert all(judged(observed([1.0, 2.0]), observed([1.0000001, 2.0000002])).parts.values())


def test_a_difference_of_a_thousandth_of_a_step_is_one():
    verdict = judged(observed([1.0, 2.0]), observed([1.0, 2.001]))
    assert verdict.parts == {"update": False, "returns": True}
    assert [code for code, _, _ in verdict.diagnoses] == ["update-code"]


def test_further_state_has_to_be_right_too():
    assert not judged(observed([1.0], state=[8.0]), observed([1.0], state=[4.0])).parts["update"]
    assert judged(observed([1.0], state=[4.0]), observed([1.0], state=[4.0])).parts["update"]


def test_another_returned_number_is_wrong_and_shown():
    verdict = judged(observed([1.0], returned={"grad_norm": 1.5}), observed([1.0]))
    assert verdict.parts == {"update": True, "returns": False}
    assert verdict.diagnoses == [("returns-code", {"which": "grad_norm", "got": "1.5"}, frozenset({"returns"}))]


def test_where_the_true_number_is_not_finite_anything_may_be_returned():
    reference = observed([1.0], returned={"grad_norm": None})
    assert all(judged(observed([1.0], returned={"other": "None"}), reference).parts.values())


def test_what_is_returned_after_going_astray_is_not_held_against_an_answer():
    seen = observed([1.5, 2.0])
    seen["runs"][0]["calls"][1]["returned"] = {"grad_norm": 9.0}
    assert judged(seen, observed([1.0, 2.0])).parts == {"update": False, "returns": True}


def test_an_exception_is_never_right():
    fault = {"code": "raises", "error": "ValueError", "message": "no"}
    assert judged(observed([1.0], fault=fault), observed([1.0])).parts == {"update": False, "returns": False}


# -- names -----------------------------------------------------------------------------------------------------------


def test_of_mutants_with_the_same_weights_the_nearest_in_everything_else_comes_first():
    other_events = observed([5.0], order=("zero_grad", "backward", "clip", "step"))
    left_gradients = observed([5.0], left=3.0)
    ranked = trajectories.alike(
        observed([5.0]), expected(observed([1.0]), far=left_gradients, near=other_events, no=observed([6.0]))
    )
    assert [mutant["code"] for mutant in ranked] == ["near", "far"]


def test_nearest_counts_only_calls_in_which_something_is_wrong():
    reference = observed([1.0, 2.0], [3.0, 4.0])
    same_in_one_run = observed([1.0, 2.0], [3.5, 4.5])
    seen = observed([1.5, 2.5], [3.5, 4.5])
    assert trajectories.nearest(seen, expected(reference, half=same_in_one_run)) == ("half", 0.5)
    assert trajectories.nearest(seen, expected(reference, right=reference)) == ("unknown", 0.0)


def test_an_exception_is_named_by_the_mutant_that_raises_it_in_the_same_call():
    fault = {"code": "raises", "error": "IndexError", "message": "list index out of range"}
    early, late = observed([], fault=fault), observed([1.0], fault=fault)
    known = expected(observed([1.0]), early=early, late=late)
    assert trajectories.name_exception(copy.deepcopy(late), known) == "late"
    assert trajectories.name_exception(observed([1.0], [2.0], fault=fault), known) is None


def test_an_answer_that_raised_is_compared_as_far_as_it_came():
    fault = {"code": "raises", "error": "IndexError", "message": "list index out of range"}
    known = expected(observed([1.0, 2.0]), wrong=observed([5.0, 6.0]), stops=observed([], fault=fault))
    seen, cut = trajectories.so_far(observed([5.0], fault=fault), known)
    assert [mutant["code"] for mutant in trajectories.alike(seen, cut)] == ["wrong"]
    assert cut["mutants"]["stops"]["observations"]["fault"]


# -- the update and the gradient -------------------------------------------------------------------------------------


def step(used, max_norm=1.0, pieces=None) -> Step:
    """A call that moved by this gradient from weights of zero, with learning rate 0.5."""
    return Step(LAYERS, (-0.5 * np.array(used)).tolist(), 0.5, GRADIENT, max_norm, pieces)


@given(factor=st.floats(0.01, 100))
def test_one_factor_is_found(factor):
    assert step(factor * GRADIENT).factor == pytest.approx(factor)


def test_right_is_the_gradient_cut_to_the_threshold():
    assert step(GRADIENT / 13).is_right
    assert not step(GRADIENT).is_right
    assert step(GRADIENT, max_norm=20.0).is_right


def test_parameters_with_factors_of_their_own():
    seen = step([3.0, -4.0, 6.0])
    assert seen.factor is None
    assert seen.factors == pytest.approx([1, 0.5])
    assert step([3.0, 4.0, 6.0]).factors is None


@given(shares=st.lists(st.floats(-5, 5), min_size=2, max_size=2))
def test_shares_of_the_pieces_are_found(shares):
    pieces = [np.array([1.0, 0.0, 2.0]), np.array([0.0, -3.0, 1.0])]
    used = shares[0] * pieces[0] + shares[1] * pieces[1]
    assert step(used, pieces=pieces).shares == pytest.approx(shares, abs=1e-6)
    assert step(used + np.array([1.0, 1.0, -1.0]), pieces=pieces).shares is None


def test_weights_that_are_lost_tell_nothing():
    assert not Step(LAYERS, [None, 0.0, 0.0], 0.5, GRADIENT, 1.0).known
