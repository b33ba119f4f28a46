"""The warm process: kernels forked from it start like fresh ones, and none of them outlives the grader."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time

import nbformat
import psutil
import pytest
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from autograder.grading import challenges
from autograder.grading.problems import CourseError
from autograder.grading.sandbox import available
from autograder.grading.warm import manager, server
from autograder.grading.warm.client import warm_process

from ...course import ROOT
from .kernels import needs_a_sandbox, run

pytestmark = [pytest.mark.slow, needs_a_sandbox]


def test_each_kernel_is_like_a_fresh_one(tmp_path):
    cells = [
        "import random, numpy, torch\nprint(torch.rand(1).item())\nprint(random.random())\nprint(numpy.random.rand())",
        "print('y' in globals())\ny = 1",
        "import os, threading\nprint(os.getcwd(), threading.main_thread() is threading.current_thread())",
    ]
    first, second = run(tmp_path, *cells), run(tmp_path, *cells)
    assert not set(first[0].split()) & set(second[0].split())
    assert first[1] == second[1] == "False\n"
    assert first[2] == "/home/student/submission True\n"


def test_the_warm_process_never_computed_and_has_one_thread(tmp_path):
    run(tmp_path, "1")
    warm = psutil.Process(warm_process().pid)
    assert warm.num_threads() == 1
    ours = {"OMP_NUM_THREADS", "PYDEVD_DISABLE_FILE_VALIDATION", "PYTHONDONTWRITEBYTECODE"}
    assert set(warm.environ()) == {"PATH", "LANG"} | ours


def test_it_forks_nothing_when_it_has_a_second_thread(monkeypatch):
    monkeypatch.setattr(server, "threads", lambda: 2)
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("it was forked"))
    ours, theirs = socket.socketpair()
    with ours, pytest.raises(RuntimeError, match="a second thread"):
        server._fork({}, theirs, ours, None)


def test_it_survives_the_death_of_a_kernel(tmp_path):
    assert run(tmp_path, "print(1)") == ["1\n"]
    before = warm_process().pid
    with pytest.raises(Exception, match="Kernel died"):
        run(tmp_path, "import os\nos.kill(os.getpid(), 9)")
    assert run(tmp_path, "print(1)") == ["1\n"]
    assert warm_process().pid == before


def test_it_is_started_again_and_running_kernels_go_on(tmp_path):
    async def killed_midway():
        kernel = manager.WarmKernelManager()
        await kernel.start_kernel(cwd=str(tmp_path))
        os.kill(warm_process().pid, signal.SIGKILL)
        time.sleep(0.2)
        alive = await kernel.is_alive()
        client = kernel.client()
        client.start_channels()
        await client.wait_for_ready(timeout=30)
        client.stop_channels()
        await kernel.shutdown_kernel(now=True)
        return alive

    run(tmp_path, "1")
    before = warm_process().pid
    assert asyncio.run(killed_midway())
    assert run(tmp_path, "print(1)") == ["1\n"]
    assert warm_process().pid != before


def test_an_interrupt_ends_a_cell_and_not_the_kernel(tmp_path):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in ("while True: pass", "print(1)")])
    options = {"allow_errors": True, "timeout": 3, "interrupt_on_timeout": True}
    client = NotebookClient(notebook, kernel_manager_class=manager.WarmKernelManager, **options)
    client.execute()
    assert notebook.cells[0].outputs[0].ename == "KeyboardInterrupt"
    assert notebook.cells[1].outputs[0].text == "1\n"


GRADER = """
import asyncio, os, sys
from autograder.grading.warm.client import warm_process
from autograder.grading.warm.manager import WarmKernelManager

async def main():
    kernel = WarmKernelManager()
    await kernel.start_kernel()
    print(warm_process().pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_all_is_gone_when_the_grader_is_gone(tmp_path, number):
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    grader = subprocess.Popen([sys.executable, "-c", GRADER], stdout=subprocess.PIPE, text=True, env=environment)
    warm = psutil.Process(int(grader.stdout.readline()))
    started = [warm, *warm.children(recursive=True)]
    assert len(started) == 4  # with a kernel, its keeper and the first process of its namespace
    grader.send_signal(number)
    grader.wait()
    assert not psutil.wait_procs(started, timeout=10)[1]
    assert not list(tmp_path.glob("autograder_*"))


@pytest.mark.skipif(bool(said := available.bubblewrap_obstacle()), reason=said)
def test_without_a_warm_process_kernels_run_in_bubblewrap_and_are_gone_with_the_grader(tmp_path):
    environment = {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path), available.FORCED: available.BUBBLEWRAP}
    grader = subprocess.Popen(
        [sys.executable, "-c", GRADER], stdout=subprocess.PIPE, text=True, env=os.environ | environment
    )
    assert grader.stdout.readline() == "None\n"
    started = psutil.Process(grader.pid).children(recursive=True)
    assert [process.name() for process in started].count("bwrap") >= 1
    assert len(started) >= 4  # with the keeper, the first process of the namespace, and the kernel
    grader.kill()
    grader.wait()
    assert not psutil.wait_procs(started, timeout=10)[1]
    assert not list(tmp_path.glob("autograder_*"))


def test_any_program_can_have_warm_kernels_by_a_kernel_specification(tmp_path):
    folder = tmp_path / "kernels" / "warm"
    folder.mkdir(parents=True)
    specification = KernelSpec(
        display_name="warm", language="python", metadata={"kernel_provisioner": {"provisioner_name": manager.NAME}}
    )
    (folder / "kernel.json").write_text(json.dumps(specification.to_dict()))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import os; print(os.getcwd())")])

    class Manager(AsyncKernelManager):
        def _kernel_spec_manager_default(self):
            return KernelSpecManager(kernel_dirs=[str(tmp_path / "kernels")])

    NotebookClient(notebook, kernel_name="warm", kernel_manager_class=Manager).execute()
    assert notebook.cells[0].outputs[0].text == "/home/student/submission\n"


def test_what_is_expected_is_computed_beside_it(tmp_path):
    given = warm_process().expectation("rnn_step", 5)
    assert given == json.loads(json.dumps(challenges.expectation("rnn_step", 5)))
    own = "[n for n in sys.modules if n.startswith('autograder.')]"
    words = ("solutions", "making", "authoring")
    seen = run(tmp_path, f"import sys\nprint([n for n in {own} if any(word in n for word in {words})])")
    assert seen == ["[]\n"]


def test_a_challenge_that_there_is_not_is_one_sentence():
    with pytest.raises(CourseError, match="What is expected of “nothing” could not be computed"):
        warm_process().expectation("nothing", 5)
