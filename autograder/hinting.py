"""`hint`: three tiers of help for an exercise, a nudge, a pointer, and nearly the solution."""

import textwrap
from functools import cache

from . import exercises
from .packaged import packaged

_TIERS = ("A nudge", "A pointer", "Nearly there")
_given: dict[str, int] = {}


def hint(exercise: str, tier: int | None = None) -> None:
    """Print a hint for an exercise; each call gives the next of three tiers, `tier` (1 to 3) one of them.

    Prints a sentence instead if there is no such exercise or tier.
    """
    try:
        texts = _hints(exercise)
    except LookupError as error:
        print(error.args[0])
        return
    if tier is not None and tier not in (1, 2, 3):
        print("There are three hints: tier=1, tier=2 and tier=3.")
        return
    number = tier or min(_given.get(exercise, 0) + 1, len(texts))
    _given[exercise] = max(number, _given.get(exercise, 0))
    print(textwrap.fill(f"{_TIERS[number - 1]} ({number} of {len(texts)}): {texts[number - 1]}", width=80))


@cache
def _hints(exercise: str) -> list[str]:
    return packaged(exercises.get(exercise).__package__, "hints.yaml")
