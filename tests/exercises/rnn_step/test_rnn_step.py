"""A recurrent network's step: the mistakes of any training step are named here, too."""

import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder import authoring, check, exercises, public
from autograder.exercises.rnn_step.probes import FORM
from autograder.judging import judge
from autograder.probing.training import grad_norm_of
from tests.exercises.train_step.right import corpus as right
from tests.exercises.train_step.wrong import corpus as wrong

TASK = exercises.get("rnn_step")
ANSWERS = authoring.answers_of("rnn_step")

# Their mistake shows in other ways: their own network takes no sequences, or `inputs` has another name here.
_OTHERWISE = {
    "trains_the_global_model": "raises",
    "forwards_through_the_global_model": "raises",
    "takes_the_data_before_the_optimizer": "raises",
    "returns_norm_and_loss_swapped": "returns-swapped",
}


@pytest.mark.parametrize("name", right.rights)
def test_a_right_training_step_is_right_for_sequences(name):
    result = check("rnn_step", right.rights[name], strict=False)
    assert result.passed, result.message()


@pytest.mark.parametrize("name", wrong.wrongs)
def test_a_wrong_training_step_is_wrong_for_sequences_and_named(name):
    answer, codes = wrong.wrongs[name]
    result = check("rnn_step", answer, strict=False)
    assert not result.passed
    assert result.findings[0].code in (*codes, _OTHERWISE.get(name))


@settings(max_examples=3, deadline=None)
@example(seed=3)  # two mutants have a gradient 16 times as long as the true one, although no loss is scaled
@given(seed=st.integers(0, 2**32 - 1))
def test_on_any_challenge_right_passes_and_every_mutant_has_its_code(seed):
    challenge = TASK.challenge(seed)
    expected = authoring.expected("rnn_step", challenge)
    for name, answer in ANSWERS.rights.items():
        assert judge(TASK, TASK.probe(answer, challenge["given"]), expected).passed, name
    for name, mutant in expected["mutants"].items():
        result = judge(TASK, mutant["observations"], expected)
        assert not result.passed, name
        assert result.findings[0].code == ANSWERS.codes[name]


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_thresholds_lie_on_both_sides_of_the_gradient_norms(seed):
    ratios = []
    for probe in TASK.challenge(seed)["given"]["probes"]:
        kept, call = FORM.lasting(probe), probe["calls"][0]
        arguments = FORM.call(call)
        kept["loss_fn"](kept["model"](arguments["sequence"]), arguments["targets"]).backward()
        ratios.append(grad_norm_of(kept["model"]) / call["max_norm"])
    assert min(ratios) < 0.1
    assert max(ratios) > 1000
    assert sum(ratio > 1 for ratio in ratios) == 3
    assert all(math.isfinite(ratio) for ratio in ratios)


def test_a_step_that_reads_a_part_of_the_sequence_is_told_so():
    result = check("rnn_step", ANSWERS.mutants["reads_the_last_steps_only"], strict=False)
    assert "part of the sequence" in result.findings[0].cause
    assert public.expected(TASK)["mutants"]["reads_the_last_steps_only"]["code"] == "wrong-loss"
