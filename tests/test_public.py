"""The recorded expectations are what the solutions give now."""

import copy
import math

import pytest

from autograder import authoring, exercises, public

JUDGED = sorted({exercises.get(i).JUDGED_AS for i in exercises.ids()})


@pytest.mark.parametrize("exercise", JUDGED)
def test_recorded_expectation_is_fresh(exercise):
    recorded = public.expected(exercises.get(exercise))
    assert _differences(recorded, authoring.public_expectation(exercise)) == [], "run `make expectations`"


@pytest.mark.parametrize("exercise", JUDGED)
def test_what_is_recorded_of_an_answer_that_is_not_code_is_no_more_than_what_is_given(exercise):
    task = exercises.get(exercise)
    assert task.KIND in ("code", "value", "choice")
    assert task.KIND == "code" or set(public.expected(task)) == {"given"}


STEPS = [name for name in JUDGED if "probes" in public.expected(exercises.get(name))["given"]]


@pytest.mark.parametrize("exercise", STEPS)
def test_a_call_holds_nothing_that_the_probe_does_without(exercise):
    """What explanations alone need, the right gradients for example, would be an answer to whoever finds it."""
    task = exercises.get(exercise)
    given, right = public.expected(task)["given"], next(iter(authoring.answers_of(exercise).rights.values()))
    for name in given["probes"][0]["calls"][0]:
        less = copy.deepcopy(given)
        for call in (call for probe in less["probes"] for call in probe["calls"]):
            call.pop(name, None)
        with pytest.raises(KeyError, match=name):
            task.probe(right, less)
    assert len({tuple(call) for probe in given["probes"] for call in probe["calls"]}) == 1


def _differences(a, b, where="") -> list[str]:
    """Where two JSON values differ by more than other machines' rounding."""
    if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
        return [d for key in a for d in _differences(a[key], b[key], f"{where}/{key}")]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [d for k, (x, y) in enumerate(zip(a, b, strict=True)) for d in _differences(x, y, f"{where}/{k}")]
    if isinstance(a, float) and isinstance(b, float):
        return [] if math.isclose(a, b, rel_tol=1e-3, abs_tol=1e-4) else [where]
    return [] if a == b or where.endswith("/message") else [where]
