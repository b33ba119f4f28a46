"""What is particular to the step over micro-batches: what its probes hold, and what they tell apart."""

import time

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import authoring, check, exercises
from autograder.judging import annotated, catalogue, judge

TASK = exercises.get("train_step_accumulated")
ANSWERS = authoring.answers_of("train_step_accumulated")

# The course's table of misconceptions of this exercise.
TABLE = """
missing-division divides-twice wrong-divisor divides-after-clipping clip-each-micro-batch step-each-micro-batch
zero-each-micro-batch missing-zero-grad zero-grad-before-step missing-clip clip-after-step clip-before-backward
missing-step double-step missing-backward misses-micro-batches counts-micro-batches-twice hard-coded-number
mixed-up-pairs wrong-threshold clip-per-parameter clip-by-value misses-parameters clips-loss skips-large-steps
averages-weights wrong-return-value always-rescales gradient-ascent weighted-mean
"""


def calls_of(challenge: dict) -> list[dict]:
    return [call for probe in annotated(challenge)["given"]["probes"] for call in probe["calls"]]


def norms_of(call: dict) -> tuple[float, list[float]]:
    """The norm of the mean gradient, and those of the micro-batches' gradients."""
    gradients = np.array(call["gradients"])
    return float(np.linalg.norm(gradients.mean(axis=0))), [float(np.linalg.norm(g)) for g in gradients]


def observed_and_judged(answer, challenge: dict, expected: dict):
    return judge(TASK, TASK.probe(answer, challenge["given"]), expected)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_on_any_challenge_norms_and_thresholds_lie_where_they_tell_something(seed):
    challenge = TASK.challenge(seed)
    calls = calls_of(challenge)
    later = [call for probe in challenge["given"]["probes"] for call in probe["calls"][1:]]
    assert {len(call["micro_batches"]) for call in later} == {1, 2, 3, 4, 5, 7, 9}
    kinds = set()
    for call in calls:
        norm, pieces = norms_of(call)
        total = norm * len(pieces)
        assert 0.01 < norm < 1000
        assert 0.01 < call["max_norm"] < 1000
        assert abs(norm / call["max_norm"] - 1) > 0.05
        kinds.add("mean above" if norm > call["max_norm"] else "sum above" if total > call["max_norm"] else "below")
        if norm < call["max_norm"] < max(pieces):
            kinds.add("only pieces above")
    assert kinds == {"mean above", "sum above", "below", "only pieces above"}


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_gradients_in_a_probe_are_those_that_the_reference_follows(seed):
    """In the first call of each probe the reference moves the weights by the clipped mean of the gradients given."""
    challenge = TASK.challenge(seed)
    runs = TASK.probe(ANSWERS.rights["reference"], challenge["given"])["runs"]
    for probe, run in zip(annotated(challenge)["given"]["probes"], runs, strict=True):
        call = probe["calls"][0]
        start = np.concatenate([np.ravel(tensor) for layer in probe["layers"] for tensor in layer])
        norm, _ = norms_of(call)
        step = probe["lr"] * min(1, call["max_norm"] / norm) * np.mean(call["gradients"], axis=0)
        assert run["calls"][0]["weights"] == pytest.approx(start - step, abs=2e-6)
        assert run["calls"][0]["returned"]["grad_norm"] == pytest.approx(norm, rel=1e-4)


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_small_deviation_does_not_grow_from_call_to_call(seed):
    """Otherwise rounding in a right spelling (a second clip, say) could end beyond the tolerance."""
    moved = []

    def moves_a_little(model, *arguments):
        norm = ANSWERS.rights["reference"](model, *arguments)
        if not any(model is other for other in moved):
            moved.append(model)
            with torch.no_grad():
                for p in model.parameters():
                    p += 1e-4 * torch.sign(p)
        return norm

    given_probes = TASK.challenge(seed)["given"]
    right, off = (TASK.probe(answer, given_probes)["runs"] for answer in (ANSWERS.rights["reference"], moves_a_little))
    for run, its in zip(right, off, strict=True):
        pairs = zip(run["calls"], its["calls"], strict=True)
        deviations = [np.linalg.norm(np.subtract(a["weights"], b["weights"])) for a, b in pairs]
        assert max(deviations) < 5 * deviations[0]


