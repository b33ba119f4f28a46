"""Workers of a scheduler elsewhere: two, one of which is killed midway, and one with another version of the package."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import dask
import pytest
from distributed.security import Security
from rich.console import Console

from autograder.grading import cluster
from autograder.grading.class_run import grade
from autograder.grading.problems import CourseError
from autograder.grading.simulate import simulate
from autograder.grading.starting import starting
from autograder.grading.table import show

from ..course import ROOT
from .classes import ASSIGNMENT, new_course

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """Dask's settings that name certificates, and the same as options of its commands."""
    folder, security = tmp_path_factory.mktemp("certificates"), Security.temporary()
    ca, cert, key = (folder / name for name in ("ca.pem", "cert.pem", "key.pem"))
    for path, text in ((ca, security.tls_ca_file), (cert, security.tls_client_cert), (key, security.tls_client_key)):
        path.write_text(text)
    own = {"distributed.comm.tls.client.cert": str(cert), "distributed.comm.tls.client.key": str(key)}
    settings = {"distributed.comm.tls.ca-file": str(ca), **own}
    return settings, ["--tls-ca-file", str(ca), "--tls-cert", str(cert), "--tls-key", str(key)]


@contextlib.contextmanager
def running(*command: str, path: Path = ROOT) -> Iterator[subprocess.Popen]:
    environment = os.environ | {"PYTHONPATH": str(path)}
    command = [sys.executable, "-m", "dask", *command]
    process = subprocess.Popen(command, cwd=path, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def scheduler(certificates, folder: Path) -> Iterator[str]:
    options = ["--port", "0", "--host", "127.0.0.1", "--protocol", "tls", "--no-dashboard", "--no-show"]
    file = folder / "scheduler.json"
    with running("scheduler", *options, "--scheduler-file", str(file), *certificates[1]):
        yield until(lambda: json.loads(file.read_text())["address"] if file.exists() else None)


def worker(certificates, address: str, folder: Path, path: Path = ROOT) -> contextlib.AbstractContextManager:
    options = ["--nthreads", "2", "--no-dashboard", "--no-nanny", "--memory-limit", "0"]
    return running("worker", address, *options, "--local-directory", str(folder), *certificates[1], path=path)


def until(ask, seconds: float = 60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(ValueError):  # a file that is not yet whole
            if answer := ask():
                return answer
        time.sleep(0.1)
    raise AssertionError("it did not come about")


def workers_of(address: str) -> int:
    with contextlib.closing(cluster._reached(address)) as client:
        return len(client.scheduler_info(n_workers=-1)["workers"])


@pytest.mark.parametrize("students", [8, pytest.param(60, marks=pytest.mark.full)])
def test_a_worker_is_killed_midway(students, certificates, tmp_path):
    course = new_course(tmp_path / "course")
    drawn = simulate(course, ASSIGNMENT, students, seed=6)
    with (
        dask.config.set(certificates[0]),
        scheduler(certificates, tmp_path) as address,
        worker(certificates, address, tmp_path) as first,
        worker(certificates, address, tmp_path),
    ):
        until(lambda: workers_of(address) == 2)
        seen = []
        console = Console(file=_Lines(seen), force_terminal=False)

        def kill() -> None:
            until(lambda: sum("Grading:" in line for line in seen) >= 2, 400)
            first.kill()

        killer = threading.Thread(target=kill)
        killer.start()
        run = _grade(course, console, address)
        killer.join()
        assert first.poll() is not None
    assert sorted(row.student for row in run.rows) == sorted(drawn)
    assert run.failed == {}
    assert sum("Grading:" in line for line in seen) == min(students, 20)  # each was counted once
    with course.gradebook() as gradebook:
        assert len(gradebook.assignment_submissions(ASSIGNMENT)) == students


def test_a_worker_with_another_version_gets_nothing_to_do(certificates, tmp_path):
    shutil.copytree(ROOT / "autograder", tmp_path / "other" / "autograder")
    (tmp_path / "other" / "autograder" / "new.py").write_text("# a later version\n")
    course = new_course(tmp_path / "course")
    simulate(course, ASSIGNMENT, 2, seed=6)
    console = Console(record=True, width=200)
    with (
        dask.config.set(certificates[0]),
        scheduler(certificates, tmp_path) as address,
        worker(certificates, address, tmp_path, tmp_path / "other"),
    ):
        until(lambda: workers_of(address) == 1)
        with pytest.raises(CourseError, match="have another version of this package, or none: install this one there"):
            _grade(course, console, address)
        with worker(certificates, address, tmp_path):
            until(lambda: workers_of(address) == 2)
            run = _grade(course, console, address)
    show(run, console)
    assert len(run.rows) == 2
    assert "got nothing to do: it has another version of this package. Install this one." in console.export_text()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("tcp://127.0.0.1:9", "tcp://127.0.0.1:9 is no address of an encrypted scheduler: "),
        ("tls://127.0.0.1:9", r"The scheduler at tls://127.0.0.1:9 cannot be used \(.*\): see that it runs, and "),
    ],
)
def test_a_scheduler_that_cannot_be_used_is_one_sentence(address, sentence, certificates, monkeypatch, tmp_path):
    monkeypatch.setattr(cluster, "_SECONDS", 1)
    with (
        dask.config.set(certificates[0]),
        pytest.raises(CourseError, match=sentence),
        cluster.elsewhere(address),
    ):
        pass


def _grade(course, console, address):
    with starting(scheduler=address, log=course.log) as crew:
        return grade(course, ASSIGNMENT, console, crew)


class _Lines:
    """A file that keeps what is written to it, in pieces."""

    def __init__(self, kept: list[str]) -> None:
        self._kept = kept

    def write(self, text: str) -> int:
        if text.strip():
            self._kept.append(text)
        return len(text)

    def flush(self) -> None:
        """There is nothing to do."""
