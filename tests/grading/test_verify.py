"""Observations from a hostile process: nothing but right and whole ones earns a point, and nothing breaks the judge."""

import copy
import json
import random
from collections.abc import Iterator

import pytest
from nbgrader.utils import determine_grade

from autograder import exercises, public
from autograder.grading import observations
from autograder.grading.challenges import Challenge
from autograder.grading.execute import Seen
from autograder.grading.observations import Malformed
from autograder.grading.prepare import Trial
from autograder.grading.testcells import Check
from autograder.grading.verify import judge, outputs

from .kernels import UPDATE

CODE = [name for name in exercises.ids() if exercises.get(name).KIND == "code"]
KINDS_OF_DATA = (
    None,
    True,
    0,
    -1,
    1.5,
    2**60,
    "",
    "x" * 1000,
    "nan",
    [],
    [[]],
    {},
    {"raised": {}},
    {"other": "x"},
    [{}],
)


def trial(exercise: str, part: str | None = None) -> Trial:
    expected = public.expected(exercises.get(exercise))
    return Trial(Check(exercise, "answer", part), Challenge("public", expected["given"], expected))


def judged(exercise: str, seen: object, part: str | None = None) -> bool:
    """Whether a message with these observations earns the points."""
    judgement = judge(trial(exercise, part), Seen(json.dumps({"observations": seen})))
    assert judgement.result is not None
    assert judgement.result.protected
    cell = copy.deepcopy(UPDATE)
    cell.outputs = outputs(judgement)
    score, points = determine_grade(cell)
    assert score == (points if judgement.result.passed else 0)
    return judgement.result.passed


def reference(exercise: str) -> dict:
    return copy.deepcopy(public.expected(exercises.get(exercise))["reference"])


