"""No right spelling is refused, no wrong one passes; written by people who had not seen the checker."""

import pytest

from autograder import authoring, check, exercises
from autograder.judging import judge

from . import right, wrong

# Described by a code of our own, which the author of the spellings did not know.
_OTHER_NAME = {
    "returns_norm_and_loss_swapped": "returns-swapped",
}


@pytest.mark.parametrize("name", right.corpus.rights)
def test_right_spelling_passes(name):
    result = check("train_step", right.corpus.rights[name], strict=False)
    assert result.passed, result.message()


@pytest.mark.parametrize("name", wrong.corpus.wrongs)
def test_wrong_spelling_fails_with_its_misconception(name):
    answer, codes = wrong.corpus.wrongs[name]
    result = check("train_step", answer, strict=False)
    assert not result.passed
    assert result.findings[0].code in (*codes, _OTHER_NAME.get(name))


@pytest.mark.full
@pytest.mark.parametrize("seed", range(8))
def test_verdicts_hold_on_other_challenges(seed):
    task = exercises.get("train_step")
    challenge = task.challenge(seed)
    expected = authoring.expected("train_step", challenge)
    for name, answer in right.corpus.rights.items():
        assert judge(task, task.probe(answer, challenge["given"]), expected).passed, name
    named = 0
    for name, (answer, codes) in wrong.corpus.wrongs.items():
        result = judge(task, task.probe(answer, challenge["given"]), expected)
        assert not result.passed, name
        named += result.findings[0].code in codes
    assert named >= 0.97 * len(wrong.corpus.wrongs)
