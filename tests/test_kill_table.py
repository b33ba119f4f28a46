"""The kill table finds what is wrong with a checker; that nothing is, the table printed by `make test` shows."""

import pytest

from autograder import authoring, checking, kill_table
from autograder.exercises.loop_order import task
from autograder.judging import Verdict

ANSWERS = authoring.answers_of("loop_order")
PARTS = frozenset(task.PARTS)


def test_nothing_is_wrong_with_the_parsons_problem():
    row = kill_table.row("loop_order")
    assert row.failures == []
    assert (row.right, row.mutants, row.killed, row.named) == (7, 18, 18, 18)
    assert row.broken == len(list(kill_table.broken_answers("loop_order"))) >= 5


@pytest.mark.parametrize(
    ("judge", "said"),
    [
        (lambda seen, wanted: Verdict({"order": True}), "survives"),
        (lambda seen, wanted: Verdict({"order": False}, [("unknown", {}, PARTS)]), "is refused: unknown"),
        (lambda seen, wanted: Verdict({"order": False}, [("clip-missing", {}, PARTS)]), "is called clip-missing"),
        (lambda seen, wanted: Verdict({"order": False}, [("unknown-line", {}, PARTS)]), "a text lacks a detail"),
        (lambda seen, wanted: Verdict({"order": False}), "there is no finding"),
    ],
)  # fmt: skip
def test_a_broken_checker_is_found(monkeypatch, judge, said):
    monkeypatch.setattr(task, "judge", judge)
    monkeypatch.setattr(kill_table, "_leaks", lambda *ignored: [])
    if said == "there is no finding":
        monkeypatch.setattr("autograder.judging.Result.message", lambda self: "")
    assert [failure for failure in kill_table.row("loop_order").failures if said in failure]


def test_feedback_that_shows_a_line_of_the_reference_is_found(monkeypatch):
    def tells(exercise, answer):
        result = checking.judged(task, "D B E", authoring.public.expected(task))
        monkeypatch.setattr(type(result), "message", lambda self: "Write grad_norm = clip(model, max_norm) there.")
        return result

    monkeypatch.setattr(kill_table, "_secrets", lambda exercise: {"grad_norm = clip(model, max_norm)"})
    monkeypatch.setattr(authoring, "result", tells)
    assert [f for f in kill_table.row("loop_order").failures if "shows 'grad_norm = clip" in f]


def test_lines_of_references_and_checkers_are_secret():
    secrets = kill_table._secrets("train_step")
    assert "grad_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)" in secrets
    assert any("def same_weights(" in line for line in secrets)
    assert any("def signature_fault(answer" in line for line in secrets)


def test_it_can_be_asked_for_some_exercises(capsys):
    assert kill_table.main(["loop_order"]) == 0
    assert "loop_order" in capsys.readouterr().out
    assert kill_table.main(["loop"]) == 1
    assert capsys.readouterr().err.startswith("There is no exercise 'loop'. The exercises are: clip_by_norm,")
