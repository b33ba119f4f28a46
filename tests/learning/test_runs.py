import math
import re
from itertools import pairwise

import pytest
from matplotlib.colors import to_rgb

from autograder.learning import runs
from autograder.learning.runs import COLUMNS, Run, described, recorded, show_run, telling_steps

NAMES = ["healthy", "worked", "faded", *(f"run_{n}" for n in range(1, 7))]


def made_up(norms, losses=None, max_norm=None):
    log = {column: list(norms) for column in COLUMNS} | {"loss": list(losses or norms)}
    return Run("made up", "a network", max_norm, None, log)


@pytest.mark.parametrize("name", NAMES)
def test_a_run_is_facts_a_figure_with_words_and_numbers_and_a_table(shown, name):
    show_run(name)
    (facts, _), (figure, alt), (table, plain) = shown
    for fact in ("network", "optimizer", "clipping", "loss scaling", "recorded"):
        assert f"<b>{fact}</b>" in facts
    assert alt == f"[Figure] {described(recorded()[name])}"
    assert figure.count("<tr>") == len(recorded()[name].steps) + 1  # every step, behind the disclosure
    for column in ("step", *COLUMNS):
        assert f'<th scope="col">{column}</th>' in table
        assert column in plain.splitlines()[0]
    assert table.count("<tr>") == len(plain.splitlines()) < 25


def test_what_is_shown_does_not_name_the_trouble(shown):
    for name in NAMES:
        show_run(name)
    said = re.sub(r"base64,[^\"]+", "", " ".join(html + plain for html, plain in shown)).lower()
    for word in ("explo", "vanish", "learning rate is", "bad", "broken", "late", "unscale", "zero_grad", "cause"):
        assert word not in said, word


@pytest.mark.parametrize("name", ["run_7", "", "Run 1", None, 3, ["run_1"]])
def test_a_run_that_is_not_there_gets_a_sentence(shown, capsys, name):
    show_run(name)
    assert not shown
    said = capsys.readouterr().out
    assert said.startswith(f"There is no run {name!r}. The runs are: ")
    assert "run_6" in said


def test_facts_count_what_is_above_the_threshold_and_say_when_the_loss_is_lost():
    facts = made_up([1.0, 2.0, 4.0, math.nan], [1.0, 1.0, math.inf, math.nan], max_norm=1.5).facts()
    assert facts["clipping"] == "by norm, max_norm 1.5 (2 of 4 logged norms are above it)"
    assert facts["recorded"] == "4 steps; the loss is not finite from step 3 on"
    assert made_up([1.0, 2.0]).facts()["clipping"] == "none"


def test_the_words_give_the_ends_and_the_extremes_of_each_line():
    words = described(made_up([3.0, 5.0, 0.5, 2.0], max_norm=1.5))
    for column in COLUMNS:
        assert f"{column}: 3 at step 1, 2 at step 4, lowest 0.5 at step 3, highest 5 at step 2." in words
    assert "max_norm, 1.5" in words
    assert "not finite" not in words
    lost = described(made_up([3.0, 5.0, math.inf, math.nan]))
    assert "loss: 3 at step 1, 5 at step 2" in lost
    assert "From step 3 on the loss is not finite." in lost


def test_the_table_has_the_first_steps_the_last_ones_and_those_around_the_trouble():
    norms = [1.0] * 100
    norms[41] = 50.0
    assert {1, 2, 3, 40, 41, 42, 43, 99, 100} <= set(telling_steps(made_up(norms)))
    norms[70:] = [math.nan] * 30
    steps = telling_steps(made_up(norms))
    assert {69, 70, 71} <= set(steps)
    assert max(steps) == 71 or max(steps) == 72
    assert telling_steps(made_up([1.0])) == [1]


def test_lines_of_a_panel_can_be_told_apart_in_grey():
    """By their lightness, where they are apart, and by their width, where they lie upon each other."""
    for looks in runs._LINES.values():
        widths = [width for width, _ in looks]
        greys = [sum(w * c for w, c in zip((0.299, 0.587, 0.114), to_rgb(colour), strict=True)) for _, colour in looks]
        assert widths == sorted(widths, reverse=True)
        assert all(a - b > 0.25 for a, b in pairwise(greys))
        assert all(a > 1.8 * b for a, b in pairwise(widths))


@pytest.mark.parametrize("name", NAMES)
def test_each_panel_shows_its_lines_and_the_threshold_where_there_is_one(name):
    run = recorded()[name]
    panels = runs._figure(run).axes
    labels = [
        {line.get_label() for line in axes.get_lines() if not line.get_label().startswith("_")} for axes in panels
    ]
    loss = {"loss", "not finite"} if run.lost else {"loss"}
    moved = {"norm", "used", "left", "max_norm"} if run.max_norm else {"norm", "used", "left"}
    assert labels == [loss, {"norm", "own"}, moved, {"back", "front"}]
    for axes in panels:
        assert axes.get_yscale() == "log"
        low, high = axes.get_ylim()
        assert high / low < 1e14  # a last number beyond all bounds leaves the calm part readable
