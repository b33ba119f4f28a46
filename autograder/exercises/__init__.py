"""The exercises, one folder each: `task.py` (challenge, probe), `judge.py`, `misconceptions.yaml`, `solutions.py`; and
`making.py`, where it takes right answers to make a challenge."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType


def ids() -> list[str]:
    """The ids of all exercises."""
    return sorted(path.parent.name for path in Path(__file__).parent.glob("*/task.py"))


def chosen(asked: list[str]) -> list[str]:
    """The exercises asked for by id, all of them if none is. Raises LookupError with a sentence for an unknown id."""
    return [get(exercise_id).ID for exercise_id in asked] or ids()


@cache
def get(exercise_id: str) -> ModuleType:
    """The `task` module of an exercise. Raises LookupError with a sentence for an unknown id."""
    if not isinstance(exercise_id, str) or not exercise_id.isidentifier() or not find_spec(f"{__name__}.{exercise_id}"):
        raise LookupError(f"There is no exercise {exercise_id!r}. The exercises are: {', '.join(ids())}.")
    return import_module(f"{__name__}.{exercise_id}.task")
