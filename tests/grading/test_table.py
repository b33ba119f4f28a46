"""The table in the terminal, however long a name is and however narrow the terminal."""

import pytest
from rich.console import Console

from autograder.grading.class_run import ClassRun
from autograder.grading.records import Outcome, Row
from autograder.grading.table import show

WRONG = {"train_step": Outcome(False, "not-implemented", "Not answered yet", protected=True)}


@pytest.mark.parametrize("width", [20, 80])
@pytest.mark.parametrize("name", ["a" * 120, "alice"])
def test_nothing_is_cut_off(name, width):
    console = Console(record=True, width=width)
    show(ClassRun([Row(name, 16.25, 20, True, WRONG)]), console)
    lines = [[part.strip() for part in line.split("│")[1:-1]] for line in console.export_text().splitlines()]
    student, points, misunderstood = ("".join(column) for column in zip(*filter(None, lines), strict=True))
    assert student == name
    assert points == "16.25 of 20*"
    assert misunderstood.replace(" ", "") == "train_step:Notansweredyet(not-implemented)"
