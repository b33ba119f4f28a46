"""The answers to choices: `keys/<exercise>.yaml`, in the course folder or beside this package.

A key has, for each part of the exercise and each tier of the part, the right option, and what is behind each of the
others:

    run_1:
      cause:
        right: B
        wrong:
          A: {code: wrong-choice, feedback: "Its norm is calm."}
          C: {code: clip-after-step, feedback: "Look at the order."}

nbgrader copies all of source/ and release/ to students, so keys are in neither.
"""

from pathlib import Path
from types import ModuleType

import yaml

from .. import judging, public
from .problems import CourseError

FOLDER = "keys"


def read_key(task: ModuleType, course: Path) -> dict:
    """The key of an exercise whose answer is a choice, as plain data.

    Raises:
        CourseError: there is no key, or it does not fit the exercise.
    """
    own = Path(__file__).parents[2]
    found = [path for path in (folder / FOLDER / f"{task.ID}.yaml" for folder in (course, own)) if path.is_file()]
    if not found:
        path = course / FOLDER / f"{task.ID}.yaml"
        raise CourseError(f"There is no key for “{task.ID}”: put the right options into {path}, and grade again.")
    try:
        key = yaml.safe_load(found[0].read_text(encoding="utf-8"))
        tiers = public.expected(task)["given"]["tiers"]
        _require(_is_mapping(key, tiers), f"its parts are not {', '.join(tiers)}")
        return {part: _part(part, key[part], its, task) for part, its in tiers.items()}
    except (OSError, UnicodeDecodeError, yaml.YAMLError, _Misfit) as error:
        why = " ".join(str(error).split()).rstrip(".")
        raise CourseError(f"{found[0]} cannot be used ({why}): correct it, and grade again.") from None


class _Misfit(Exception):
    """A key does not fit its exercise."""


def _part(part: str, data: object, tiers: dict[str, list[str]], task: ModuleType) -> dict:
    _require(_is_mapping(data, tiers), f"the tiers of {part} are not {', '.join(tiers)}")
    return {tier: _tier(f"{part}, {tier}", data[tier], options, task) for tier, options in tiers.items()}


def _tier(where: str, data: object, options: list[str], task: ModuleType) -> dict:
    _require(_is_mapping(data, ("right", "wrong")), f"{where}: there has to be a right option, and the wrong ones")
    right = str(data["right"])
    _require(right in options, f"{where}: {right} is not one of {', '.join(options)}")
    others = [option for option in options if option != right]
    wrong = (
        {str(option): behind for option, behind in data["wrong"].items()} if isinstance(data["wrong"], dict) else None
    )
    _require(_is_mapping(wrong, others), f"{where}: the wrong options are not {', '.join(others)}")
    for option, behind in wrong.items():
        _require(
            _is_mapping(behind, ("code", "feedback")) and isinstance(behind["feedback"], str),
            f"{where}: {option} has to have a code and its feedback",
        )
        try:
            judging.find(task.MISCONCEPTIONS, behind["code"], {})
        except (KeyError, TypeError):
            raise _Misfit(f"{where}: there is no misconception {behind['code']}") from None
    return {"right": right, "wrong": wrong}


def _is_mapping(data: object, keys) -> bool:
    return isinstance(data, dict) and set(data) == set(keys)


def _require(fits: bool, otherwise: str) -> None:
    if not fits:
        raise _Misfit(otherwise)
