"""Too much output is cut while it is produced, and an error in it is not lost."""

import time

import pytest

from autograder.grading import output

from .kernels import RIGHT, UPDATE, grade, locked_test

pytestmark = pytest.mark.slow


def printed(cell) -> str:
    return "".join(one.get("text", "") for one in cell.outputs)


def test_endless_output_is_cut_and_the_cells_after_it_count(tmp_path, secret_challenge):
    start = time.monotonic()
    graded = grade(tmp_path, secret_challenge, "while True:\n    print('x' * 1000)", RIGHT, UPDATE, timeout=5)
    assert time.monotonic() - start < 40
    text = printed(graded.notebook.cells[0])
    assert output.CUT in text
    assert len(text) < 1.1 * output.CELL
    assert graded.scores == {"update": 1}


def test_one_huge_line_is_cut(tmp_path, secret_challenge):
    graded = grade(tmp_path, secret_challenge, "print('x' * 50_000_000)", RIGHT, UPDATE)
    text = printed(graded.notebook.cells[0])
    assert text.startswith("x" * 900_000)
    assert text.endswith(output.CUT)
    assert len(text) < 1.1 * output.CELL
    assert graded.scores == {"update": 1}


def test_all_cells_together_have_a_limit(tmp_path, secret_challenge):
    graded = grade(tmp_path, secret_challenge, *["print('x' * 900_000)"] * 8, RIGHT, UPDATE)
    assert sum(len(printed(cell)) for cell in graded.notebook.cells) < 1.1 * output.NOTEBOOK
    assert graded.scores == {"update": 1}


def test_an_error_after_much_output_still_costs_the_points(tmp_path, secret_challenge):
    own_test = locked_test("own", "print('x' * 3_000_000)\nassert False, 'y' * 3_000_000")
    graded = grade(tmp_path, secret_challenge, own_test)
    assert graded.scores == {"own": 0}
    assert len(str(graded.cell("own").outputs)) < 2.5 * output.CELL


def test_ordinary_output_stays_as_it_is(tmp_path, secret_challenge):
    graded = grade(tmp_path, secret_challenge, "for i in range(1000):\n    print(i)\n7")
    assert printed(graded.notebook.cells[0]) == "".join(f"{i}\n" for i in range(1000))
    assert graded.notebook.cells[0].outputs[-1].data["text/plain"] == "7"