def places(data: object, *path: object) -> Iterator[tuple]:
    """The paths of everything in observations that decides."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, item in items:
        if key not in ("evidence", "trace"):
            yield (*path, key)
            yield from places(item, *path, key)


def at(data: object, path: tuple) -> object:
    for key in path:
        data = data[key]
    return data


@pytest.mark.parametrize("exercise", CODE)
def test_the_references_observations_pass(exercise):
    assert judged(exercise, reference(exercise))


@pytest.mark.parametrize("exercise", CODE)
def test_a_mutants_observations_do_not(exercise):
    for mutant in public.expected(exercises.get(exercise))["mutants"].values():
        if exercise != "loop_order" or mutant["observations"]["fault"]:
            assert not judged(exercise, mutant["observations"])


@pytest.mark.parametrize("exercise", CODE)
def test_observations_with_nothing_in_them_pass_in_no_part(exercise):
    empty = {
        key: type(value)() if isinstance(value, list | dict) else None for key, value in reference(exercise).items()
    }
    for part in (None, *exercises.get(exercise).PARTS):
        assert not judged(exercise, empty, part)
        assert not judged(exercise, {}, part)


@pytest.mark.parametrize("exercise", CODE)
def test_observations_of_which_a_run_a_call_or_a_case_is_missing_do_not_pass(exercise):
    whole = reference(exercise)
    for path in places(whole):
        before = at(whole, path)
        if path[0] == "fault" or not any(isinstance(item, dict | list) for item in _items(before)):
            continue
        for damage in (type(before).clear, dict.popitem if isinstance(before, dict) else list.pop):
            damaged = copy.deepcopy(whole)
            damage(at(damaged, path))
            assert not judged(exercise, damaged), path


@pytest.mark.parametrize("name", ["weights", "returned"])
def test_what_is_missing_in_a_call_is_not_right(name):
    whole = reference("train_step")
    whole["runs"][0]["calls"][0][name].clear()
    assert not judged("train_step", whole)
    del whole["runs"][0]["calls"][0][name]
    assert not judged("train_step", whole)


def test_an_exception_at_an_overflow_costs_what_comes_after_it_alone():
    mutants = public.expected(exercises.get("train_step_amp"))["mutants"].values()
    raising = [
        m["observations"] for m in mutants if m["code"] == "fails-on-overflow" and not m["observations"]["fault"]
    ]
    assert any(run["fault"] for seen in raising for run in seen["runs"])
    for seen in raising:
        assert [judged("train_step_amp", seen, part) for part in ("update", "returns", "scaler")] == [True, True, False]
        ended = [{**run, "calls": [], "fault": {"code": "raises"}} for run in seen["runs"]]
        assert not any(
            judged("train_step_amp", seen | {"runs": ended}, part) for part in ("update", "returns", "scaler")
        )


def test_only_so_much_of_what_explains_a_verdict_is_looked_at():
    seen, task = reference("train_step"), exercises.get("train_step")
    seen["evidence"]["order"] = [["clip"] * 20_000, ["step"] * 20_000]
    kept = observations.fit(seen, task, public.expected(task))["evidence"]
    assert sum(map(len, kept["order"])) < 6_000
    assert kept.keys() == seen["evidence"].keys()


def _items(data: object) -> list:
    return list(data.values()) if isinstance(data, dict) else data if isinstance(data, list) else []


@pytest.mark.parametrize("exercise", CODE)
def test_whatever_stands_in_observations_breaks_nothing(exercise):
    rng, whole = random.Random(exercise), reference(exercise)
    paths = [*places(whole), *((key,) for key in whole)]
    for _ in range(60):
        odd = copy.deepcopy(whole)
        for path in rng.sample(paths, 2):
            try:
                at(odd, path[:-1])[path[-1]] = rng.choice(KINDS_OF_DATA)
            except (KeyError, IndexError, TypeError):
                continue
        judged(exercise, odd)


@pytest.mark.parametrize("exercise", CODE)
def test_with_a_fault_nothing_passes(exercise):
    assert not judged(exercise, {**reference(exercise), "fault": {"code": "raises"}})
    assert not judged(exercise, {**reference(exercise), "fault": {"code": "no-such-code"}})


@pytest.mark.parametrize(
    "message",
    ["", "{", "[" * 100_000, "null", "7", '"text"', "[]", '{"observations": null}', '{"x": NaN}', '{"x": -Infinity}',
     '{"x": 1e999}', '{"x": ' + "9" * 5000 + "}", '{"x": ' + "9" * 400 + "}"],
    ids=lambda message: message[:20],
)  # fmt: skip
def test_a_message_that_no_probe_sends_is_malformed(message):
    judgement = judge(trial("train_step"), Seen(message))
    assert judgement.stopped == "malformed"
    assert not judgement.result.passed


@pytest.mark.parametrize("stopped", ["too-slow", "python-ended", "run-ended", "not-observed", "several-messages",
                                     "too-large"])  # fmt: skip
def test_what_stopped_an_observation_is_said_without_points(stopped):
    judgement = judge(trial("train_step", "update"), Seen(stopped=stopped))
    assert judgement.result.parts == {"update": False}
    assert judgement.result.findings[0].code == stopped
    assert "{" not in judgement.result.message()


def test_nothing_seen_is_nothing_earned():
    assert not judge(trial("train_step"), Seen()).result.passed


def test_texts_from_a_students_process_are_one_short_line_without_paths():
    hostile = (
        "\x1b[31mred\x1b[0m\nno such file: '/home/grader/course/submitted/x.py', nor C:\\Users\\me\\y.txt \u202e"
        + "z" * 900
    )
    shown = observations.text(hostile)
    assert shown.startswith(" [31mred [0m no such file: '…/x.py', nor …/y.txt")
    assert len(shown) == 400
    assert shown.isprintable()


@pytest.mark.parametrize("honest", ["loss / max_norm / 2", "p.grad = a/b/c", "1/2 of 3/4", "https://x.org/a/b is one"])
def test_what_is_no_path_stays(honest):
    assert observations.text(honest) == honest


def test_a_trace_is_made_of_known_events_alone():
    events = [
        {"event": "step", "by": "optimizer", "grad_norm": 1.5, "more": "x" * 1000},
        {"event": "<script>", "grad_norm": 1},
        {"event": ["step"]},
        {"event": "clip", "max_norm": "high", "grad_norm": "low", "by": 7},
        "step",
        *[{"event": "forward"}] * 1000,
    ]
    trace = observations.fit({**reference("train_step"), "trace": events}, exercises.get("train_step"),
                             public.expected(exercises.get("train_step")))["trace"]  # fmt: skip
    assert trace[:2] == [{"event": "step", "by": "optimizer", "grad_norm": 1.5}, {"event": "clip", "grad_norm": None}]
    assert len(trace) < 100


def test_keys_that_no_probe_gives_are_dropped():
    task, expected = exercises.get("train_step"), public.expected(exercises.get("train_step"))
    kept = observations.fit({**reference("train_step"), "more": 1}, task, expected)
    assert set(kept) == set(reference("train_step"))
    with pytest.raises(Malformed):
        observations.fit({"runs": []}, task, expected)


def test_a_problem_of_the_instructors_is_no_verdict():
    judgement = judge(Trial(Check("train_step", "train_step"), problem="There is no key: make one."), Seen())
    assert judgement.result is None
    (error,) = outputs(judgement)
    assert error.traceback == ["This answer is not graded yet: your instructor will see to it."]
