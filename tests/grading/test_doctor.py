"""The doctor tries everything in a real kernel, and says the one next thing to do where something does not hold."""

import io

import pytest
from rich.console import Console

from autograder.grading import doctor
from autograder.grading.sandbox import available

from .warm.kernels import needs_a_sandbox


def said_by_the_doctor() -> tuple[bool, str]:
    text = io.StringIO()
    ready = doctor.examine(Console(file=text, width=200))
    return ready, text.getvalue()


@pytest.mark.slow
@needs_a_sandbox
def test_where_there_is_a_sandbox_everything_holds():
    ready, said = said_by_the_doctor()
    assert ready, said
    assert said.splitlines()[-1] == "ready"
    assert said.count("held ") > 15


@pytest.mark.parametrize(
    ("obstacle", "hint"),
    [
        ("unshare: Operation not permitted", "--cap-add SYS_ADMIN"),
        ("setuid: Operation not permitted", "--cap-add SETUID"),
        ("unshare: No space left on device", "sysctl user.max_user_namespaces"),
        ("mount proc on /x/proc: Operation not permitted", "systempaths=unconfined"),
        ("mount_setattr /x: Function not implemented", "Linux 5.14 or newer"),
        ("KeyError('riscv64')", "--unsafe-no-sandbox"),
    ],
)
def test_where_there_is_none_it_says_what_would_do(obstacle, hint, monkeypatch):
    monkeypatch.setattr(available, "obstacle", lambda: obstacle)
    monkeypatch.setattr(available, "bubblewrap_obstacle", lambda: "bubblewrap is not installed")
    available.found.cache_clear()
    try:
        ready, said = said_by_the_doctor()
    finally:
        available.found.cache_clear()
    assert not ready
    assert f"({obstacle}; bubblewrap is not installed)" in said
    assert hint in next(line for line in said.splitlines() if line.startswith("Next: "))
    assert "--unsafe-no-sandbox" in said


def test_elsewhere_than_on_linux_it_says_so(monkeypatch):
    monkeypatch.setattr(available.sys, "platform", "darwin")
    available.found.cache_clear()
    try:
        assert available.problem().startswith("The sandbox for grading needs Linux, and this is darwin.")
    finally:
        available.found.cache_clear()


@pytest.mark.slow
def test_what_does_not_hold_is_named(monkeypatch):
    lines = [doctor.Line("a", True, "x"), doctor.Line("b", False, "it worked"), doctor.Line("c", False, "it worked")]
    monkeypatch.setattr(available, "found", lambda: (available.WARM, "", ""))
    monkeypatch.setattr(doctor, "attempts", lambda: iter(lines))
    ready, said = said_by_the_doctor()
    assert not ready
    assert said.splitlines()[-1].startswith("Next: do not grade here before this holds: b.")
