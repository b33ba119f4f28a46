"""What assignment 6 tells and shows about its network is true of it, and of the one that the exercise judges."""

import contextlib
import inspect
import io
import math
import re
import statistics

import pytest

from autograder.exercises.train_rnn import memory, task
from autograder.probing import recurrent
from tests.course import ROOT, read

NOTEBOOK = read(ROOT / "source" / "a6_capstone")
CELLS = {cell.id: cell.source for cell in NOTEBOOK.cells}


@pytest.fixture(scope="module")
def names() -> dict:
    found: dict = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in ("setup", "network", "rnn_step"):
            exec(CELLS[cell], found)
    return found


def train(names: dict, learning_rate: float, max_norm: float, batches: list) -> tuple[list[float], float]:
    """The norms of a run, and its loss on new sequences."""
    model, optimizer, loss_fn = names["fresh_start"](learning_rate)
    norms = [names["rnn_step"](model, optimizer, loss_fn, *batch, max_norm)[1] for batch in batches]
    ((sequences, targets),) = names["make_batches"](4, 1, size=500)
    return norms, loss_fn(model(sequences), targets).item()


def test_the_network_shown_is_the_one_that_is_judged(names):
    assert inspect.getsource(recurrent.LinearRNN).rstrip() in CELLS["network"]
    for name in ("LENGTH", "FEATURES", "UNITS", "BATCH"):
        assert names[name] == getattr(memory, name)
    for name in ("STEPS", "LEARNING_RATE", "TARGET"):
        assert names[name] == getattr(task, name)
    model, _, _ = names["fresh_start"](1.0)
    assert model.recur.weight.norm(2).item() == pytest.approx(memory.GAIN * math.sqrt(memory.UNITS), rel=1e-5)


def test_the_sequences_shown_hold_their_number_in_the_first_step_only(names):
    ((sequences, targets),) = names["make_batches"](1, 1, size=50)
    assert sequences.shape == (50, memory.LENGTH, memory.FEATURES)
    assert sequences[:, 0].norm(dim=1).tolist() == pytest.approx(targets.abs().tolist(), rel=1e-4)
    assert (sequences[:, 1:] @ sequences[0, 0]).abs().max() < 1e-4


def test_the_log_is_the_one_that_the_mark_scheme_tells(names):
    norms, _ = train(names, 1e-4, math.inf, names["make_batches"](2, 100))
    (shown,) = re.findall(r"median is about\s+(\S+) and its largest norm about\s+(\S+);", CELLS["explain_threshold"])
    median, largest = (float(number.replace(",", "")) for number in shown)
    assert statistics.median(norms) == pytest.approx(median, rel=0.05)
    assert max(norms) == pytest.approx(largest, rel=0.05)
    assert norms.index(max(norms)) == 0


def test_thresholds_of_the_size_of_the_median_do_it_and_others_do_not(names):
    batches, target = names["make_batches"](3, task.STEPS), task.TARGET
    for max_norm in (5.5, 11.0, 33.0, 110.0):
        assert train(names, task.LEARNING_RATE, max_norm, batches)[1] < target / 4
    assert train(names, task.LEARNING_RATE, 0.11, batches)[1] > 10
    assert not train(names, task.LEARNING_RATE, 11_000.0, batches)[1] < 1e6
    assert not train(names, task.LEARNING_RATE, math.inf, batches)[1] < 1e6


def test_the_worked_example_shows_what_is_told_of_it(names):
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        exec(CELLS["log_tools"], names)
        for cell in ("worked_measure", "worked_choose", "worked-observe"):
            exec(CELLS[cell].replace("show_log(worked_log)", ""), names)
    shares = [float(share) for share in re.findall(r"clips\s+(\S+)%", shown.getvalue())]
    ends = [float(end) for end in re.findall(r"ends (\S+) away", shown.getvalue())]
    assert shares[0] == 100
    assert shares[1] == 50
    assert 0 < shares[3] < shares[2] < 15
    tiny, median, twice, fifty, none = ends
    assert max(median, twice) < 0.2
    assert 1.5 < fifty < none
    assert 2 < tiny < 2.3


def test_a_log_that_is_empty_or_not_finite_draws_what_there_is(names, capsys):
    exec(CELLS["log_tools"], names)
    names["show_log"]([])
    names["show_log"]([math.nan])
    names["show_log"]([1.0, 3.0, math.inf], 2.0)
    said = capsys.readouterr().out
    assert said.count("There are no finite norms") == 2
    assert "3 norms: median 2, largest 3. 1 of them are not finite. 66.7% are above the threshold 2." in said
