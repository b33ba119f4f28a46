"""Answers that are computed values: numbers predicted or read off, one for each part.

`given` holds whatever the values are computed from, and `forms`: for each part the `low` and `high` end of the range
that makes sense at all. The values expected stay with the grader: a student's installation does not have them.
"""

import math
import numbers

from ..judging import Verdict
from ..probing import answers
from .forms import judge_parts, probe_parts


def probe(answer: object, given: dict) -> dict:
    """Observe a dictionary of numbers: one plain number for each part (see `forms.probe_parts`)."""
    return probe_parts(answer, given["forms"], lambda name, value: _number(value, given["forms"][name]))


def judge(observations: dict, expected: dict) -> Verdict:
    """A part is right if its number is the reference's within `expected["given"]["tolerance"]` (relative).

    A wrong number is named by the mutant that gives the same one for this part, and otherwise `wrong-value`.
    """
    if "reference" not in expected:
        return judge_parts(observations, None)
    tolerance = expected["given"]["tolerance"]

    def mistakes(name: str, value: object) -> list[tuple[str, dict]]:
        if _close(value, expected["reference"]["answers"][name], tolerance):
            return []
        mutants = expected["mutants"].values()
        alike = [m["code"] for m in mutants if _close(value, m["observations"]["answers"][name], tolerance)]
        return [(code, {"got": f"{value:g}"}) for code in [*dict.fromkeys(alike), "wrong-value"]]

    return judge_parts(observations, mistakes)


def _number(value: object, form: dict) -> tuple[float | None, dict | None]:
    if isinstance(value, str):
        return None, answers.fault("number-as-text", got=answers.describe(value))
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        one = answers.as_number(value)  # a tensor with one element is a number to whoever computed it
        if one is None:
            return None, answers.fault("not-a-number", got=answers.describe(value))
        value = one
    number = answers.as_number(value)
    if number is None or not math.isfinite(number):
        return None, answers.fault("not-finite", got=answers.describe(value))
    if not form["low"] <= number <= form["high"]:
        low, high = (f"{form[end]:g}" for end in ("low", "high"))
        return None, answers.fault("out-of-range", got=f"{number:g}", low=low, high=high)
    return number, None


def _close(value: object, other: object, tolerance: float) -> bool:
    """Relative to the other value; a value of 0 has to be met as closely as one of 1."""
    if not isinstance(value, int | float) or not isinstance(other, int | float):
        return False
    return abs(value - other) <= tolerance * (abs(other) or 1.0)
