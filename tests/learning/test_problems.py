"""The practice problems: their numbers against PyTorch, the names of mistakes, and what a learner sees."""

import json
import math
import sys

import nbformat
import pytest
import torch
from ipywidgets import HTML, Button, Text
from torch import nn
from torch.nn.functional import mse_loss
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from autograder import lectures
from autograder.learning import bank, learner, practice_problem, progress
from autograder.learning.problems import judging, sequences, showing, solving, texts
from autograder.packaged import packaged

PROBLEMS = texts.problems()
OF_VALUES = [problem for problem in PROBLEMS if not problem.is_code]
each_problem = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.id)
each_stage = pytest.mark.parametrize("stage", texts.STAGES)


def given(problem, stage):
    """The data of a stage."""
    raw = packaged(texts.__package__, "problems.yaml")
    return next(one for one in raw if one["id"] == problem)["stages"][stage]["given"]


def with_gradients(*gradients):
    parameters = [nn.Parameter(torch.zeros(len(gradient), dtype=torch.float64)) for gradient in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = torch.tensor(gradient, dtype=torch.float64)
    return parameters


def row(parameters):
    return torch.cat([p.grad for p in parameters]).tolist()


# ------------------------------------------------------------------------------------------------- numbers, by PyTorch


@each_stage
def test_growth_is_what_autograd_and_sgd_do(stage):
    data = given("growth", stage)
    right = solving.growth(data).right
    for clipped, expected in ((False, right["step"]), (True, right["clipped"])):
        h0 = nn.Parameter(torch.zeros(3, dtype=torch.float64))
        turn = data["gain"] * nn.init.orthogonal_(torch.empty(3, 3, dtype=torch.float64))
        state = h0
        for _ in range(data["steps"]):
            state = turn @ state
        (data["start"] * state[0]).backward()  # the gradient for the last state has norm `start`
        assert h0.grad.norm().item() == pytest.approx(right["norm"])
        assert h0.grad.norm().item() / data["start"] == pytest.approx(right["growth"])
        if clipped:
            clip_grad_norm_([h0], data["max_norm"])
        torch.optim.SGD([h0], lr=data["lr"]).step()
        assert h0.detach().norm().item() == pytest.approx(expected, rel=1e-5)


@each_stage
def test_three_ways_are_what_pytorch_makes_of_these_gradients(stage):
    data = given("three-ways", stage)
    right, shown = solving.three_ways(data).right, solving.three_ways(data).shown
    gradients, before = (data["first"], data["second"]), torch.tensor([*data["first"], *data["second"]]).double()
    parameters = with_gradients(*gradients)
    assert clip_grad_norm_(parameters, data["max_norm"]).item() == pytest.approx(right["total"])
    assert row(parameters) == pytest.approx(right["by_norm"], rel=1e-5)
    parameters = with_gradients(*gradients)
    for parameter in parameters:
        clip_grad_norm_(parameter, data["max_norm"])
    assert row(parameters) == pytest.approx(right["per_tensor"], rel=1e-5)
    parameters = with_gradients(*gradients)
    clip_grad_value_(parameters, data["clip_value"])
    assert row(parameters) == pytest.approx(right["by_value"])
    cosine = torch.cosine_similarity(torch.tensor(row(parameters)).double(), before, dim=0).item()
    assert math.degrees(math.acos(cosine)) == pytest.approx(right["angle"], rel=1e-5)
    assert shown["cosine"] == pytest.approx(cosine)
    assert right["angle"] > 10  # or it would teach nothing


@each_stage
def test_micro_batches_are_what_accumulation_and_a_grad_scaler_do(stage):
    data = given("micro-batches", stage)
    right = solving.micro_batches(data).right
    weights = nn.Parameter(torch.zeros(2))
    count = len(data["gradients"])

    def accumulate(after_each=lambda: None, times=1.0):
        weights.grad = None
        for gradient in data["gradients"]:
            (times * (weights @ torch.tensor(gradient, dtype=torch.float32)) / count).backward()
            after_each()
        return weights.grad.tolist()

    assert accumulate() == pytest.approx(right["mean"], abs=1e-5)
    assert clip_grad_norm_([weights], data["max_norm"]).item() == pytest.approx(right["norm"])
    assert weights.grad.tolist() == pytest.approx(right["once"], rel=1e-5)
    each = accumulate(lambda: clip_grad_norm_([weights], data["max_norm"]))
    assert each == pytest.approx(right["each"], abs=1e-4)
    assert math.hypot(*each) == pytest.approx(math.hypot(*right["once"]), rel=1e-5)  # the text says "as long"

    scaler = torch.amp.GradScaler("cpu", init_scale=data["scale"])
    optimizer = torch.optim.SGD([weights], lr=1.0)
    scaler.scale(torch.zeros(1))
    accumulate(times=scaler.get_scale())
    assert clip_grad_norm_([weights], data["max_norm"]).item() == pytest.approx(right["scaled_norm"])
    scaler.step(optimizer)
    assert weights.detach().norm().item() == pytest.approx(right["left"], rel=1e-4)


@each_stage
def test_a_threshold_is_what_sgd_with_momentum_needs(stage):
    data = given("threshold", stage)
    right = solving.threshold(data).right

    def longest_update(lr, max_norm):
        weight = nn.Parameter(torch.zeros(1, dtype=torch.float64))
        optimizer = torch.optim.SGD([weight], lr=lr, momentum=data["momentum"])
        longest = 0.0
        for _ in range(1000):
            weight.grad = torch.tensor([1e6], dtype=torch.float64)
            clip_grad_norm_([weight], max_norm)
            before = weight.item()
            optimizer.step()
            longest = max(longest, abs(weight.item() - before))
        return longest

    def clipped(max_norm):
        return sum(norm > max_norm for norm in data["norms"]) / len(data["norms"])

    assert longest_update(1.0, 1.0) == pytest.approx(right["stretch"], rel=1e-4)
    assert longest_update(data["lr"], right["highest"]) == pytest.approx(data["longest"], rel=1e-4)
    assert clipped(right["lowest"]) <= data["share"] < clipped(right["lowest"] * 0.999)
    assert longest_update(right["rate"], right["lowest"]) == pytest.approx(data["longest"], rel=1e-4)
    assert right["threshold"] == (right["lowest"], right["highest"])
    assert right["lowest"] < 0.95 * right["highest"]


# -------------------------------------------------------------------------------------------------- the set of problems


def test_five_problems_go_from_easy_to_hard():
    assert [problem.difficulty for problem in PROBLEMS] == ["easy", "easy", "medium", "medium", "hard"]
    assert all(problem.lesson in bank.LESSONS for problem in PROBLEMS)
    assert len({problem.id for problem in PROBLEMS}) == 5


@each_problem
def test_less_and_less_is_done_for_the_learner(problem):
    worked, faded, whole = (problem.stages[name] for name in texts.STAGES)
    assert worked.asked == ()
    assert worked.answer
    if problem.is_code:
        assert faded.code.count("...") == 4
        assert len(whole.code.splitlines()) == 3
        return
    names = [step.name for step in whole.steps]
    assert list(whole.asked) == names
    assert list(faded.asked) == names[-len(faded.asked) :]  # the beginning is done, so that nothing gives away the rest
    assert 2 <= len(faded.asked) < len(names)


@each_problem
def test_each_mistake_has_words_and_each_word_a_mistake(problem):
    own = {"below", "above"} if problem.id == "threshold" else set()
    if problem.is_code:
        own = {code for code, _ in sequences._variants("whole")} | {"returns-clipped-norm", "returns-something-else"}
    found = {code for stage in problem.stages.values() for step in stage.steps for code in step.wrong}
    assert found | own == set(problem.mistakes)


@each_problem
def test_every_place_in_a_text_is_filled(problem):
    for stage in problem.stages.values():
        for text in (stage.story, stage.answer, *(step.ask + step.work for step in stage.steps)):
            assert "{" not in text
            assert "nan" not in text.split()


@pytest.mark.parametrize("problem", OF_VALUES, ids=lambda problem: problem.id)
@pytest.mark.parametrize("stage", ["faded", "whole"])
def test_what_is_right_passes_also_rounded(problem, stage):
    for step in problem.stages[stage].asked_steps:
        assert judging.is_right(step, step.right if step.form != "range" else step.right[0])
        if step.form == "number":
            assert judging.is_right(step, float(f"{step.right:.3g}"))
        if step.form == "list":
            assert judging.is_right(step, tuple(float(f"{entry:.3g}") for entry in step.right))
        if step.form == "range":
            assert judging.is_right(step, step.right[1])
            assert judging.is_right(step, sum(step.right) / 2)


@pytest.mark.parametrize("problem", OF_VALUES, ids=lambda problem: problem.id)
@pytest.mark.parametrize("stage", ["faded", "whole"])
def test_what_a_mistake_gives_is_named_so(problem, stage, learner_there):
    """Of each mistake's results at least one is wrong and gets that mistake's words, not those of another."""
    for step in problem.stages[stage].asked_steps:
        named = set()
        for values in step.wrong.values():
            for value in values:
                verdict = judging._judge_one(problem, step, list(value) if isinstance(value, tuple) else value)
                if verdict.state == judging.WRONG:
                    named |= {c for c, mistake in problem.mistakes.items() if mistake.why in verdict.sentence}
        assert set(step.wrong) == named


# ------------------------------------------------------------------------------------------------------ wrong answers


@pytest.mark.parametrize("problem", OF_VALUES, ids=lambda problem: problem.id)
@pytest.mark.parametrize(
    "answer",
    [
        "text",
        "12",
        True,
        math.nan,
        math.inf,
        -math.inf,
        [],
        [1],
        [[1, 2, 3]],
        ["a", "b"],
        ["1", "2", "3"],
        [math.nan, 1],
        {"a": 1},
        b"x",
        object(),
        lambda: 1,
        1 + 2j,
        torch.ones(2, 2),
        10**400,
    ],
    ids=lambda answer: repr(answer)[:12],
)
def test_an_answer_of_another_form_is_one_sentence_and_no_try(problem, answer, learner_there, shown):
    for step in problem.stages["whole"].asked_steps:
        verdict = judging._judge_one(problem, step, answer)
        fits = step.form == "list" and answer == [1] * len(step.right) if isinstance(answer, list) else False
        assert verdict.state == judging.UNUSABLE or fits
        assert verdict.sentence.endswith(".")
        assert "\n" not in verdict.sentence
    practice_problem(problem.number, whole=[answer] * len(problem.stages["whole"].asked))
    assert "All right" not in shown[-1][1]
    assert not learner_there.exists()


@pytest.mark.parametrize("blank", [None, ..., "", "...", " - "])
def test_a_blank_is_not_answered_yet(blank, learner_there, shown):
    practice_problem(1, faded=[blank, 0.02, None])
    assert "– step: not answered yet" in shown[-1][1]
    assert "✓ clipped: right" in shown[-1][1]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (3.0, "Give a list with one answer for each of the 3 questions; this is of type float."),
        ("abc", "Give a list with one answer for each of the 3 questions; this is of type str."),
        ([1, 2], "There are 3 questions and 2 answers: give None for one that you leave out."),
        ([1, 2, "A", 4], "There are 3 questions and 4 answers: give None for one that you leave out."),
        ({"stepp": 1}, "There is no question stepp here; the questions are step, clipped, purpose."),
    ],
)
def test_answers_that_do_not_fit_the_questions(answer, said, learner_there, shown):
    practice_problem("growth", faded=answer)
    assert said in shown[-1][1].splitlines()


