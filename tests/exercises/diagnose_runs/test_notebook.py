"""What the assignment says about the runs is in them."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.exercises.diagnose_runs import task
from autograder.exercises.diagnose_runs.solutions import FIXES, RUNS, calm_norm, ends_at
from autograder.learning.markup import number
from autograder.learning.runs import COLUMNS, recorded
from tests.course import read

SOURCE = Path(__file__).parents[3] / "source" / "a5_diagnose"
CELLS = {cell.id: cell.source for cell in read(SOURCE).cells}


@pytest.mark.parametrize(
    ("cell", "name"),
    [("instrument", "healthy"), ("instrument-explained", "healthy"), ("worked-explained", "worked"),
     ("faded-gaps", "faded")],
)  # fmt: skip
def test_the_numbers_in_the_text_are_those_of_the_run(cell, name):
    run = recorded()[name]
    first = {number(run.log[column][step]) for column in COLUMNS for step in range(3)}
    first |= {number(run.max_norm), number(run.scale)} if run.max_norm else set()
    decimals = set(re.findall(r"\d+\.\d+(?:×10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?|\d+,\d{3}", CELLS[cell]))
    assert decimals
    assert decimals <= first


def test_what_the_worked_diagnosis_computes_is_right():
    run = recorded()["worked"]
    for own, norm, used, back, front in zip(
        *(run.log[c] for c in ("own", "norm", "used", "back", "front")), strict=True
    ):
        assert norm == pytest.approx(run.scale * own, rel=1e-3)
        assert used == pytest.approx(run.max_norm / run.scale, rel=1e-3)
        assert 6.5 < back / front < 7.5
    assert run.clipped == len(run.steps) == 120


def test_what_the_faded_diagnosis_says_is_right():
    run = recorded()["faded"]
    assert run.log["loss"][0] > run.log["loss"][1] > run.log["loss"][2]
    assert run.log["norm"] == run.log["used"]
    assert 0.95 < run.log["norm"][1] / (run.log["own"][0] + run.log["own"][1]) < 1
    assert CELLS["faded-gaps"].split("<details>")[0].count("☐") == 7


def test_the_lists_have_the_options_that_are_asked_for():
    causes, fixes = CELLS["options"].split("And these are the fixes")
    assert "".join(re.findall(r"^\| \*\*(\w)\*\* \|", causes, re.MULTILINE)) == task.CAUSES
    assert "".join(re.findall(r"^\| \*\*(\w)\*\* \|", fixes, re.MULTILINE)) == task.FIXES
    for run in range(1, 7):
        assert "".join(re.findall(r"^(\d)\. ", CELLS[f"run-{run}-reasons"], re.MULTILINE)) == task.REASONS


def test_the_mark_scheme_says_what_comes_out():
    scheme = CELLS["explain_clipping"]
    run = RUNS["run_1"]
    assert "`max_norm` = 1.2" in scheme
    assert 1.1 < calm_norm(run) < 1.3
    assert f"is {ends_at(replace(run, max_norm=1.2)):.2f} instead of" in scheme
    assert f"instead of\n  {ends_at(run) / 1000:.0f},000" in scheme
    assert f"have a mean loss of {ends_at(FIXES['A'](run)):.2f}" in scheme
    assert f"going to {number(recorded()['run_1'].log['used'][-1])}" in scheme
