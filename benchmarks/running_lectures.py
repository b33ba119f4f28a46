"""What a lecture takes under papermill, one at a time: wall-clock time, and memory of the largest process."""

import os
import subprocess
import sys
import tempfile
import time

from rich.console import Console

from autograder.grading.progress import progress
from autograder.lectures import NOTEBOOKS

SECONDS = {"by default": 60, "quick": 20}  # what a lecture may take
GIGABYTES = 2


def measure(console: Console) -> tuple[list[str], list[list[str]]]:
    """Each lecture alone, with the default parameters and quick."""
    lectures = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
    rows = []
    with progress(console, "Running", len(lectures)) as step:
        for lecture in lectures:
            seconds, quick = _run(lecture), _run(lecture, "--quick")
            shown = [f"{s:.1f} s of {limit}" for (s, _), limit in zip((seconds, quick), SECONDS.values(), strict=True)]
            rows.append([lecture, *shown, f"{max(seconds[1], quick[1]):.2f} GB of {GIGABYTES}"])
            step(lecture, True)
    return ["lecture", *SECONDS, "memory"], rows


def _run(lecture: str, *options: str) -> tuple[float, float]:
    """Seconds, and gigabytes at most: wait4 tells the memory of the largest process that took part."""
    with tempfile.TemporaryDirectory() as out:
        began = time.perf_counter()
        command = [sys.executable, "-m", "autograder.lectures", lecture, "--out", out, *options]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise RuntimeError(f"{lecture} did not run to its end: try `{' '.join(command[1:])}`")
        return time.perf_counter() - began, usage.ru_maxrss / 1e6
