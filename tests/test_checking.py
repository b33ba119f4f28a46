"""`check`, as a notebook calls it."""

import signal
import subprocess
import sys

import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell

from autograder import CheckFailed, authoring, check, checking
from autograder.judging import MIME_TYPE
from autograder.presenting import mimebundle

ANSWERS = authoring.answers_of("train_step")
RIGHT, LATE = ANSWERS.rights["reference"], ANSWERS.mutants["clip_last"]


def test_right_answer_is_confirmed(capsys):
    assert check("train_step", RIGHT) is None
    assert "right" in capsys.readouterr().out


def test_wrong_answer_raises_its_message():
    with pytest.raises(CheckFailed, match="Clipped too late") as caught:
        check("train_step", LATE)
    assert isinstance(caught.value, AssertionError)
    traceback = "\n".join(caught.value._render_traceback_())
    assert traceback == caught.value.result.message()
    assert "autograder/" not in traceback


def test_result_without_raising():
    result = check("train_step", LATE, strict=False)
    assert not result.passed
    assert result.parts == {"update": False, "returns": True}
    first = result.findings[0]
    assert first.code == "clip-after-step"
    assert all((first.title, first.symptom, first.cause, first.next_action, first.lesson))
    assert [event["event"] for event in result.trace] == ["zero_grad", "forward", "backward", "step", "clip"]
    assert result.trace[2]["grad_norm"] > result.trace[4]["grad_norm"]


def test_one_part_alone():
    assert check("train_step", LATE, part="returns", strict=False).passed
    assert check("train_step", ANSWERS.mutants["returns_nothing"], part="update", strict=False).passed
    assert not check("train_step", ANSWERS.mutants["returns_nothing"], part="returns", strict=False).passed


@pytest.mark.parametrize(
    ("exercise", "part"), [("no_such", None), (None, None), ("train_step", "colour"), ("../x", None)]
)
def test_a_wrong_call_is_one_sentence(exercise, part):
    with pytest.raises(ValueError, match=r"^check: [^\n]+\.$"):
        check(exercise, RIGHT, part=part)


def test_an_error_shows_the_students_line_and_not_ours():
    def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):
        return undefined_name  # noqa: F821

    message = check("train_step", train_step, strict=False).message()
    assert "return undefined_name" in message
    assert "autograder" not in message


@pytest.mark.parametrize("name", ["clip_last", "misspells_a_name", "forgets_an_argument", "returns_nothing"])
def test_no_line_is_so_long_that_nbgrader_cuts_it_off(name):
    message = check("train_step", ANSWERS.mutants[name], strict=False).message()
    assert max(map(len, message.splitlines())) <= 80
    assert "  What happened: " in message


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "text", None, {}, [1], (1, 2, 3), torch.ones(3)])
def test_strange_returned_values_never_break_a_check(value):
    def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):
        RIGHT(model, optimizer, loss_fn, inputs, targets, max_norm)
        return value, value

    result = check("train_step", train_step, strict=False)
    assert result.parts == {"update": True, "returns": False}
    assert result.findings[0].code in ("wrong-return-type", "wrong-loss")


def test_weights_that_become_nan_are_wrong():
    def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):
        for p in model.parameters():
            p.data.fill_(float("nan"))
        return 0.0, 0.0

    assert not check("train_step", train_step, strict=False).passed


def test_rich_display_carries_picture_alt_text_and_data(monkeypatch):
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    bundle = check("train_step", LATE, strict=False)._repr_mimebundle_()
    assert bundle[MIME_TYPE]["findings"][0]["code"] == "clip-after-step"
    assert 'alt="Your step ran: zero_grad (no gradient), then forward' in bundle["text/html"]
    assert "http" not in bundle["text/html"]


def test_a_wrong_answers_message_is_shown_once(monkeypatch):
    result = check("train_step", LATE, strict=False)
    assert "Clipped too late" not in mimebundle(result, with_message=False)["text/plain"]
    assert "Clipped too late" in mimebundle(result)["text/plain"]