@pytest.mark.parametrize("problem", [0, 6, "growt", None, True, 1.5, [], {}])
def test_an_unknown_problem_is_one_sentence_that_lists_them(problem, capsys, shown):
    practice_problem(problem)
    said = capsys.readouterr().out.strip()
    assert all(one.id in said for one in PROBLEMS)
    assert "\n" not in said
    assert not shown


def test_numbers_of_other_libraries_are_numbers(learner_there, shown):
    import numpy

    practice_problem(3, whole=[torch.tensor(19.0), torch.tensor([9, -0.5, -3]), None, numpy.array([4, -1, -4]), None])
    assert shown[-1][1].count("✓") == 3


def test_a_threshold_may_be_any_in_its_range(learner_there, shown):
    low, high = solving.threshold(given("threshold", "faded")).right["threshold"]
    wrong = ((0.98 * low, "too many"), (1.02 * high, "longer"))
    for value, said in ((low, "✓"), ((low + high) / 2, "✓"), (high, "✓"), *wrong):
        practice_problem(5, faded={"threshold": value})
        (line,) = [line for line in shown[-1][1].splitlines() if "threshold:" in line]
        assert said in line


# -------------------------------------------------------------------------------------------------------- what is kept


def test_the_solution_can_be_opened_after_two_tries(learner_there, shown):
    practice_problem(1, faded=[1.0, None, None])
    assert "The solution, by steps" not in "".join(shown[-1])
    assert "after the next try" in shown[-1][1]
    practice_problem(1, faded=["x", None, None])  # no try
    assert "The solution, by steps" not in "".join(shown[-1])
    practice_problem(1, faded=[2.0, None, None])
    assert all("The solution, by steps" in form for form in shown[-1])


