"""The answers to choices: `keys/<exercise>.yaml`, in the course folder or beside this package.

    answers: {run_1: B, run_2: A}                       # part to option
    misconceptions: {run_1: {A: clip-after-step}}       # part to wrong option to code; may be left out

Of a part with several tiers, each tier has its own: `answers: {run_1: {cause: B, reason: "2"}}`. nbgrader copies all
of source/ and release/ to students, so keys are in neither.
"""

from pathlib import Path
from types import ModuleType

import yaml

from .. import public
from ..judging import catalogue
from .problems import CourseError

FOLDER = "keys"


def read_key(task: ModuleType, course: Path) -> dict:
    """The key of an exercise whose answer is a choice: `answers` and `misconceptions`, part by part and tier by tier.

    Raises:
        CourseError: there is no key, or it does not fit the exercise.
    """
    own = Path(__file__).parents[2]
    found = [path for path in (folder / FOLDER / f"{task.ID}.yaml" for folder in (course, own)) if path.is_file()]
    if not found:
        path = course / FOLDER / f"{task.ID}.yaml"
        raise CourseError(f"There is no key for “{task.ID}”: put the right answers into {path}, and grade again.")
    try:
        data = yaml.safe_load(found[0].read_text(encoding="utf-8"))
        return _fitted(task, data)
    except (OSError, ValueError, yaml.YAMLError, _Misfit) as error:
        why = " ".join(str(error).split()).rstrip(".")
        raise CourseError(f"{found[0]} cannot be used ({why}): correct it, and grade again.") from None


class _Misfit(Exception):
    """A key does not fit its exercise."""


def _fitted(task: ModuleType, data: object) -> dict:
    if not isinstance(data, dict) or not isinstance(data.get("answers"), dict):
        raise _Misfit("it has no answers")
    if set(data) - {"answers", "misconceptions"}:
        raise _Misfit("only answers and misconceptions are known")
    behind = data.get("misconceptions") or {}
    known = catalogue((*task.MISCONCEPTIONS, "autograder.probing"))
    answers, misconceptions = {}, {}
    for part, tiers in public.expected(task)["given"]["tiers"].items():
        if part not in data["answers"]:
            raise _Misfit(f"the answer to {part} is missing")
        answers[part] = _by_tier(data["answers"][part], tiers)
        misconceptions[part] = _by_tier(behind.get(part) or {}, tiers, empty={})
        for tier, options in tiers.items():
            answers[part][tier] = str(answers[part][tier])
            if answers[part][tier] not in options:
                raise _Misfit(f"{answers[part][tier]} is not an option of {part}")
            codes = {str(option): code for option, code in misconceptions[part][tier].items()}
            if unknown := [*codes.keys() - set(options), *set(codes.values()) - known.keys()]:
                raise _Misfit(f"{unknown[0]} in the misconceptions of {part} is unknown")
            misconceptions[part][tier] = codes
    if others := data["answers"].keys() - answers.keys() | behind.keys() - answers.keys():
        raise _Misfit(f"there is no part {sorted(map(str, others))[0]}")
    return {"answers": answers, "misconceptions": misconceptions}


def _by_tier(value: object, tiers: dict, empty: object = None) -> dict:
    """A value for each tier; of a part with one tier it may be written without the tier's name."""
    if not isinstance(value, dict) or (len(tiers) == 1 and not set(value) <= set(tiers)):
        value = {next(iter(tiers)): value} if len(tiers) == 1 else value
    if not isinstance(value, dict) or not set(value) <= set(tiers):
        raise _Misfit(f"for each of {', '.join(tiers)} there has to be one value")
    if empty is None and set(value) != set(tiers):
        raise _Misfit(f"for each of {', '.join(tiers)} there has to be an answer")
    return {tier: value.get(tier, empty) for tier in tiers}
