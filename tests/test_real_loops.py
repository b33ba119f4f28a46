"""Assignment 4: what its cells show is what its text says."""

import contextlib
import io
import re

import pytest
import torch

from .course import ROOT, read

CELLS = {cell.id: cell.source for cell in read(ROOT / "source" / "a4_real_loops").cells}


def run(*cell_ids: str, names: dict | None = None) -> str:
    """Run cells in these globals, and return what they print."""
    names = {"torch": torch} if names is None else names
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        for cell_id in cell_ids:
            exec(CELLS[cell_id], names)
    return shown.getvalue()


def test_the_accumulated_gradient_is_as_worked_out():
    assert "= 4 |" in CELLS["worked-accumulation"]
    assert "= −36 |" in CELLS["worked-accumulation"]
    shown = re.findall(r"w = (\S+) +w.grad = (\S+)", run("worked_accumulation"))
    assert shown == [("2.00", "None"), ("2.00", "2.00"), ("2.00", "-16.00"), ("2.00", "-8.00"), ("2.08", "-8.00")]


def test_a_missing_division_shows_in_the_norm_always_and_in_the_weight_only_when_the_mean_is_not_clipped():
    shown = run("worked_accumulation", "faded-accumulation-observe")
    assert re.findall(r"returned (\S+)", shown) == ["16.00", "32.00", "32.00", "16.00"]
    assert re.findall(r"step +w = (\S+)", shown) == ["2.08", "2.08", "2.20", "2.16"]


def test_the_table_of_the_scaler():
    rows = [line[42:].split() for line in run("worked_scaler").splitlines()[2:]]
    assert rows == [
        ["144", "36", "1.640000", "4"],
        ["2,359,296", "36", "1.640000", "65,536"],
        ["2,359,296", f"{1 / 65536:.7g}", "2.000000", "65,536"],
        ["inf", "inf", "2.000000", "32,768"],
    ]


def test_what_two_groups_show():
    rows = [re.findall(r"[\d.]+", line[26:]) for line in run("worked_groups").splitlines()]
    assert rows == [["30.0000", "0.5000", "0"], ["0.9999", "0.0167", "0"], ["1.0000", "0.5000", "26"]]


def test_no_good_entry_survives_a_broken_one():
    shown = re.findall(r"after clipping \[(.*)\]", run("worked_guard"))
    assert shown == ["0.0, nan, 0.0, 0.0", "nan, nan, nan, nan"]


def test_the_cut_keeps_the_value_and_not_the_gradient():
    assert re.findall(r"state (\d+),? +gradient (\d+)", run("worked_detach", "faded-detach-observe")) == [
        ("4", "4"),
        ("4", "2"),
        ("8", "4"),
    ]


@pytest.fixture(scope="module")
def demo() -> dict:
    names = {"torch": torch}
    run("train_tbptt", "demo-run", names=names)
    return names


@pytest.mark.parametrize(("seed", "comes_through"), [(0, False), (1, True), (2, False)])
def test_the_demonstration_shows_what_is_said_of_it(demo, seed, comes_through):
    with contextlib.redirect_stdout(io.StringIO()):
        norms, loss = demo["run"](5.0, seed, 0.2)
        free_norms, free_loss = demo["run"](1e30, seed, 0.2)
    assert len(norms) == 40
    assert 1 <= sum(norm > 5 for norm in norms) <= 4
    assert loss < 0.03
    assert (free_loss < 0.03) == comes_through == all(norm < 1e6 for norm in free_norms)


def test_clipping_is_no_cure_for_a_learning_rate_that_is_too_high(demo):
    norms, loss = demo["run"](5.0, 0, 0.5)
    assert all(norm < 1e6 for norm in norms)
    assert loss > 0.6
    time = torch.arange(1000)
    assert 0.55 < (torch.sin(time / 4) + 0.5 * torch.sin(time / 11)).square().mean() < 0.65


def test_the_demonstration_waits_for_an_answer_that_works():
    names = {"torch": torch}
    exec("def train_tbptt(*arguments, **named):\n    raise NotImplementedError()", names)
    assert "run this cell again" in run("demo-run", names=names)
    exec("def train_tbptt(*arguments, **named):\n    return None", names)
    assert "run this cell again" in run("demo-run", names=names)
