"""The same attempts as an ordinary user makes them, who has no rights and is the same user for all kernels."""

import os
import sys
import tempfile
from pathlib import Path

import pytest

from ...course import ROOT
from ..warm.kernels import needs_a_sandbox
from . import ordinary_user

pytestmark = [pytest.mark.slow, needs_a_sandbox]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="the tests run as an ordinary user already")

CHOSEN = "network or written or signal or left_behind or counted or uses_too_much or charged"  # the user matters there


@as_root
def test_everything_holds_for_an_ordinary_user_too():
    attempts = ROOT / "tests" / "grading" / "sandbox" / "test_attempts.py"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-rfE", "-x"]
    with tempfile.TemporaryDirectory(prefix="ordinary_") as folder:  # those of pytest are closed to others
        run = ordinary_user.run([*command, "-k", CHOSEN, "--basetemp", f"{folder}/temp", str(attempts)], Path(folder))
    assert run.returncode == 0, run.stdout[-5000:] + run.stderr[-2000:]
    assert " passed" in run.stdout


@as_root
def test_an_ordinary_users_doctor_finds_everything_ready():
    command = [sys.executable, "-c", "from autograder.cli import main; main()", "doctor"]
    with tempfile.TemporaryDirectory(prefix="ordinary_") as folder:
        run = ordinary_user.run(command, Path(folder))
    assert run.stdout.splitlines()[-1] == "ready", run.stdout + run.stderr[-2000:]
