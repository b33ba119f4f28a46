"""Cells that run in kernels as submissions do, and what they printed."""

import textwrap
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from autograder.grading.kernels import kernel_manager
from autograder.grading.sandbox import available
from autograder.grading.sandbox.limits import Limits

needs_a_sandbox = pytest.mark.skipif(bool(available.problem()), reason=available.problem())


def run(folder: Path, *cells: str, timeout: int = 60, limits: Limits | None = None) -> list[str]:
    """What each cell printed, or the name of its exception; the notebook runs on a copy of `folder`."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(textwrap.dedent(cell)) for cell in cells])
    client = NotebookClient(notebook, kernel_manager_class=kernel_manager(), allow_errors=True, timeout=timeout)
    client.resources = {"metadata": {"path": str(folder)}}
    client.shutdown_kernel = "immediate"
    client.execute(**({"limits": limits} if limits else {}))
    return ["".join(output.get("text", output.get("ename", "")) for output in cell.outputs) for cell in notebook.cells]