def test_every_code_of_the_table_has_a_text_and_a_mutant():
    assert set(TABLE.split()) <= set(ANSWERS.codes.values())
    assert set(ANSWERS.codes.values()) <= set(catalogue(TASK.MISCONCEPTIONS))


@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_on_any_challenge_right_passes_and_every_mutant_has_its_code(seed):
    challenge = TASK.challenge(seed)
    expected = authoring.expected("train_step_accumulated", challenge)
    for name, answer in ANSWERS.rights.items():
        assert observed_and_judged(answer, challenge, expected).passed, name
    for name, mutant in expected["mutants"].items():
        result = judge(TASK, mutant["observations"], expected)
        assert not result.passed, name
        assert result.findings[0].code == ANSWERS.codes[name], name


def step_over(micro_batches, model, optimizer, loss_fn, max_norm, divisor):
    """A step whose summed gradient is divided by a number."""
    optimizer.zero_grad()
    for inputs, targets in micro_batches:
        (loss_fn(model(inputs), targets) / divisor).backward()
    total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
    optimizer.step()
    return total


@settings(max_examples=10, deadline=None)
@given(number=st.integers(1, 12))
def test_no_fixed_number_of_micro_batches_passes(number):
    def answer(model, optimizer, loss_fn, micro_batches, max_norm):
        return step_over(micro_batches, model, optimizer, loss_fn, max_norm, number)

    result = check("train_step_accumulated", answer, strict=False)
    assert result.parts == {"update": False, "returns": False}


@settings(max_examples=10, deadline=None)
@given(number=st.sampled_from([1, 2, 3, 4, 5, 7, 9]), mistake=st.sampled_from(["forgets to divide", "keeps gradients"]))
def test_a_mistake_with_one_number_of_micro_batches_only_does_not_pass(number, mistake):
    def answer(model, optimizer, loss_fn, micro_batches, max_norm):
        n, at_fault = len(micro_batches), len(micro_batches) == number
        if not (mistake == "keeps gradients" and at_fault):
            optimizer.zero_grad()
        for inputs, targets in micro_batches:
            (loss_fn(model(inputs), targets) / (1 if mistake == "forgets to divide" and at_fault else n)).backward()
        total = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        return total

    harmless = mistake == "forgets to divide" and number == 1
    assert check("train_step_accumulated", answer, strict=False).passed == harmless


def test_parts_are_judged_on_their_own():
    name = "returns_the_clipped_norm"
    assert check("train_step_accumulated", ANSWERS.mutants[name], part="update", strict=False).passed
    assert not check("train_step_accumulated", ANSWERS.mutants[name], part="returns", strict=False).passed


@pytest.mark.parametrize(
    ("answer", "code"), [(None, "not-a-function"), (3.5, "not-a-function"), (lambda model: None, "wrong-signature")]
)
def test_what_is_no_such_function_gets_its_own_sentence(answer, code):
    result = check("train_step_accumulated", answer, strict=False)
    assert [finding.code for finding in result.findings] == [code]
    assert "…" not in result.message()


def test_an_exception_shows_the_line_and_names_what_was_wrong_before_it():
    def answer(model, optimizer, loss_fn, micro_batches, max_norm):
        optimizer.zero_grad()
        for inputs, targets in micro_batches:
            loss_fn(model(inputs), targets).backward()
        total = sum(p.grad.norm() ** 2 for p in model.parameters()) ** 0.5
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        return total

    codes = [finding.code for finding in check("train_step_accumulated", answer, strict=False).findings]
    assert codes[0] == "missing-division"
    assert codes[-1] == "raises"


def test_the_timeline_is_short_enough_to_read():
    result = check("train_step_accumulated", ANSWERS.rights["reference"], strict=False)
    order = [event["event"] for event in result.trace]
    assert order == ["zero_grad", "forward", "backward", "forward", "backward", "clip", "step"]


def test_a_check_takes_a_moment():
    answer = ANSWERS.rights["reference"]
    check("train_step_accumulated", answer, strict=False)
    times = []
    for _ in range(5):
        began = time.process_time()
        check("train_step_accumulated", answer, strict=False)
        times.append(time.process_time() - began)
    assert min(times) < 0.2  # 0.03 on an idle machine
