"""The four logs are what the recorder makes, and show what the key says of them."""

import math
from statistics import median

import pytest

from autograder.exercises.first_alarm import solutions as alarm
from autograder.exercises.read_log.solutions import record
from autograder.exercises.read_log.task import LOGS


def column(run: str, name: str) -> list[float]:
    return [float(row[name]) for row in LOGS[run]]


def test_the_logs_are_recorded_as_they_are_now():
    again = record()
    assert {run: len(log) for run, log in again.items()} == {run: len(log) for run, log in LOGS.items()}
    for run in LOGS:
        for row, now in zip(LOGS[run][:60], again[run][:60], strict=True):  # later, rounding has grown
            assert [float(row[n]) for n in ("loss", "norm")] == pytest.approx(
                [now[n] for n in ("loss", "norm")], rel=0.02
            )


def test_run_a_grows_from_the_start_and_run_c_out_of_a_calm_run():
    assert column("A", "loss")[9] > 10 * column("A", "loss")[0]
    assert all(math.isfinite(loss) for loss in column("A", "loss"))
    calm, end = column("C", "norm")[:70], column("C", "norm")[85:]
    assert max(calm) < 10 * median(calm)
    assert end[0] > 100 * median(calm)
    assert math.isnan(column("C", "loss")[-1])


def test_run_b_stands_still_for_want_of_a_gradient_and_run_d_learns():
    assert max(column("B", "norm")) < 1e-9
    assert median(column("B", "loss")[-20:]) > 0.8 * median(column("B", "loss")[:20])
    assert max(column("D", "loss")[-20:]) < 0.02 < 1 < column("D", "loss")[0]


def test_the_alarm_comes_well_before_the_end():
    assert alarm.answers.rights["reference"] == {"alarm_step": 71, "steps_of_warning": 17}
