"""`check`: the call with which a notebook asks whether an answer is right."""

import os
from types import ModuleType

from . import exercises, public
from .judging import Result, judge, stopped
from .presenting import show
from .probing.patience import TooSlow, within

# A check takes milliseconds. nbgrader gives a whole cell 30 seconds (`nbgrader_config.py`).
SECONDS = 20


class CheckFailed(AssertionError):
    """An answer is wrong. In a notebook its traceback is the message alone, so that Validate shows it clean.

    `result` is the whole `Result`.
    """

    def __init__(self, result: Result) -> None:
        super().__init__(result.message())
        self.result = result

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


class Unusable(ValueError):
    """`check` itself was called in a way that cannot work; the message says how to call it."""

    def _render_traceback_(self) -> list[str]:
        return str(self).splitlines()


def check(exercise: str, answer: object, *, part: str | None = None, strict: bool = True) -> Result | None:
    """Judge an answer to an exercise by what it does, on the exercise's public challenge.

    Args:
        exercise: the exercise's id, such as `"train_step"`.
        answer: what the exercise asks for (a function, or a value).
        part: judge only this part of the exercise, such as `"update"`; all of them by default.
        strict: show the result, and raise `CheckFailed` if the answer is wrong; with `strict=False`, show and raise
            nothing and return the `Result`.

    Of an answer that is a value or a choice only the form is judged here: it is graded where the student is not.

    Raises:
        CheckFailed: the answer is wrong (only with `strict`).
        Unusable: there is no such exercise or part; or nbgrader is grading an answer that is not code, without the
            course's settings.
    """
    try:
        task = exercises.get(exercise)
    except LookupError as error:
        raise Unusable(f"check: {error.args[0]}") from None
    if part is not None and part not in task.PARTS:
        raise Unusable(f"check: “{task.ID}” has no part {part!r}; its parts are {', '.join(task.PARTS)}.")
    if task.KIND != "code" and os.environ.get("NBGRADER_EXECUTION") == "autograde":
        raise Unusable(
            f"check: “{task.ID}” is not graded in the student's own process: grade this with the course's "
            "nbgrader_config.py."
        )
    result = judged(task, answer, public.expected(task), part)
    if not strict:
        return result
    show(result)
    if not result.passed:
        raise CheckFailed(result)
    return None


def judged(task: ModuleType, answer: object, expected: dict, part: str | None = None) -> Result:
    """Observe an answer and judge it, here and now; one that takes too long gets a finding like any other."""
    try:
        observations = within(SECONDS, lambda: task.probe(answer, expected["given"]))
    except TooSlow:
        return stopped(task, "too-slow", {"seconds": SECONDS}, part)
    return judge(task, observations, expected, part)
