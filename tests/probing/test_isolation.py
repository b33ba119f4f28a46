"""A process is as it was after student code ran in it, also after an exception."""

import random
import sys
import threading
import warnings

import numpy as np
import pytest
import torch
from torch.nn.modules.module import register_module_forward_hook
from torch.optim.optimizer import _global_optimizer_pre_hooks, register_optimizer_step_pre_hook

from autograder.probing.isolation import reachable, undisturbed


def vandalise():
    torch.manual_seed(5)
    torch.rand(3)
    np.random.rand(3)
    random.random()
    torch.set_default_dtype(torch.float64)
    torch.set_grad_enabled(False)
    torch.set_num_threads(2)
    torch.autograd.set_detect_anomaly(True)
    register_module_forward_hook(lambda *args: None)
    register_optimizer_step_pre_hook(lambda *args: None)
    sys.setprofile(lambda *args: None)
    threading.setprofile(lambda *args: None)
    warnings.simplefilter("error")
    print("student output")


def vandalise_and_raise(error):
    with undisturbed():
        vandalise()
        raise error


def state():
    return {
        "torch": torch.get_rng_state().tolist(),
        "numpy": np.random.get_state()[1].tolist(),
        "random": random.getstate(),
        "dtype": torch.get_default_dtype(),
        "grad": torch.is_grad_enabled(),
        "threads": torch.get_num_threads(),
        "anomaly": torch.is_anomaly_enabled(),
        "profile": (sys.getprofile(), threading.getprofile(), sys.gettrace()),
        "filters": list(warnings.filters),
        "hooks": (
            dict(torch.nn.modules.module._global_forward_hooks),
            dict(_global_optimizer_pre_hooks),
        ),
    }


def test_everything_is_restored_after_success(capsys):
    before = state()
    with undisturbed():
        vandalise()
    assert state() == before
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_everything_is_restored_after_an_exception(error):
    before = state()
    with pytest.raises(error):
        vandalise_and_raise(error)
    assert state() == before


@pytest.mark.parametrize("threads", [1, 2])
def test_the_number_of_threads_is_one_within_and_afterwards_what_it_was(threads):
    at_first = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with undisturbed():
            assert torch.get_num_threads() == 1
            torch.set_num_threads(3 - threads)
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(at_first)


def test_hooks_and_a_profile_function_of_the_student_come_back():
    hook = register_module_forward_hook(lambda *args: None)
    profile = lambda *args: None  # noqa: E731
    sys.setprofile(profile)
    try:
        before = state()
        with undisturbed():
            torch.nn.modules.module._global_forward_hooks.clear()
        assert state() == before
    finally:
        sys.setprofile(None)
        hook.remove()


model = torch.nn.Linear(2, 1)
unrelated = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def trains_the_global_model():
    helper()
    optimizer.param_groups[0]["lr"] = 9.0


def helper():
    model.weight.data.add_(1)
    model.weight.grad = torch.ones(1, 2)
    model.eval()


def test_a_students_own_model_and_optimizer_are_restored():
    weight = model.weight.detach().clone()
    with undisturbed(trains_the_global_model):
        trains_the_global_model()
    assert torch.equal(model.weight, weight)
    assert model.weight.grad is None
    assert model.training
    assert optimizer.param_groups[0]["lr"] == 0.1


def test_only_what_the_answer_names_is_reached():
    assert {id(m) for m in reachable(trains_the_global_model, torch.nn.Module)} == {id(model)}
