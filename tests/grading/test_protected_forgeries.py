"""Wrong answers that tamper with whatever is in their own process: none of them gets a point, however they do it."""

import textwrap

import pytest

from autograder import check
from autograder.authoring import answers_of

from .kernels import LOOP_ORDER, ORDER, RETURNS, RIGHT, UPDATE, WRONG, grade

pytestmark = pytest.mark.slow

FORGERIES = {}


def forgery(name: str, source: str) -> None:
    FORGERIES[name] = textwrap.dedent(source)


forgery(
    "strips asserts and checks",
    """
    import ast

    class Strip(ast.NodeTransformer):
        def visit_Assert(self, node):
            return ast.Pass()

        def visit_Expr(self, node):
            return ast.Pass() if "check" in ast.dump(node) else node

    get_ipython().ast_transformers.append(Strip())
    """,
)
forgery(
    "empties the cells that follow",
    """
    get_ipython().input_transformers_cleanup.append(lambda lines: ["pass\\n"])
    """,
)
forgery(
    "replaces run_cell_async",
    """
    from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult

    async def run_cell_async(source, *arguments, **named):
        result = ExecutionResult(ExecutionInfo(source, False, False, False, ""))
        result.execution_count = 1
        return result

    get_ipython().run_cell_async = run_cell_async
    """,
)
forgery(
    "rewrites what the kernel sends",
    """
    session = get_ipython().kernel.session
    send = session.send

    def rewritten(stream, kind, content=None, *arguments, **named):
        if kind in ("error", "stream"):
            return None
        if kind == "execute_reply":
            content = {"status": "ok", "execution_count": 1, "user_expressions": {}, "payload": []}
        return send(stream, kind, content, *arguments, **named)

    session.send = rewritten
    """,
)
forgery(
    "replaces the judge",
    """
    import autograder.checking, autograder.judging

    def judge(task, observations, expected, part=None):
        return autograder.judging.Result(task.ID, task.TITLE, dict.fromkeys(task.PARTS, True), {}, [])

    autograder.judging.judge = autograder.checking.judge = judge
    """,
)
forgery(
    "replaces check",
    """
    import autograder, autograder.checking

    autograder.check = autograder.checking.check = check = lambda *arguments, **named: None
    """,
)
forgery(
    "makes everything equal",
    """
    import math
    import numpy, torch

    for home in (torch, torch.Tensor, numpy, math):
        for name in ("allclose", "equal", "isclose", "array_equal"):
            if hasattr(home, name):
                setattr(home, name, lambda *arguments, **named: True)
    float.__eq__
    """,
)
forgery(
    "sends a result of its own",
    """
    import autograder.probing.handover as handover
    from IPython.display import display

    def observe(*arguments):
        passed = {"exercise": "train_step", "passed": True, "parts": {"update": True, "returns": True},
                  "findings": [], "trace": [], "protected": True}
        display({"application/vnd.autograder.result+json": passed, "text/plain": "right"}, raw=True)

    handover.observe = observe
    """,
)

# Each of these sends a message of its own making in place of the observations: `make(reference)` of the public
# challenge's reference, which is in a student's installation.
_SENDS = """
    import json
    import autograder.probing.handover as handover
    from autograder import exercises, public
    from IPython.display import display

    reference = public.expected(exercises.get("train_step"))["reference"]

    def send(text):
        display({{handover.MIME_TYPE: text}}, raw=True)

    def observe(*arguments):
        {}

    handover.observe = observe
    """


def sends(name: str, statement: str) -> None:
    forgery(name, _SENDS.format(statement))


sends("sends the public reference's observations", 'send(json.dumps({"observations": reference}))')
sends(
    "sends two messages",
    'send(json.dumps({"observations": reference})), send(json.dumps({"observations": reference}))',
)
sends("sends 2 MB", 'send(json.dumps({"observations": {**reference, "evidence": "x" * 2_000_000}}))')
sends("sends NaN", 'send(json.dumps({"observations": reference}).replace("0.", "NaN, 0.", 1))')
sends("sends infinity", 'send(json.dumps({"observations": reference}).replace("false", "1e999"))')
sends("sends runs without calls", 'send(json.dumps({"observations": {**reference, "runs": []}}))')
sends(
    "sends calls without content",
    'send(json.dumps({"observations": {**reference, "runs": [{"calls": []} for run in reference["runs"]]}}))',
)
sends("sends nothing inside", 'send(json.dumps({"observations": {}}))')
sends("sends true", 'send("true")')
sends("sends what is no JSON", 'send("{" * 100_000)')
sends("sends nested lists", 'send("[" * 100_000 + "]" * 100_000)')
sends("sends an object for a text", 'display({handover.MIME_TYPE: {"observations": reference}}, raw=True)')
sends("sends nothing", "pass")

forgery(
    "replaces the exercise",
    """
    from autograder import exercises, public

    class Task:
        probe = staticmethod(lambda answer, given: public.expected(get("train_step"))["reference"])

    get = exercises.get
    exercises.get = lambda name: Task
    """,
)
forgery(
    "moves the model as the public challenge wants it",
    """
    import torch
    from autograder import exercises, public

    recorded = public.expected(exercises.get("train_step"))
    answers = {}
    for probe, run in zip(recorded["given"]["probes"], recorded["reference"]["runs"]):
        for call, outcome in zip(probe["calls"], run["calls"]):
            answers[str(torch.tensor(call["targets"]))] = outcome
    calls = [call for run in recorded["reference"]["runs"] for call in run["calls"]]

    def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):
        outcome = answers.get(str(targets), calls[0])
        torch.nn.utils.vector_to_parameters(torch.tensor(outcome["weights"]), model.parameters())
        return outcome["returned"]["loss"], outcome["returned"]["grad_norm"]
    """,
)


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
