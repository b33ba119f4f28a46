"""What is expected of each exercise's public challenge: recorded data, so that a check needs no solution."""

import json
from functools import cache
from importlib import resources
from types import ModuleType

PUBLIC_SEED = 20130617


@cache
def expected(exercise: ModuleType) -> dict:
    """The recorded expectation of an exercise's public challenge: `expected.json` of the exercise it is judged as.

    `given` in it is the public challenge itself.
    """
    text = resources.files(f"autograder.exercises.{exercise.JUDGED_AS}").joinpath("expected.json").read_text("utf-8")
    return json.loads(text)
