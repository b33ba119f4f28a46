"""Hints come in three tiers, and never give the answer first."""

import re

import pytest

from autograder import exercises, hint
from autograder.hinting import _hints


@pytest.mark.parametrize("exercise", exercises.ids())
def test_three_tiers_that_do_not_start_with_the_answer(exercise):
    texts = _hints(exercise)
    assert len(texts) == 3
    assert "clip_grad_norm_(" not in texts[0]
    assert "D B E" not in texts[0] + texts[1]


def test_each_call_goes_one_tier_further(capsys):
    for _ in range(4):
        hint("train_step")
    shown = capsys.readouterr().out
    assert re.findall(r"\((\d) of 3\)", shown) == ["1", "2", "3", "3"]
    assert max(map(len, shown.splitlines())) <= 80  # JupyterLab would break longer lines inside words
    hint("train_step", tier=1)
    assert capsys.readouterr().out.startswith("A nudge (1 of 3)")


@pytest.mark.parametrize(
    ("arguments", "words"), [(("nothing",), "There is no exercise"), (("train_step", 7), "three hints")]
)
def test_bad_input_is_one_sentence(capsys, arguments, words):
    hint(*arguments)
    assert words in capsys.readouterr().out