def test_what_was_solved_is_kept_and_survives_a_later_slip(learner_there, shown):
    practice_problem("growth", faded=[36.12, 0.02, "d"])
    practice_problem("growth", faded=[1, 0.02, "D"])
    kept = json.loads(learner_there.read_text("utf-8"))["problems"]["growth"]["faded"]
    assert kept == {"tries": 2, "done": True, "answers": {"step": 1.0, "clipped": 0.02, "purpose": "D"}}
    practice_problem("growth", whole=[1, 1, 1, 1, "A"])
    assert set(json.loads(learner_there.read_text("utf-8"))["problems"]["growth"]) == {"faded", "whole"}
    practice_problem("growth")
    assert "Solved so far: faded." in shown[-1][1]


@pytest.mark.parametrize("damage", [[], {"faded": 3}, {"faded": {"tries": "x", "answers": 1}}, "text"])
def test_a_damaged_record_is_begun_anew(damage, learner_there, shown):
    progress.keep("problems", "growth", damage)
    practice_problem("growth")
    practice_problem("growth", faded=[36.12, 0.02, "D"])
    assert json.loads(learner_there.read_text("utf-8"))["problems"]["growth"]["faded"]["tries"] == 1


@each_problem
def test_without_a_learner_all_of_it_is_text_and_nothing_is_kept(problem, learner_there, shown, monkeypatch):
    monkeypatch.setenv(learner.VARIABLE, "absent")
    practice_problem(problem.number)
    practice_problem(problem.id, whole=...)
    assert not learner_there.exists()
    page, text = shown[0]
    worked, whole = problem.stages["worked"], problem.stages["whole"]
    assert page.count("<details>") == len(worked.steps) + 2 + 2  # with the answer, the mistakes, and two hints
    assert "<script" not in page
    for step in worked.steps:
        assert step.ask in text
        assert step.work.splitlines()[0] in text
    for mistake in problem.mistakes.values():
        assert mistake.why in text
    assert f"practice_problem({problem.number}, whole=" in text
    for step in whole.steps:
        if step.form:
            assert step.work not in text.partition("All yours")[2]


