"""What a worker does: run and judge the notebooks of one submission. Plain data comes in, plain data goes out.

A worker needs this package and no course folder. The student's code runs in kernels, each a process of its own; the
worker's process never runs a line of it.
"""

import base64
import json
import os
import tempfile
from pathlib import Path

import nbformat
from traitlets.config import Config
from traitlets.utils.importstring import import_item

from . import challenges
from .challenges import Challenge
from .prepare import Trial
from .sandbox import available
from .testcells import Check
from .warm.client import warm_process

_LEFT = ("found", "ungraded")  # of what the preprocessors leave: what the gradebook's side goes on with


def expectation(exercise: str, seed: int) -> dict:
    """What is expected of a challenge: plain data. This process need not import torch for it, where there is one that
    has.

    Raises:
        CourseError: it could not be computed.
    """
    if available.kind() == available.WARM:
        return warm_process().expectation(exercise, seed)
    return challenges.expectation(exercise, seed)


def run(job: str, expected: dict[str, dict]) -> str:
    """Run the notebooks of a job and judge what was observed.

    Args:
        job: JSON text of `assignment`, `student`, `notebooks` (by name: `text` and `trials`), `files` (beside them, in
            base64), the names of the `preprocessors` to apply, and their `settings`.
        expected: what is expected of each challenge, by id.

    Returns:
        JSON text of `notebooks`, by name: the `text`, and what was `left` for the record and the scores. (Dask looks
        into anything else, to know how large it is.)

    Raises:
        CourseError: there can be no sandbox here.
    """
    data = json.loads(job)
    os.environ["NBGRADER_EXECUTION"] = "autograde"  # which nbgrader promises to students' code
    settings = Config(data["settings"])
    preprocessors = [import_item(name)(config=settings) for name in data["preprocessors"]]
    with tempfile.TemporaryDirectory(prefix="autograder_") as name:
        folder = Path(name)
        _write(data["files"], folder)
        notebooks = {
            name: _run(name, one, data, expected, folder, preprocessors) for name, one in data["notebooks"].items()
        }
        return json.dumps({"notebooks": notebooks})


def _run(name: str, one: dict, data: dict, expected: dict[str, dict], folder: Path, preprocessors: list) -> dict:
    nb = nbformat.reader.reads(one["text"])
    trials = {grade_id: _trial(trial, expected) for grade_id, trial in one["trials"].items()}
    resources = {
        "nbgrader": {"assignment": data["assignment"], "student": data["student"], "notebook": name},
        "metadata": {"path": str(folder), "name": name},
        "autograder": {"trials": trials},
    }
    for preprocessor in preprocessors:
        nb, resources = preprocessor(nb, resources)
    left = {key: resources["autograder"][key] for key in _LEFT if key in resources["autograder"]}
    return {"text": json.dumps(nb), "left": left}  # nobody reads it: nbformat's own way takes ten times as long


def _trial(trial: dict, expected: dict[str, dict]) -> Trial:
    check, challenge = Check(**trial["check"]), trial["challenge"]
    if challenge is None:
        return Trial(check, problem=trial["problem"])
    return Trial(check, Challenge(challenge, expected[challenge]["given"], expected[challenge]))


def _write(files: dict[str, str], folder: Path) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(content))
