"""What is expected of an exercise: the reference's and every mutant's observations. Authors and graders only.

`python -m autograder.authoring` records the expectations of the public challenges, which student installations carry.
"""

import json
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from . import exercises
from .exercises.solutions import Answers


def answers_of(exercise_id: str) -> Answers:
    """The reference, right spellings and mutants of an exercise."""
    return import_module(f"autograder.exercises.{exercises.get(exercise_id).SOLUTIONS}.solutions").answers


def expected(exercise_id: str, challenge: dict) -> dict:
    """What the reference and every mutant give for a challenge, as plain data."""
    task, answers = exercises.get(exercise_id), answers_of(exercise_id)
    given = challenge["given"]
    reference = next(iter(answers.rights.values()))
    mutants = {
        name: {"code": answers.codes[name], "observations": task.probe(mutant, given)}
        for name, mutant in answers.mutants.items()
    }
    data = {"given": given, "reference": task.probe(reference, given), "mutants": mutants}
    return json.loads(json.dumps(data, allow_nan=False))
