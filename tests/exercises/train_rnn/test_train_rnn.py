"""Trained weights are judged by their loss on withheld data, whatever the process that sends them is up to."""

import copy
import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import authoring, exercises, public
from autograder.exercises.train_rnn import memory
from autograder.exercises.train_rnn.budget import BudgetedSGD
from autograder.grading import observations
from autograder.judging import judge
from autograder.probing import recurrent

TASK = exercises.get("train_rnn")
ANSWERS = authoring.answers_of("train_rnn")
REFERENCE = ANSWERS.rights["reference"]
EXPECTED = public.expected(TASK)
SEEDS = (3, 5, 8)


def training(max_norm: float):
    def train(model, optimizer, loss_fn, batches):
        for sequence, targets in batches:
            optimizer.zero_grad()
            loss_fn(model(sequence), targets).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()

    return train


def code(answer, challenge: dict) -> str | None:
    seen = json.loads(json.dumps(TASK.probe(answer, challenge["given"]), allow_nan=False))
    result = judge(TASK, seen, challenge)
    return result.findings[0].code if result.findings else None


def code_of(change) -> str | None:
    """The code that the recorded reference gets when its observations are changed."""
    seen = copy.deepcopy(EXPECTED["reference"])
    change(seen)
    result = judge(TASK, seen, EXPECTED)
    return result.findings[0].code if result.findings else None


# -- the task --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_without_clipping_it_explodes_and_thresholds_about_the_median_reach_the_target(seed):
    challenge = TASK.challenge(seed)
    assert code(training(math.inf), challenge) == "exploded"
    for max_norm in (10.0, 30.0, 60.0):
        assert code(training(max_norm), challenge) is None
    assert code(training(0.1), challenge) == "threshold-too-small"
    assert code(training(1e4), challenge) == "threshold-too-large"


@pytest.mark.full
@pytest.mark.parametrize("seed", range(100, 140))
def test_on_many_challenges(seed):
    challenge = TASK.challenge(seed)
    for name, answer in ANSWERS.rights.items():
        assert code(answer, challenge) is None, name
    for name, answer in ANSWERS.mutants.items():
        assert code(answer, challenge) == ANSWERS.codes[name], name


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_what_is_withheld_is_no_part_of_what_is_given(seed):
    challenge = TASK.challenge(seed)
    assert challenge["withheld"]["seed"] not in (challenge["given"]["batches"], seed)
    assert str(challenge["withheld"]["seed"]) not in json.dumps(challenge["given"])
    assert challenge == TASK.challenge(seed)


def test_an_expectation_has_what_is_withheld_for_the_judge():
    challenge = TASK.challenge(1)
    assert authoring.expected("train_rnn", challenge)["withheld"] == challenge["withheld"]
    assert EXPECTED["withheld"] == TASK.challenge(public.PUBLIC_SEED)["withheld"]
    assert "withheld" not in authoring.expected("loop_order", exercises.get("loop_order").challenge(1))


def test_the_judges_copy_of_the_network_is_the_network():
    given_, rng = TASK.challenge(2)["given"], np.random.default_rng(0)
    model = recurrent.network(given_["layers"], torch.float64)
    inputs, targets = memory.sequences(rng, 20, np.array(given_["mixing"]))
    weights = {name: p.detach().numpy() for name, p in model.named_parameters()}
    theirs = torch.nn.MSELoss()(model(torch.from_numpy(inputs)), torch.from_numpy(targets)).item()
    assert memory.loss(weights, inputs, targets) == pytest.approx(theirs)
    assert {name: w.shape for name, w in weights.items()} == memory.SHAPES
    assert list(memory.SHAPES) == [name for name, _ in model.named_parameters()]


def test_a_network_that_knows_nothing_has_loss_one():
    rng = np.random.default_rng(0)
    nothing = {name: np.zeros(shape) for name, shape in memory.SHAPES.items()}
    assert memory.loss(nothing, *memory.sequences(rng, 20_000, memory.mixing(rng))) == pytest.approx(1, abs=0.05)


# -- what is not training --------------------------------------------------------------------------------------------


