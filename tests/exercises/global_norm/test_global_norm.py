"""What is particular to the global norm: what its lists hold, and that verdicts hold on any challenge."""

import json
import math
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import authoring, check, exercises
from autograder.exercises.global_norm import cases
from autograder.exercises.global_norm.relations import norm, relations
from autograder.judging import catalogue, judge

TASK = exercises.get("global_norm")
ANSWERS = authoring.answers_of("global_norm")
REFERENCE = ANSWERS.rights["reference"]

seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=2, deadline=None)
@given(seed=seeds)
def test_on_any_challenge_right_passes_and_every_mutant_has_its_code(seed):
    challenge = TASK.challenge(seed)
    expected = authoring.expected("global_norm", challenge)
    for name, answer in ANSWERS.rights.items():
        observed = json.loads(json.dumps(TASK.probe(answer, challenge["given"]), allow_nan=False))
        assert judge(TASK, observed, expected).passed, name
    for name, mutant in expected["mutants"].items():
        result = judge(TASK, mutant["observations"], expected)
        assert not result.passed, name
        assert result.findings[0].code == mutant["code"], name


def entries_of(case: dict) -> list[float]:
    return [x for array in cases.arrays(case) for x in array.ravel()]


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_norms_are_neither_tiny_nor_huge(seed):
    for name, case in cases.draw(seed).items():
        wanted = norm(entries_of(case), cases.norm_type(case))
        nothing = {"nothing", "zeros"} & set(case["has"])
        assert wanted == 0 if nothing else 0.01 < wanted < 1000, name


@settings(max_examples=20, deadline=None)
@given(seed=seeds)
def test_float16_norms_taken_in_float16_are_good_enough(seed):
    """Whoever takes each tensor's norm in its own dtype, and keeps the numbers, is not refused for it."""
    for name, case in cases.draw(seed).items():
        p = cases.norm_type(case)
        norms = [torch.linalg.vector_norm(t.detach(), p).item() for t in cases.build(case) if t is not None]
        wanted = norm(entries_of(case), p)
        assert math.isclose(torch.tensor([0.0, *norms]).norm(p).item(), wanted, rel_tol=5e-5), name


def test_the_lists_hold_what_the_contract_names():
    lists = {name: cases.build(case) for name, case in cases.draw(5).items()}
    tensors = [t for entries in lists.values() for t in entries if t is not None]
    assert {t.dtype for t in tensors} == {torch.float16, torch.float32, torch.float64}
    assert {t.dim() for t in tensors} == {0, 1, 2, 3, 4}
    assert any(not t.is_contiguous() for t in tensors)
    assert {t.is_leaf for t in tensors if t.requires_grad} == {True, False}
    assert all(t._base is None for t in tensors if t.is_leaf and t.requires_grad)
    assert any(len({id(t) for t in entries}) < len(entries) and None not in entries for entries in lists.values())
    assert [] in lists.values()
    assert {(case["norm_type"], case["by"]) for case in cases.draw(5).values()} >= {
        (1, "position"), (2.0, "position"), (3, "position"), ("inf", "position"), ("inf", "name"), (2.0, "default")
    }  # fmt: skip


def test_numbers_of_another_challenge_fail():
    remembered = {}

    def remembers(tensors, norm_type=2.0):
        key = len(remembered)
        return remembered.setdefault(key, REFERENCE(tensors, norm_type))

    assert check("global_norm", remembers, strict=False).passed
    replay = iter(list(remembered.values()))
    observed = TASK.probe(lambda tensors, norm_type=2.0: next(replay), other_challenge()["given"])
    assert not judge(TASK, observed, other_challenge()).passed


@pytest.mark.parametrize(
    ("mutant", "parts"),
    [
        ("adds_norms", {"norm": False, "messy": False}),
        ("expects_no_none", {"norm": True, "messy": False}),
        ("removes_none", {"norm": True, "messy": False}),
        ("a_tensor", {"norm": False, "messy": True}),
        ("matrix_norms", {"norm": False, "messy": False}),
        ("stub", {"norm": False, "messy": False}),
    ],
)
def test_a_part_is_lost_by_what_belongs_to_it(mutant, parts):
    assert check("global_norm", ANSWERS.mutants[mutant], strict=False).parts == parts