# --------------------------------------------------------------------------------------------------------------- form


@pytest.fixture
def forms(monkeypatch):
    """The boxes of widgets that are displayed."""
    displayed = []
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: object())
    monkeypatch.setattr("IPython.display.display", lambda box: displayed.append(box))
    return displayed


def fill(form, **answers):
    fields = {child.description: child for child in form.children if isinstance(child, Text)}
    for name, text in answers.items():
        fields[name].value = text
    next(child for child in form.children if isinstance(child, Button)).click()
    return [child for child in form.children if isinstance(child, HTML)][-1].value


def test_a_form_is_filled_checked_and_remembered(learner_there, shown, forms):
    practice_problem(4)
    faded, whole = forms
    assert "not answered yet" in fill(faded)
    said = fill(faded, each="-0.136, 3.4", scaled_norm="8704", left="3.4/512")
    assert "✓ each: right" in said
    assert "3.4/512&#x27; is a text" in said
    said = fill(faded, left="0.00664")
    assert "All right. Now the whole one." in said
    assert "role='status'" in said
    assert "missing" not in fill(whole, mean="(6, 8)", norm="10")
    practice_problem(4)  # as after a restart
    fields = {child.description: child.value for child in forms[-2].children if isinstance(child, Text)}
    assert fields == {"each": "-0.136, 3.4", "scaled_norm": "8704", "left": "0.00664"}