def test_weights_that_were_trained_on_another_challenge_are_no_good():
    for seed in SEEDS:
        trained = TASK.probe(REFERENCE, TASK.challenge(seed)["given"])["weights"]
        assert code_of(lambda seen, trained=trained: seen.update(weights=trained)) is not None


def test_the_public_weights_pass_hardly_any_other_challenge():
    arrays = {name: np.array(values) for name, values in EXPECTED["reference"]["weights"].items()}
    passing = 0
    for seed in range(500):
        rng = np.random.default_rng(seed)
        passing += memory.loss(arrays, *memory.sequences(rng, 100, memory.mixing(rng))) <= TASK.TARGET
    assert passing <= 10


def test_weights_loaded_from_elsewhere_are_no_training():
    weights = EXPECTED["reference"]["weights"]

    def loads_them(model, optimizer, loss_fn, batches):
        model.load_state_dict({name: torch.tensor(values) for name, values in weights.items()})
        optimizer.step()

    assert code(loads_them, EXPECTED) == "bypasses-optimizer"


@pytest.mark.parametrize(
    "values",
    [None, [], {}, "1", 1.0, True, [0.0] * 7, [0.0] * 9, [[0.0]] * 8, ["0"] * 8, [True] * 8, [{}] * 8],
    ids=repr,
)
def test_what_is_no_array_of_the_right_shape_is_told_so(values):
    assert code_of(lambda seen: seen["weights"].update({"read_in.bias": values})) == "wrong-shape"


def test_weights_that_are_missing_are_told_so():
    assert code_of(lambda seen: seen["weights"].pop("recur.weight")) == "wrong-shape"
    assert code_of(lambda seen: seen.update(weights=[])) == "wrong-shape"


def test_weights_that_are_not_finite_or_beyond_all_bounds_explode_nothing_here():
    assert code_of(lambda seen: seen["weights"].update({"read_in.bias": [None] * 8})) == "exploded"
    assert code_of(lambda seen: seen["weights"].update({"read_out.bias": [1e308]})) is not None
    assert code_of(lambda seen: seen["weights"].update({"recur.weight": [[1e300] * 8] * 8})) is not None


@pytest.mark.parametrize(
    "forged", [{"only_steps": 1}, {"same_settings": None}, {"steps": TASK.STEPS + 1}, {"steps": 0}], ids=str
)
def test_the_rules_are_kept_or_nothing_passes(forged):
    assert code_of(lambda seen: seen.update(forged)) is not None


def test_observations_are_small_and_pass_the_graders_own_gate():
    sent = json.dumps(TASK.probe(REFERENCE, EXPECTED["given"]), allow_nan=False)
    assert len(sent) < 20_000
    seen = observations.fit(observations.read(sent), TASK, EXPECTED)
    observations.require_whole(seen, EXPECTED)
    assert judge(TASK, seen, EXPECTED).passed


# -- the budget ------------------------------------------------------------------------------------------------------


def noted(use) -> dict:
    model = torch.nn.Linear(2, 1)
    optimizer = BudgetedSGD(model.parameters(), 0.1)
    for p in model.parameters():
        p.grad = torch.ones_like(p)
    use(model, optimizer)
    return optimizer.noted()


def test_steps_are_counted_and_measured():
    seen = noted(lambda model, optimizer: [optimizer.step(), optimizer.step(lambda: None)])
    assert (seen["steps"], seen["only_steps"], seen["same_settings"]) == (2, True, True)
    assert seen["evidence"]["used"] == pytest.approx([math.sqrt(3)] * 2, rel=1e-5)


def test_weights_that_move_without_a_step_are_noticed():
    for when in ("before", "after"):

        def use(model, optimizer, when=when):
            if when == "after":
                optimizer.step()
            model.bias.data += 1
            if when == "before":
                optimizer.step()

        assert noted(use)["only_steps"] is False


def test_changed_settings_are_noticed():
    for name, value in {"lr": 0.05, "momentum": 0.9, "weight_decay": 0.1}.items():
        assert noted(lambda _, optimizer: optimizer.param_groups[0].update({name: value}))["same_settings"] is False  # noqa: B023
