"""What a notebook may do while it is graded: the honest keep their points, and nothing stops the grading."""

import textwrap

import nbformat
import pytest

from autograder.grading import execute

from .kernels import LOOP_ORDER, ORDER, RETURNS, RIGHT, UPDATE, WRONG, grade, locked_test

pytestmark = pytest.mark.slow

NOT_THERE = "There is no “train_step”"
RUN_ENDED = "Not tried, because the run had ended"

NOISY = """
import sys, warnings
from IPython.display import HTML, display
quiet = train_step


def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    warnings.warn("a warning")
    print("to stderr", file=sys.stderr)
    print("x" * 100_000)
    display(HTML("<script>alert(1)</script>"))
    return quiet(model, optimizer, loss_fn, inputs, targets, max_norm)
"""
QUITS = """
def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    import os
    os._exit(1)
"""
BESIDE_IT = """
%matplotlib inline
%load_ext autoreload
%autoreload 2
!pip --version
%pip --version
%ls
import helper, matplotlib.pyplot as plt
plt.plot([1, 2])
"""
NEVER_ENDS = """
def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    while True:
        pass
"""
CANNOT_BE_INTERRUPTED = """
def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""


def test_output_of_an_answer_costs_nothing_and_is_dropped(tmp_path, secret_challenge):
    graded = grade(tmp_path, secret_challenge, RIGHT, NOISY, UPDATE, RETURNS)
    assert graded.scores == {"update": 1, "returns": 1}
    (shown,) = graded.cell("update").outputs
    assert shown.data["text/plain"] == "✓ Training step, how the weights move: right."
    assert set(shown.data) == {"text/plain", "application/vnd.autograder.result+json"}
    assert shown.data["application/vnd.autograder.result+json"]["protected"] is True


@pytest.mark.parametrize("name", ["globals", "__import__", "get_ipython", "check", "autograder", "display", "json"])
def test_a_notebook_may_use_any_name(tmp_path, secret_challenge, name):
    assert grade(tmp_path, secret_challenge, f"{RIGHT}\n\n{name} = None", UPDATE).scores == {"update": 1}


@pytest.mark.parametrize(
    "left_on",
    [
        "torch.autograd.set_detect_anomaly(True)",
        "torch.inference_mode().__enter__()",
        "torch.autocast('cpu', dtype=torch.bfloat16).__enter__()",
        "torch.set_grad_enabled(False)",
        "torch.set_default_dtype(torch.float64)",
        "class Step:\n    args = None\n    def __call__(self, *a):\n        return right(*a)\n"
        "right, train_step = train_step, Step()",
    ],
)
def test_what_a_notebook_leaves_switched_on_does_not_matter(tmp_path, secret_challenge, left_on):
    graded = grade(tmp_path, secret_challenge, RIGHT, left_on, UPDATE, RETURNS)
    assert graded.scores == {"update": 1, "returns": 1}


def test_magics_commands_and_plots_in_an_answers_cell_cost_nothing(tmp_path, secret_challenge):
    (tmp_path / "helper.py").write_text("")
    assert grade(tmp_path, secret_challenge, BESIDE_IT + RIGHT, UPDATE).scores == {"update": 1}


@pytest.mark.parametrize(
    ("cells", "scores"),
    [
        pytest.param([RIGHT, UPDATE, WRONG], {"update": 1}, id="redefined later, and wrong"),
        pytest.param([WRONG, UPDATE, RIGHT], {"update": 0}, id="redefined later, and right"),
        pytest.param([RIGHT, UPDATE, WRONG, RETURNS], {"update": 1, "returns": 0}, id="each test has its own answer"),
        pytest.param(
            [RIGHT, "right = train_step\ndef helper(*a): return right(*a)\ndef train_step(*a): return helper(*a)",
             UPDATE, "def helper(*a): return 1 / 0"],
            {"update": 1},
            id="a helper is redefined later",
        ),
        pytest.param([RIGHT, UPDATE, "del train_step, torch"], {"update": 1}, id="names are deleted later"),
        pytest.param([RIGHT, UPDATE, "%reset -f"], {"update": 1}, id="all names are deleted later"),
        pytest.param(['order = list("DBECA")', LOOP_ORDER, "order.clear()"], {"order": 1}, id="changed in place later"),
        pytest.param(["order = []", LOOP_ORDER, 'order += "DBECA"'], {"order": 0}, id="filled in place later"),
    ],
)  # fmt: skip
def test_an_answer_is_the_one_that_its_test_cell_sees(cells, scores, tmp_path, secret_challenge):
    assert grade(tmp_path, secret_challenge, *cells).scores == scores


def test_the_students_cells_run_in_order_and_keep_what_they_show(tmp_path, secret_challenge):
    cells = ["x = 1\nprint(x)", RIGHT, "x += 1\nprint(x)", UPDATE, "print(x, _ih[-1], train_step.__name__)"]
    graded = grade(tmp_path, secret_challenge, *cells)
    said = [output.text for cell in graded.notebook.cells for output in cell.outputs if "text" in output]
    assert said == ["1\n", "2\n", f"2 {cells[-1]} train_step\n"]
    assert graded.scores == {"update": 1}
    assert graded.cell("update").source == UPDATE.source


def test_a_name_that_is_not_there_is_said(tmp_path, secret_challenge):
    graded = grade(tmp_path, secret_challenge, ORDER, LOOP_ORDER, UPDATE)
    assert graded.scores == {"order": 1, "update": 0}
    assert NOT_THERE in graded.said("update")


@pytest.mark.parametrize("quits", ["import os\nos._exit(1)", "import os\nos.kill(os.getpid(), 9)"])
def test_a_cell_that_ends_python_costs_what_comes_after_it(quits, tmp_path, secret_challenge):
    own_test = locked_test("own", "assert train_step is None")
    graded = grade(tmp_path, secret_challenge, ORDER, LOOP_ORDER, quits, RIGHT, UPDATE, own_test)
    assert graded.scores == {"order": 1, "update": 0, "own": 0}
    assert RUN_ENDED in graded.said("update")
    assert graded.left["ended"] == [
        "Python ended while cell 3 ran: look for a line that quits Python or uses up the memory."
    ]
    assert "Python ended while this cell ran" in str(graded.notebook.cells[2].outputs)


def test_an_answer_that_ends_python_costs_itself_and_those_after_it(tmp_path, secret_challenge):
    graded = grade(tmp_path, secret_challenge, ORDER, LOOP_ORDER, QUITS, UPDATE, RETURNS)
    assert graded.scores == {"order": 1, "update": 0, "returns": 0}
    assert "Python ended while this answer was tried" in graded.said("update")
    assert RUN_ENDED in graded.said("returns")


def test_an_answer_that_never_ends_costs_itself(tmp_path, secret_challenge, monkeypatch):
    monkeypatch.setattr(execute, "SECONDS", 8)  # the first optimizer imports much
    other = RIGHT.replace("def train_step", "def other_step")
    cells = [NEVER_ENDS, UPDATE, other + "\ntrain_step = other_step", RETURNS, ORDER, LOOP_ORDER]
    graded = grade(tmp_path, secret_challenge, *cells)
    assert graded.scores == {"update": 0, "returns": 1, "order": 1}
    assert "Too slow to be judged" in graded.said("update")


def test_an_answer_that_cannot_be_interrupted_costs_itself_and_those_after_it(tmp_path, secret_challenge, monkeypatch):
    monkeypatch.setattr(execute, "SECONDS", 8)  # the first optimizer imports much
    cells = [ORDER, LOOP_ORDER, CANNOT_BE_INTERRUPTED, UPDATE, RETURNS]
    graded = grade(tmp_path, secret_challenge, *cells, timeout=15)
    assert graded.scores == {"order": 1, "update": 0, "returns": 0}
    assert "Too slow to be judged" in graded.said("update")


def test_a_cell_that_cannot_be_interrupted_costs_what_comes_after_it(tmp_path, secret_challenge):
    stuck = textwrap.dedent(CANNOT_BE_INTERRUPTED) + "\ntrain_step(1, 2, 3, 4, 5, 6)"
    graded = grade(tmp_path, secret_challenge, ORDER, LOOP_ORDER, stuck, RIGHT, UPDATE, timeout=15)
    assert graded.scores == {"order": 1, "update": 0}
    assert graded.left["ended"] == [
        "There was no end to cell 3, and it could not be interrupted: look for a loop that never ends."
    ]


def test_a_cell_that_is_interrupted_costs_nothing_else(tmp_path, secret_challenge):
    graded = grade(tmp_path, secret_challenge, "while True: pass", RIGHT, UPDATE, timeout=15)
    assert graded.scores == {"update": 1}
    assert "CellTimeoutError" in str(graded.notebook.cells[0].outputs)
    assert graded.left["ended"] == ["After 15 seconds cell 1 was interrupted: look for a loop that never ends."]


def test_a_test_cell_without_a_check_runs_whatever_its_tags_say(tmp_path, secret_challenge):
    own_test = locked_test("own", "assert False")
    own_test.metadata["tags"] = ["skip-execution"]
    assert grade(tmp_path, secret_challenge, own_test).scores == {"own": 0}


ODD_MESSAGES = """
import sys
socket = get_ipython().kernel.iopub_socket
session, parent = get_ipython().kernel.session, get_ipython().kernel.get_parent()
for kind, content in [
    ("stream", {"name": "stdout", "text": 7}),
    ("stream", {"name": "stdnothing", "text": "x"}),
    ("stream", {}),
    ("display_data", {"data": {"text/html": ["a", 7]}, "metadata": {}}),
    ("display_data", {"data": "x", "metadata": {}}),
    ("display_data", {"data": {"text/plain": "half of a pair: \\ud800"}, "metadata": {}}),
    ("execute_result", {"data": {}, "metadata": {}, "execution_count": "many"}),
    ("error", {"ename": 1, "evalue": [], "traceback": "none"}),
    ("status", {}),
    ("comm_open", {}),
    ("no_such_kind", {"x": 1}),
]:
    session.send(socket, kind, content, parent=parent)
"""


def test_messages_of_no_form_are_dropped_and_the_notebook_can_be_written(tmp_path, secret_challenge):
    graded = grade(tmp_path, secret_challenge, ODD_MESSAGES, RIGHT, UPDATE)
    assert graded.scores == {"update": 1}
    nbformat.validate(graded.notebook)
    nbformat.write(graded.notebook, tmp_path / "written.ipynb")
    assert "half of a pair" in (tmp_path / "written.ipynb").read_text(encoding="utf-8")