def test_without_widgets_it_says_how_to_answer(learner_there, shown, forms, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    practice_problem(1)
    assert not forms
    assert "practice_problem(1, faded=[None, None, None])" in shown[-1][1]


@pytest.mark.parametrize(
    ("form", "written", "read"),
    [
        ("number", "2.5", 2.5),
        ("number", " −2 ", -2),
        ("number", "1e-5", 1e-5),
        ("number", "two", "two"),
        ("number", "__import__('os')", "__import__('os')"),
        ("number", "9" * 5000, "9" * 5000),
        ("number", "(" * 500, "(" * 500),
        ("number", "", ""),
        ("list", "1, −2, 3", [1, -2, 3]),
        ("list", "(1, 2)", [1, 2]),
        ("list", "[1, 2]", [1, 2]),
        ("list", "1 2", "1 2"),
        ("choice", "b", "b"),
    ],
)
def test_what_is_written_into_a_field(form, written, read):
    step = next(s for problem in OF_VALUES for s in problem.stages["whole"].steps if s.form == form)
    assert showing.read_field(step, written) == read


# --------------------------------------------------------------------------------------------------------------- code


def function(code, **more):
    """The function that a piece of code defines."""
    names = {"clip_grad_norm_": clip_grad_norm_, "clip_grad_value_": clip_grad_value_, "mse_loss": mse_loss, **more}
    exec(code, names)
    return names[code.partition("(")[0].removeprefix("def ")]


RNN = texts.find("rnn-loop")
RIGHT_LINE = "clip_grad_norm_(parameters, max_norm=5)"


def at_place(number, line=RIGHT_LINE):
    """The faded function with a line in the place of this number, from 1 to 4."""
    head, *body = RNN.stages["faded"].code.splitlines()
    lines, places = [head, "    parameters = [*cell.parameters(), *readout.parameters()]"], 0
    for one in body:
        places += "..." in one
        if "..." not in one or places == number:
            lines.append(one.replace("...", line))
    return function("\n".join(lines))


def test_the_code_that_is_shown_is_right():
    assert sequences.judge("worked", function(RNN.stages["worked"].code)) == (sequences.RIGHT, "")
    for stage in ("faded", "whole"):
        step = RNN.stages[stage].steps[-1]
        assert step.name == "code"
        assert sequences.judge(stage, function(step.work)) == (sequences.RIGHT, "")


@pytest.mark.parametrize("stage", ["faded", "whole"])
def test_a_stub_is_not_answered_yet(stage, learner_there, shown):
    practice_problem(2, **{stage: function(RNN.stages[stage].code)})
    assert "Not answered yet" in shown[-1][1]
    assert not learner_there.exists()


@each_stage
def test_each_mistake_in_the_code_is_named(stage):
    for code, variant in sequences._variants(stage):
        assert sequences.judge(stage, sequences._step(stage, **variant)) == (code, "")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (at_place(3), sequences.RIGHT),
        (at_place(3, "float(clip_grad_norm_(iter(parameters), 5.0))"), sequences.RIGHT),
        (at_place(1), "clip-before-backward"),
        (at_place(2), "clip-before-backward"),
        (at_place(4), "clip-after-step"),
        (at_place(3, "clip_grad_value_(parameters, 5)"), "clip-by-value"),
        (at_place(3, "clip_grad_norm_(cell.parameters(), 5)"), "misses-parameters"),
        (at_place(3, "clip_grad_norm_(parameters, 1)"), "wrong-threshold"),
        (at_place(3, "[clip_grad_norm_(p, 5) for p in parameters]"), "clip-per-module"),
        (at_place(3, "clip_grad_norm_([p.grad for p in parameters], 5)"), "clip-before-backward"),
        (at_place(3, f"{RIGHT_LINE} and None"), "returns-something-else"),
        (at_place(3, f"{RIGHT_LINE} and loss"), "returns-something-else"),
        (at_place(3, f"{RIGHT_LINE}.clamp(max=5)"), "returns-clipped-norm"),
        (at_place(3, f"{RIGHT_LINE} and [p.grad.mul_(-1) for p in parameters]"), sequences.UNKNOWN),
        (at_place(3, f"{RIGHT_LINE} and optimizer.zero_grad()"), "no-movement"),
    ],
)
def test_what_a_learner_may_write(answer, code):
    assert sequences.judge("faded", answer)[0] == code


