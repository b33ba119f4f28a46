"""Right and wrong answers to `first_alarm`, computed from the log."""

from collections.abc import Callable
from statistics import median

from ...public import PUBLIC_SEED
from ..solutions import Answers
from .task import challenge

answers = Answers()

_GIVEN = challenge(PUBLIC_SEED)["given"]
_LOG, _FACTOR = _GIVEN["log"], _GIVEN["factor"]
_NORMS = [float(row["norm"]) for row in _LOG]
_LOSSES = [float(row["loss"]) for row in _LOG]
_NAN = next(row["step"] for row in _LOG if row["loss"] == "nan")


def _first(alarming: Callable[[int], bool]) -> int:
    """The step of the first row (after the first) for which this holds."""
    return next(_LOG[i]["step"] for i in range(1, len(_LOG)) if alarming(i))


def _answer(step: int, nan: int = _NAN) -> dict[str, int]:
    return {"alarm_step": step, "steps_of_warning": nan - step}


_ALARM = _first(lambda i: _NORMS[i] > _FACTOR * median(_NORMS[:i]))

answers.right_value("reference", _answer(_ALARM))
answers.right_value("as floats", {name: float(value) for name, value in _answer(_ALARM).items()})

answers.wrong_value("alarm-by-loss", "loss", _answer(_first(lambda i: _LOSSES[i] > _FACTOR * median(_LOSSES[:i]))))
answers.wrong_value("alarm-at-the-end", "nan", _answer(_NAN))
answers.wrong_value("alarm-at-the-end", "largest", _answer(1 + max(range(len(_LOG) - 1), key=_NORMS.__getitem__)))
answers.wrong_value("counts-from-zero", "index", {"alarm_step": _ALARM - 1, "steps_of_warning": _NAN - _ALARM})
answers.wrong_value("counts-both-ends", "both_ends", {"alarm_step": _ALARM, "steps_of_warning": _NAN - _ALARM + 1})
answers.wrong_value("counts-both-ends", "neither_end", {"alarm_step": _ALARM, "steps_of_warning": _NAN - _ALARM - 1})
