"""A warm process that was started ahead: one grader connects to it, and it ends with that one, or without any."""

import os
import signal
import stat
import tempfile
from pathlib import Path

import psutil
import pytest

from autograder.grading.problems import CourseError
from autograder.grading.warm.client import WarmProcess
from autograder.grading.warm.process import Process, processes

from .kernels import needs_a_sandbox

pytestmark = [pytest.mark.slow, needs_a_sandbox]


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_grader_connects_and_it_ends_with_that_one(tmp_path):
    with processes(1, tmp_path / "log") as (address,):
        grader = WarmProcess()
        grader.start(address)
        first = grader.pid
        assert not Path(address).exists()  # nobody else can connect
        with pytest.raises(CourseError, match="does not start"):
            WarmProcess().start(address)
        grader.start()
        assert grader.pid == first  # it runs already
        folder = Path(address).parent
        grader.stop()
    assert gone(first)
    assert not folder.exists()


def test_nobody_else_gets_to_it(tmp_path):
    with processes(1, tmp_path / "log") as (address,):
        assert stat.S_IMODE(Path(address).parent.stat().st_mode) == 0o700


def test_a_long_path_of_temporary_files_is_no_obstacle(tmp_path, monkeypatch):
    folder = tmp_path / ("x" * 180)
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    with processes(1, tmp_path / "log") as (address,):
        assert Path(address).exists()


def test_it_ends_when_nobody_is_left_who_would_connect(tmp_path):
    log = tmp_path / "log"
    process = Process(log)
    (started,) = (one for one in psutil.Process().children() if process.address[:-7] in " ".join(one.cmdline()))
    process.close()
    assert gone(started.pid)
    assert not Path(process.address).parent.exists()
    assert log.read_text() == ""


def test_another_is_started_when_it_has_died(tmp_path):
    with processes(1, tmp_path / "log") as (address,):
        grader = WarmProcess()
        grader.start(address)
        first = grader.pid
        os.kill(first, signal.SIGKILL)
        psutil.Process(first).wait(20)
        grader.start()
        assert grader.pid != first
        grader.stop()
