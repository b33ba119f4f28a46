"""Answers that cannot be observed get a fault in plain data; values become numbers."""

import functools
import math

import numpy as np
import pytest
import torch

from autograder.probing import answers

NAMES = ("model", "optimizer")


def fits(model, optimizer): ...
def has_more(model, optimizer, verbose=False): ...
def has_other_names(net, opt): ...
def too_few(model): ...
def too_many(model, optimizer, extra): ...
def turned_round(optimizer, model): ...


class Callable:
    def __call__(self, *args): ...


@pytest.mark.parametrize(
    "answer", [fits, has_more, has_other_names, lambda *a: 1, Callable(), functools.partial(has_more, verbose=True)]
)
def test_usable_signatures(answer):
    assert answers.signature_fault(answer, NAMES) is None


@pytest.mark.parametrize("answer", [too_few, too_many, turned_round, functools.partial(fits, 1)])
def test_wrong_signatures(answer):
    assert answers.signature_fault(answer, NAMES)["code"] == "wrong-signature"


@pytest.mark.parametrize("answer", [None, 3, "train_step", torch.nn.Linear, [fits], torch.ones(2)])
def test_no_functions(answer):
    found = answers.signature_fault(answer, NAMES)
    assert found["code"] == "not-a-function"
    assert found["got"]


@pytest.mark.parametrize(
    "value",
    [2, 2.0, torch.tensor(2), torch.tensor([2.0]), torch.tensor([[2.0]]), np.float32(2), np.array(2), np.array([2])],
)
def test_numbers(value):
    assert answers.as_number(value) == 2.0


@pytest.mark.parametrize(
    "value", [None, "2", True, [2], torch.ones(2), torch.tensor([]), np.ones(2), 1j, torch.tensor(1j)]
)
def test_no_numbers(value):
    assert answers.as_number(value) is None


def test_not_finite_is_not_plain():
    assert answers.plain(math.nan) is None
    assert answers.plain(-math.inf) is None
    assert answers.plain(1.5) == 1.5


def test_an_exception_is_told_with_the_students_own_line():
    def answer():
        numbers = torch.ones(2)
        return torch.cat(numbers)

    try:
        answer()
    except TypeError as error:
        found = answers.raised(error, answer)
    assert found["code"] == "raises"
    assert found["error"] == "TypeError"
    assert found["line"] == "return torch.cat(numbers)"
