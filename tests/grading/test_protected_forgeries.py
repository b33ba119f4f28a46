"""Wrong answers that tamper with whatever is in their own process: none of them gets a point, however they do it."""

import textwrap

import pytest

from autograder import check
from autograder.authoring import answers_of

from ..adversarial.forgeries import FORGERIES
from .kernels import LOOP_ORDER, ORDER, RETURNS, RIGHT, UPDATE, WRONG, grade

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_gets_nothing(name, tmp_path, secret_challenge):
    cells = ['order = "A"', WRONG, FORGERIES[name], LOOP_ORDER, UPDATE, RETURNS]
    graded = grade(tmp_path, secret_challenge, *cells)
    assert graded.scores == {"order": 0, "update": 0, "returns": 0}
    for grade_id in graded.scores:
        assert "  What happened: " in graded.said(grade_id)


def test_what_is_right_for_the_public_challenge_alone_passes_there():
    """So the forgery above fails because its challenge is a secret."""
    names = {}
    exec(FORGERIES["moves the model as the public challenge wants it"], names)
    assert check("train_step", names["train_step"], strict=False).passed


def test_the_same_cells_with_right_answers_get_everything(tmp_path, secret_challenge):
    graded = grade(tmp_path, secret_challenge, ORDER, RIGHT, LOOP_ORDER, UPDATE, RETURNS)
    assert graded.scores == {"order": 1, "update": 1, "returns": 1}
    assert graded.left["ended"] == []


def test_what_tampering_leaves_whole_still_counts(tmp_path, secret_challenge):
    """A right answer beside a harmless oddity is a right answer."""
    graded = grade(tmp_path, secret_challenge, RIGHT, FORGERIES["makes everything equal"], UPDATE, RETURNS)
    assert graded.scores == {"update": 1, "returns": 1}


def test_the_challenge_reaches_no_other_output(tmp_path, secret_challenge):
    """Not even through a display that is updated while the answer is observed."""
    spy = """
        from IPython.display import display
        shown = display("nothing yet", display_id=True)
        honest = train_step

        def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):
            shown.update(f"SPIED {targets}")
            print("SPIED", targets)
            display(f"SPIED {targets}")
            return honest(model, optimizer, loss_fn, inputs, targets, max_norm)
        """
    graded = grade(tmp_path, secret_challenge, RIGHT, textwrap.dedent(spy), UPDATE)
    assert graded.scores == {"update": 1}
    outputs = str([cell.outputs for cell in graded.notebook.cells])
    assert "nothing yet" in outputs
    assert "SPIED" not in outputs


@pytest.mark.parametrize("name", ["clip_last", "no_clip"])
def test_a_mistake_is_named_as_in_the_notebook(name, tmp_path, secret_challenge):
    answers = answers_of("train_step")
    graded = grade(tmp_path, secret_challenge, "import torch\n" + answers.source(name, "train_step"), UPDATE)
    in_the_notebook = check("train_step", answers.mutants[name], part="update", strict=False)
    assert graded.scores == {"update": 0}
    assert in_the_notebook.findings[0].title in graded.said("update")