def test_clipping_by_hand_is_right_too():
    by_hand = """def train_on_label(cell, readout, optimizer, inputs, label):
    parameters = [*cell.parameters(), *readout.parameters()]
    state = None
    for x in inputs:
        state = cell(x, state)
    mse_loss(readout(state), label).backward()
    total = sum(p.grad.square().sum() for p in parameters).sqrt()
    for p in parameters:
        p.grad = p.grad * min(1.0, 5 / total.item())
    optimizer.step()
    optimizer.zero_grad()
    return total"""
    assert sequences.judge("faded", function(by_hand)) == (sequences.RIGHT, "")


def test_code_that_stops_or_never_stops_gets_a_sentence(learner_there, shown, monkeypatch, capsys):
    def noisy(*arguments):
        print("noise")
        raise KeyError("state\nof mind")

    def endless(*arguments):
        while True:
            pass

    practice_problem(2, faded=noisy)
    assert "does not get to its end: KeyError: 'state\\nof mind'." in shown[-1][1]
    monkeypatch.setattr(sequences, "_SECONDS", 0.2)
    practice_problem(2, whole=endless)
    assert "still running" in shown[-1][1]
    practice_problem(2, faded=3)
    assert "Give the function itself, `train_on_label` without brackets; this is of type int." in shown[-1][1]
    practice_problem(2, faded=...)
    assert "No function yet" in shown[-1][1]
    assert capsys.readouterr().out == ""


def test_judging_code_leaves_random_numbers_alone():
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    sequences.judge("faded", at_place(3))
    assert torch.rand(3).equal(expected)


@pytest.mark.parametrize("stage", ["faded", "whole"])
def test_the_review_has_the_same_stubs(stage):
    review = nbformat.read(lectures.NOTEBOOKS / "08_review.ipynb", as_version=4)
    (stub,) = [cell for cell in review.cells if cell.source.startswith(RNN.stages[stage].code.partition("\n")[0])]
    assert stub.source == RNN.stages[stage].code.strip()
