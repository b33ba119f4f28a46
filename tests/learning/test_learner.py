import sys
from types import SimpleNamespace

import pytest

from autograder.learning import learner


@pytest.mark.parametrize(("told", "there"), [("present", True), ("absent", False)])
def test_the_environment_decides(monkeypatch, told, there):
    monkeypatch.setenv(learner.VARIABLE, told)
    assert learner.present() is there


@pytest.mark.parametrize("allowed", [True, False])
def test_otherwise_the_kernel_knows_whether_input_is_possible(monkeypatch, allowed):
    monkeypatch.delenv(learner.VARIABLE, raising=False)
    shell = SimpleNamespace(kernel=SimpleNamespace(_allow_stdin=allowed))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert learner.present() is allowed


@pytest.mark.parametrize("shell", [None, SimpleNamespace()])
def test_outside_a_kernel_nobody_is_there(monkeypatch, shell):
    monkeypatch.delenv(learner.VARIABLE, raising=False)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert learner.present() is False
