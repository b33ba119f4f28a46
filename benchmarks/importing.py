"""What `import autograder` adds to `import torch`."""

import subprocess
import sys
from statistics import median

from rich.console import Console

from autograder.grading.progress import progress

RUNS = 5

_CODE = """
import time
a = time.perf_counter()
import torch
b = time.perf_counter()
import autograder
c = time.perf_counter()
from autograder import check, hint
d = time.perf_counter()
print(b - a, c - b, d - c)
"""


def measure(console: Console) -> tuple[list[str], list[list[str]]]:
    """Times in fresh Python processes."""
    seconds = []
    with progress(console, "Importing", RUNS) as step:
        for number in range(RUNS):
            run = subprocess.run([sys.executable, "-c", _CODE], capture_output=True, text=True, check=True)
            seconds.append([float(value) for value in run.stdout.split()])
            step(f"process {number + 1}", True)
    torch, *others = (median(column) for column in zip(*seconds, strict=True))
    names = ["import autograder", "from autograder import check, hint"]
    rows = [["import torch", f"{torch:.3f} s", "1"]]
    rows += [[name, f"{value:.3f} s", f"{value / torch:.3f}"] for name, value in zip(names, others, strict=True)]
    return [f"fresh processes (median of {RUNS})", "time", "of import torch"], rows
