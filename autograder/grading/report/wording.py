"""The words of the course for what a record names by an id or a code."""

from functools import cache

from ... import exercises, judging
from ...judging import Misconception

# Codes of answers that show no idea of their own: nothing was written, or nothing could be seen of it.
_ANY_ANSWER = "autograder.probing"


@cache
def exercise_title(exercise: str) -> str:
    """An exercise's title; of a test cell that is no exercise, its grade id."""
    try:
        return exercises.get(exercise).TITLE
    except LookupError:
        return exercise


@cache
def misconception(exercise: str, code: str) -> Misconception | None:
    """The texts for a code of an exercise, without details of an answer; None if there are none."""
    try:
        return judging.find(exercises.get(exercise).MISCONCEPTIONS, code, {})
    except (LookupError, ValueError):
        return None


@cache
def without_an_idea() -> frozenset[str]:
    """The codes that say that there was no answer to judge, rather than what was misunderstood."""
    return frozenset(judging.catalogue((_ANY_ANSWER,))) | {"not-implemented"}


def lecture(lesson: str) -> str:
    """What a lecture is called in a sentence: `04_where_it_goes` is lecture 4, “where it goes”."""
    number, _, name = lesson.partition("_")
    return f"lecture {int(number)}, “{name.replace('_', ' ')}”" if number.isdigit() and name else lesson
