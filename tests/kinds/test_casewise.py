"""A function judged case by case, on a toy exercise: double every number of a list, in place, and return the sum."""

import json

import pytest
import torch

from autograder.kinds import casewise

CASES = {
    "two": {"items": [1.5, 2.0], "words": "two numbers", "has": []},
    "negative": {"items": [-1.0, 4.0], "words": "a negative number", "has": ["negative"]},
    "empty": {"items": [], "words": "an empty list", "has": ["empty"]},
}
PARTS = ("sum", "doubled")


def run(answer, case):
    items = torch.tensor(case["items"])
    result = answer(items)
    return {"returned": casewise.returned(result), "left": casewise.values(items)}


def observe(answer):
    return json.loads(json.dumps(casewise.observe(answer, ("items",), CASES, run), allow_nan=False))


def right(items):
    items *= 2
    return items.sum()


def in_absolute_value(items):
    items *= 2
    return items.abs().sum()


def of_the_first(items):
    items *= 2
    return items[0]


EXPECTED = {
    "given": {"cases": CASES},
    "reference": observe(right),
    "mutants": {
        "in_absolute_value": {"code": "no-signs", "observations": observe(in_absolute_value)},
        "of_the_first": {"code": "only-first", "observations": observe(of_the_first)},
    },
}


def part_of(name, aspect):
    return {"returned": "sum", "left": "doubled"}[aspect]


def judge(answer, explain=lambda comparison: None):
    return casewise.judge(observe(answer), EXPECTED, part_of, PARTS, explain)


def codes(verdict):
    return [code for code, _, _ in verdict.diagnoses]


def test_right_within_rounding():
    def in_double(items):
        items.copy_(items.double() * 2 * (1 + 1e-6))
        return float(items.sum()) * (1 + 1e-6)

    verdict = judge(in_double)
    assert verdict.parts == {"sum": True, "doubled": True}
    assert verdict.diagnoses == []


def test_the_same_outcomes_as_a_mutant_have_its_code():
    def spelled_otherwise(items):
        items.mul_(2)
        return sum(abs(x) for x in items.tolist())

    verdict = judge(spelled_otherwise)
    assert verdict.parts == {"sum": False, "doubled": True}
    [(code, details, _)] = verdict.diagnoses
    assert code == "no-signs"
    assert details == {"case": "a negative number", "got": "10", "wanted": "6"}


def test_each_wrong_part_is_named_on_its_own():
    def leaves_the_items(items):
        return 2 * items.abs().sum()

    def explain(comparison):
        return "not-doubled" if comparison.wrong == {"two": ("left",), "negative": ("left",)} else None

    verdict = judge(leaves_the_items, explain)
    assert [(code, set(parts)) for code, _, parts in verdict.diagnoses] == [
        ("no-signs", {"sum"}),
        ("not-doubled", {"doubled"}),
    ]


def test_an_exception_in_one_case_leaves_the_others():
    def divides(items):
        items *= 2
        return items.sum() if len(items) else 1 / 0

    seen = observe(divides)
    assert seen["fault"] is None
    assert seen["outcomes"]["two"] == EXPECTED["reference"]["outcomes"]["two"]
    fault = seen["outcomes"]["empty"]["raised"]
    assert (fault["error"], fault["line"]) == ("ZeroDivisionError", "return items.sum() if len(items) else 1 / 0")
    [(_, details, _), _] = judge(divides).diagnoses
    assert details["got"] == "an error (ZeroDivisionError)"
    assert details["message"] == "division by zero"


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(), RecursionError(), StopIteration()])
def test_an_exception_in_every_case_is_a_fault(error):
    def fails(items):
        raise error

    verdict = judge(fails)
    assert codes(verdict) == ["raises"]
    assert verdict.diagnoses[0][1]["error"] == type(error).__name__
    assert not any(verdict.parts.values())


def test_an_answer_that_is_not_written_yet():
    def not_implemented(items):
        raise NotImplementedError("soon")

    def computes_but_forgets_to_return(items):
        items *= 2

    assert codes(judge(not_implemented)) == ["not-implemented"]
    assert "not-implemented" not in codes(judge(computes_but_forgets_to_return))


@pytest.mark.parametrize(
    ("answer", "code"), [(3, "not-a-function"), (lambda: 0, "wrong-signature"), (lambda a, b: 0, "wrong-signature")]
)
def test_faults_before_any_run(answer, code):
    assert codes(judge(answer)) == [code]


def test_the_likest_mutant_and_unlike_any():
    def of_the_first_and_a_bit(items):
        items *= 2
        return items[0] + (1e-2 if items[0] < 0 else 0)

    assert codes(judge(of_the_first_and_a_bit)) == ["only-first"]

    def a_constant(items):
        items *= 2
        return 77.0

    assert codes(judge(a_constant)) == ["unknown"]


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), -float("inf"), None, "text", [1], {}, torch.ones(3), 10**400]
)
def test_strange_values_are_data_and_wrong(value):
    def strange(items):
        items *= 2
        return value

    assert judge(strange).parts == {"sum": False, "doubled": True}


def test_same():
    assert casewise.same([1.0, 1e-9, "nan"], [1.0, 0.0, "nan"])
    assert not casewise.same([1.0, 1e-3], [1.0, 0.0])
    assert not casewise.same(1e-8, 0.0)
    assert not casewise.same("inf", "nan")
    assert not casewise.same("inf", 1.0)
    assert not casewise.same(True, 1.0)
    assert casewise.same({"a": 1}, {"a": 1.00001})
    assert not casewise.same({"a": 1}, {"b": 1})


def with_mutants(**mutants):
    """The toy exercise with further mutants, each (code, function)."""
    more = {name: {"code": code, "observations": observe(mutant)} for name, (code, mutant) in mutants.items()}
    return {**EXPECTED, "mutants": {**EXPECTED["mutants"], **more}}


def test_where_mutants_are_alike_explain_decides():
    def leaves_the_items(items):
        return 2 * items.sum()

    expected = with_mutants(one=("forgotten", leaves_the_items), other=("a-copy", leaves_the_items))

    def first_code(explained):
        verdict = casewise.judge(observe(leaves_the_items), expected, part_of, PARTS, lambda _: explained)
        return codes(verdict)[0]

    assert [first_code(code) for code in ("a-copy", "a-third", None)] == ["a-copy", "a-third", "forgotten"]


def test_a_mutant_that_is_wrong_where_the_answer_is_right_explains_nothing():
    def in_absolute_value_of_copies(items):
        return 2 * items.abs().sum()

    def of_the_first_of_copies(items):
        return 2 * items[0] if len(items) else items.sum()

    expected = {**EXPECTED, "mutants": {"one": {"code": "x", "observations": observe(in_absolute_value_of_copies)}}}
    assert codes(casewise.judge(observe(in_absolute_value), expected, part_of, PARTS, lambda _: None)) == ["unknown"]
    seen = observe(of_the_first_of_copies)
    assert codes(casewise.judge(seen, expected, part_of, PARTS, lambda _: None)) == ["unknown", "x"]


def test_a_mutant_that_raises_the_same_everywhere_gives_its_code():
    def takes_no_items(items):
        raise IndexError("no such thing")

    expected = with_mutants(one=("lost", takes_no_items))
    for error, code in [(IndexError("no such thing"), "lost"), (IndexError("another"), "raises")]:

        def fails(items, error=error):
            raise error

        assert codes(casewise.judge(observe(fails), expected, part_of, PARTS, lambda _: None)) == [code]
