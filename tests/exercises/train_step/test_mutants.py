"""Every mutant fails with exactly its own code first, on any challenge; and what tells pairs of them apart."""

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import authoring, exercises, public
from autograder.judging import catalogue, judge
from autograder.kinds.trajectories import same_weights

TASK = exercises.get("train_step")
ANSWERS = authoring.answers_of("train_step")

# The course's table of misconceptions of a training step. All of them can occur in this exercise.
TABLE = """
clip-missing clip-after-step clip-before-backward zero-grad-before-step missing-zero-grad missing-step missing-backward
step-before-backward detached-loss double-backward double-step clip-misses-parameters clip-wrong-tensors
exhausted-generator clip-not-in-place clip-per-parameter clip-by-value wrong-norm wrong-threshold always-rescales
inverted-condition clips-twice clips-weights clips-loss clips-activations clips-update clip-each-micro-batch
clip-per-example skips-large-steps gradient-ascent missing-unscale ignores-arguments returns-clipped-norm
not-implemented raises
"""
# Said of any answer that matches nothing, so no mutant can have it; a value that is no function has no mutant function.
WITHOUT_MUTANT = {"unknown", "not-a-function"}


def recorded() -> dict:
    return public.expected(TASK)


@pytest.mark.parametrize("name", ANSWERS.mutants)
def test_mutant_fails_with_its_own_code_first(name):
    result = judge(TASK, recorded()["mutants"][name]["observations"], recorded())
    assert not result.passed
    assert result.findings[0].code == ANSWERS.codes[name]


def test_every_code_has_a_mutant_and_a_text():
    texts = set(catalogue(TASK.MISCONCEPTIONS))
    assert set(ANSWERS.codes.values()) >= set(TABLE.split())
    assert set(ANSWERS.codes.values()) == texts - WITHOUT_MUTANT


def test_every_text_says_what_happened_why_and_what_to_try():
    for entry in catalogue(TASK.MISCONCEPTIONS).values():
        assert min(map(len, (entry.title, entry.symptom, entry.cause, entry.next_action, entry.lesson))) > 10, (
            entry.code
        )
        assert "clip_grad_norm_(model.parameters(), max_norm)" not in entry.symptom + entry.cause + entry.next_action


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_on_any_challenge_right_passes_and_every_mutant_has_its_code(seed):
    challenge = TASK.challenge(seed)
    expected = authoring.expected("train_step", challenge)
    for name, answer in ANSWERS.rights.items():
        observed = json.loads(json.dumps(TASK.probe(answer, challenge["given"])))
        assert judge(TASK, observed, expected).passed, name
    for name, mutant in expected["mutants"].items():
        result = judge(TASK, mutant["observations"], expected)
        assert not result.passed, name
        assert result.findings[0].code == ANSWERS.codes[name]


def test_matrix_of_what_tells_mutants_apart(capsys):
    """Each pair of mutants with different codes differs in something that is observed; prints by what how many do."""
    told_by: dict[str, int] = {}
    for (a, one), (b, other) in itertools.combinations(recorded()["mutants"].items(), 2):
        if one["code"] != other["code"]:
            by = _first_difference(one["observations"], other["observations"])
            assert by, f"{a} and {b} look the same"
            told_by[by] = told_by.get(by, 0) + 1
    with capsys.disabled():
        print(
            "\npairs of mutants told apart by:",
            ", ".join(f"{by} {n}" for by, n in sorted(told_by.items(), key=lambda x: -x[1])),
        )
    assert told_by["weights"] + told_by["exception"] > 0.9 * sum(told_by.values())


def _first_difference(one: dict, other: dict) -> str | None:
    if one["fault"] != other["fault"]:
        return "exception"
    if not same_weights(one, other):
        return "weights"
    calls = [[c for run in seen["runs"] for c in run["calls"]] for seen in (one, other)]
    for key in ("returned", "left"):
        if [c[key] for c in calls[0]] != [c[key] for c in calls[1]]:
            return {"returned": "returned values", "left": "gradients left behind"}[key]
    return next((f"events ({key})" for key in one["evidence"] if one["evidence"][key] != other["evidence"][key]), None)
