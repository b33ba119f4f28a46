"""Too much output is cut while it is produced, and an error in it is not lost."""

import time

import nbformat
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


SEND = """
kernel = get_ipython().kernel
def send(kind, **content):
    kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())
def show(thing, kind="display_data", **transient):
    send(kind, data={"application/json": thing}, metadata={}, transient=transient)
"""
SMALL_ONES = "for _ in range(100): show('x', display_id='same')\n"
WIDGETS = """
state = {"_model_module": "@jupyter-widgets/output", "_model_name": "OutputModel", "outputs": [], "x": "x" * 300_000}
for name in range(100):
    send("comm_open", comm_id=str(name), target_name="jupyter.widget", data={"state": state})
"""


@pytest.mark.parametrize(
    "cell",
    [
        pytest.param(
            SMALL_ONES + "show('x' * 800_000, 'update_display_data', display_id='same')", id="an update of many"
        ),
        pytest.param(SMALL_ONES + "show('x' * 800_000, display_id='same')", id="one more of many"),
        pytest.param("for _ in range(20): show([10**4299] * 200)", id="long numbers"),
        pytest.param("thing = [1] * 50_000\nfor _ in range(400): thing = [thing]\nshow(thing)", id="nested"),
        pytest.param("for _ in range(200): print('\\n' * 10_000)", id="many lines"),
        pytest.param("print('\\r' * 1_000_000)", id="many lines at once"),
        pytest.param("show([1.5] * 1_000_000)", id="more than is read"),
        pytest.param(WIDGETS, id="widgets"),
    ],
)
def test_what_is_short_and_takes_much_in_the_notebook_is_cut(cell, tmp_path, secret_challenge):
    graded = grade(tmp_path, secret_challenge, SEND, cell, RIGHT, UPDATE)
    assert output.CUT in printed(graded.notebook.cells[1])
    assert len(nbformat.writes(graded.notebook)) < 2 * output.CELL
    assert graded.scores == {"update": 1}


def test_a_text_that_is_shown_anew_again_and_again_is_not_cut(tmp_path, secret_challenge):
    cell = "show('0', display_id='own')\nfor i in range(500): show(str(i), 'update_display_data', display_id='own')"
    graded = grade(tmp_path, secret_challenge, SEND, cell)
    (shown,) = graded.notebook.cells[1].outputs
    assert shown.data == {"application/json": "499"}


def test_ordinary_output_stays_as_it_is(tmp_path, secret_challenge):
    graded = grade(tmp_path, secret_challenge, "for i in range(1000):\n    print(i)\n7")
    assert printed(graded.notebook.cells[0]) == "".join(f"{i}\n" for i in range(1000))
    assert graded.notebook.cells[0].outputs[-1].data["text/plain"] == "7"