def test_while_grading_no_picture_is_drawn(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert "text/html" not in check("train_step", LATE, strict=False)._repr_mimebundle_()


def test_an_endless_answer_can_be_interrupted():
    code = (
        "import signal, torch; from autograder import check\n"
        "def forever(*a):\n    signal.setitimer(signal.ITIMER_REAL, 0.2)\n    while True: pass\n"
        "threads = torch.get_num_threads()\n"
        "signal.signal(signal.SIGALRM, signal.default_int_handler)\n"
        "try: check('train_step', forever)\n"
        "except KeyboardInterrupt: print('interrupted', torch.get_num_threads() == threads)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "interrupted True"


def test_in_ipython_the_traceback_is_our_message_alone(capsys):
    shell = InteractiveShell.instance()
    try:
        shell.user_ns.update(check=check, late=LATE)
        shell.run_cell('check("train_step", late)')
        shown = capsys.readouterr()
        assert "Clipped too late" in shown.out + shown.err
        assert "Traceback" not in shown.out + shown.err
        assert "checking.py" not in shown.out + shown.err
    finally:
        InteractiveShell.clear_instance()


def test_sigint_handler_is_untouched():
    before = signal.getsignal(signal.SIGINT)
    check("train_step", LATE, strict=False)
    assert signal.getsignal(signal.SIGINT) is before


def test_an_answer_that_exits_is_an_answer_that_raises():
    def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):
        raise SystemExit(1)

    assert check("train_step", train_step, strict=False).findings[0].code == "raises"


HUGE, UNDEFINED = 10**400, float("nan")


def test_strange_global_numbers_never_break_a_check():
    def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):
        return HUGE, UNDEFINED

    assert not check("train_step", train_step, strict=False).passed


def replaces_a_layer(model, optimizer, loss_fn, inputs, targets, max_norm):
    model[0] = torch.nn.Linear(3, 5)
    model[2] = torch.nn.Linear(5, 2)
    return RIGHT(model, optimizer, loss_fn, inputs, targets, max_norm)


def removes_all_parameters(model, optimizer, loss_fn, inputs, targets, max_norm):
    del model[2], model[0]
    return 0.0, 0.0


def halves_the_precision(model, optimizer, loss_fn, inputs, targets, max_norm):
    return RIGHT(model.half(), optimizer, loss_fn, inputs.half(), targets.half(), max_norm)


def forgets_the_groups(model, optimizer, loss_fn, inputs, targets, max_norm):
    optimizer.param_groups.clear()
    return 0.0, 0.0


def returns_a_dictionary(model, optimizer, loss_fn, inputs, targets, max_norm):
    return {"loss": RIGHT(model, optimizer, loss_fn, inputs, targets, max_norm)}


def recurses_for_ever(*arguments):
    return recurses_for_ever(*arguments)


@pytest.mark.parametrize(
    "answer",
    [replaces_a_layer, removes_all_parameters, halves_the_precision, forgets_the_groups, returns_a_dictionary,
     recurses_for_ever],
)  # fmt: skip
def test_an_answer_that_breaks_everything_gets_a_finding(answer):
    result = check("train_step", answer, strict=False)
    assert not result.passed
    assert result.message()
    assert "text/html" in result._repr_mimebundle_()


def test_an_endless_answer_gets_its_sentence_and_leaves_nothing_behind(monkeypatch):
    def train_step(model, optimizer, loss_fn, inputs, targets, max_norm):
        while True:
            pass

    monkeypatch.setattr(checking, "SECONDS", 0.2)
    threads = torch.get_num_threads()
    result = check("train_step", train_step, strict=False)
    assert [finding.code for finding in result.findings] == ["too-slow"]
    assert "still running after 0.2 seconds" in result.message()
    assert result.parts == {"update": False, "returns": False}
    assert torch.get_num_threads() == threads
    assert check("train_step", RIGHT, strict=False).passed
