"""No right spelling is refused, no wrong one passes; written by people who had not seen the checkers."""

from importlib import import_module
from pathlib import Path

import pytest

from autograder import authoring, check, exercises
from autograder.judging import judge

CORPORA = {
    path.parent.name: tuple(
        import_module(f"tests.exercises.{path.parent.name}.{side}").corpus for side in ("right", "wrong")
    )
    for path in sorted(Path(__file__).parent.glob("*/wrong.py"))
}
RIGHT = [(exercise, name) for exercise, (right, _) in CORPORA.items() for name in right.rights]
WRONG = [(exercise, name) for exercise, (_, wrong) in CORPORA.items() for name in wrong.wrongs]

# Described by a code of our own, which the author of the spellings did not know.
_OTHER_NAME = {
    ("train_step", "returns_norm_and_loss_swapped"): "returns-swapped",
}


@pytest.mark.parametrize(("exercise", "name"), RIGHT)
def test_right_spelling_passes(exercise, name):
    result = check(exercise, CORPORA[exercise][0].rights[name], strict=False)
    assert result.passed, result.message()


@pytest.mark.parametrize(("exercise", "name"), WRONG)
def test_wrong_spelling_fails_with_its_misconception(exercise, name):
    answer, codes = CORPORA[exercise][1].wrongs[name]
    result = check(exercise, answer, strict=False)
    assert not result.passed
    assert result.findings[0].code in (*codes, _OTHER_NAME.get((exercise, name)))


@pytest.mark.full
@pytest.mark.parametrize("exercise", CORPORA)
@pytest.mark.parametrize("seed", range(8))
def test_verdicts_hold_on_other_challenges(exercise, seed):
    right, wrong = CORPORA[exercise]
    task = exercises.get(exercise)
    challenge = task.challenge(seed)
    expected = authoring.expected(exercise, challenge)
    for name, answer in right.rights.items():
        assert judge(task, task.probe(answer, challenge["given"]), expected).passed, name
    named = 0
    for name, (answer, codes) in wrong.wrongs.items():
        result = judge(task, task.probe(answer, challenge["given"]), expected)
        assert not result.passed, name
        named += result.findings[0].code in codes
    assert named >= 0.97 * len(wrong.wrongs)