@pytest.mark.parametrize("number", [float, np.float32, np.float64, Fraction])
def test_any_kind_of_real_number_is_a_number(number):
    def answer(tensors, norm_type=2.0):
        return number(REFERENCE(tensors, norm_type))

    assert check("global_norm", answer, strict=False).passed


@pytest.mark.parametrize("value", [torch.tensor(1.0), True, "1.0", None, [1.0], (), math.nan, math.inf, 10**400])
def test_strange_values_fail_with_a_sentence(value):
    result = check("global_norm", lambda tensors, norm_type=2.0: value, strict=False)
    assert not result.passed
    assert "…" not in result.findings[0].symptom


def test_a_tensor_is_refused_with_how_to_get_a_number():
    [finding] = check("global_norm", ANSWERS.mutants["a_tensor"], strict=False).findings
    assert finding.code == "wrong-return-type"
    assert "a tensor of shape ()" in finding.symptom
    assert ".item()" in finding.next_action


@pytest.mark.parametrize("name", ANSWERS.mutants)
def test_every_detail_that_a_text_names_is_there(name):
    assert "…" not in check("global_norm", ANSWERS.mutants[name], strict=False).message()


def test_every_code_has_a_mutant_and_a_text():
    assert set(ANSWERS.codes.values()) | {"unknown", "not-a-function"} == set(catalogue(TASK.MISCONCEPTIONS))


def test_what_matches_nothing_is_said_to_match_nothing():
    result = check("global_norm", lambda tensors, norm_type=2.0: 1.37 * REFERENCE(tensors, norm_type), strict=False)
    assert [finding.code for finding in result.findings] == ["unknown"]


@cache
def other_challenge() -> dict:
    """What is expected of a challenge that is not the public one."""
    return authoring.expected("global_norm", TASK.challenge(11))


def unnamed(code: str) -> dict:
    """What is expected of another challenge, without any mutant of this code."""
    expected = other_challenge()
    mutants = {name: mutant for name, mutant in expected["mutants"].items() if mutant["code"] != code}
    return expected | {"mutants": mutants}


@pytest.mark.parametrize(
    "name",
    [
        "adds_norms", "keeps_the_largest_norm", "forgets_the_root", "mean_of_all_powers", "roots_twice",
        "combines_with_the_2_norm", "inf_in_the_formula", "powers_with_signs", "numpys_norm", "walks_through_entries",
        "expects_no_none", "breaks_at_none", "stacks_nothing", "nan_for_nothing", "asks_for_one_dtype",
        "all_in_integers", "rounds_to_two_decimals", "adds_an_epsilon", "prefers_grad", "removes_none",
        "makes_them_positive", "a_tensor", "has_another_default", "checks_before_it_measures", "skips_scalars",
    ],
)  # fmt: skip
def test_a_mistake_is_named_without_any_mutant_that_makes_it(name):
    """Which lists fail, and the numbers, say enough."""
    code = ANSWERS.codes[name]
    expected = unnamed(code)
    result = judge(TASK, TASK.probe(ANSWERS.mutants[name], expected["given"]), expected)
    assert result.findings[0].code == code


def test_the_norm_that_names_mistakes_is_no_answer():
    def borrows(tensors, norm_type=2.0):
        return norm([t.detach().numpy() for t in tensors if t is not None], norm_type)

    assert not any(check("global_norm", borrows, strict=False).parts.values())


def test_relations_by_hand():
    made = relations([np.array([3.0]), np.array([-4.0])], 2.0)
    assert made["sum-of-norms"][0] == 7
    assert made["max-of-norms"] == [4]
    assert made["missing-root"][0] == 25
    assert 3.0 in made["misses-tensors"]
    assert 0.0 in made["misses-tensors"]


def test_a_misspelt_method_is_not_taken_for_a_mistake_that_raises_the_same_kind_of_error():
    def misspells(tensors, norm_type=2.0):
        norms = [t.detach().nrm(norm_type) for t in tensors if t is not None]
        return torch.stack(norms).norm(norm_type).item() if norms else 0.0

    result = check("global_norm", misspells, strict=False)
    assert {finding.code for finding in result.findings} == {"raises"}
    assert "'nrm'" in result.message()
