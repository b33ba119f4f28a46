"""A checker of the checkers: what every exercise makes of right answers, of mutants and of answers that break things.

`python -m autograder.kill_table [EXERCISE…]` prints a row for each exercise (all of them by default), lists every
failure, and fails if there is one.
"""

import inspect
import math
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from unittest import mock

from rich.console import Console
from rich.progress import track
from rich.table import Table

from . import authoring, checking, exercises, kinds, probing
from .judging import Result

_FEWEST_RIGHT = 5
_SHORTEST_LINE = 24  # a shorter line of code is no secret: `optimizer.step()`
_SECONDS = 0.3


@dataclass
class Row:
    """What became of one exercise's known answers; `failures` says in words what should not be."""

    exercise: str
    right: int = 0
    mutants: int = 0
    killed: int = 0
    named: int = 0
    broken: int = 0
    failures: list[str] = field(default_factory=list)


def row(exercise_id: str) -> Row:
    """Judge all the known answers to one exercise, and some that nobody should hand in."""
    answers, found = authoring.answers_of(exercise_id), Row(exercise_id)
    own = answers.rights if exercise_id == exercises.get(exercise_id).JUDGED_AS else {}
    if own and exercises.get(exercise_id).KIND == "code" and len(own) < _FEWEST_RIGHT:
        found.failures.append(f"only {len(own)} right spellings, {_FEWEST_RIGHT} are needed")
    for name, answer in answers.rights.items():
        found.right += 1
        if not (result := authoring.result(exercise_id, answer)).passed:
            found.failures.append(f"right answer {name} is refused: {_code(result)}")
    for name, answer in answers.mutants.items():
        result = authoring.result(exercise_id, answer)
        found.mutants += 1
        found.killed += not result.passed
        found.named += _code(result) == answers.codes[name]
        if result.passed:
            found.failures.append(f"mutant {name} survives")
        elif _code(result) != answers.codes[name]:
            found.failures.append(f"mutant {name} is called {_code(result)}, and not {answers.codes[name]}")
        found.failures += [f"feedback on {name} shows {leak!r}" for leak in _leaks(exercise_id, answer, result)]
    for name, answer in broken_answers(exercise_id):
        found.broken += 1
        with mock.patch.object(checking, "SECONDS", _SECONDS):
            result = authoring.result(exercise_id, answer)
        found.failures += [f"{name}: {what}" for what in _wrong_with(result)]
        found.failures += [f"feedback on {name} shows {leak!r}" for leak in _leaks(exercise_id, answer, result)]
    return found


def broken_answers(exercise_id: str) -> Iterator[tuple[str, object]]:
    """Answers that are none: empty, of a wrong type, nan, one that raises and one that never ends."""
    task, reference = exercises.get(exercise_id), next(iter(authoring.answers_of(exercise_id).rights.values()))
    if callable(reference):
        yield from {"an empty answer": _stub, "nothing": None, "a number": 3.5, "nan": math.nan}.items()
        yield from {"a function that gives nan": _gives_nan, "an error": _raises, "a slow answer": _never_ends}.items()
    elif isinstance(reference, dict):
        yield from {"nothing": None, "an empty answer": {}, "a list": [1, 2], "a text": "B", "nan": math.nan}.items()
        for name, value in {"nan": math.nan, "a list": [1], "a text": "some text", "placeholder": ""}.items():
            yield f"{name} in each part", dict.fromkeys(task.PARTS, value)
    else:
        yield from {"nothing": None, "an empty answer": "", "a number": 3.5, "nan": math.nan, "a list": [1]}.items()


def _stub(*arguments: object, **named: object) -> None:
    raise NotImplementedError


def _gives_nan(*arguments: object, **named: object) -> float:
    return math.nan


def _raises(*arguments: object, **named: object) -> None:
    raise ValueError("this answer raises")


def _never_ends(*arguments: object, **named: object) -> None:
    while True:
        time.sleep(0.01)


def _code(result: Result) -> str | None:
    return result.findings[0].code if result.findings else None


def _wrong_with(result: Result) -> list[str]:
    message = result.message()
    said = {
        "it passes": result.passed,
        "no part of it should be right": any(result.parts.values()),
        "there is no finding": not result.findings,
        f"a text lacks a detail: {message}": "…" in message,
        f"the message shows a path or a traceback: {message}": "Traceback" in message or "autograder/" in message,
    }
    return [what for what, so in said.items() if so]


def _leaks(exercise_id: str, answer: object, result: Result) -> list[str]:
    """Lines of the reference or of the checker, and values of the key, that feedback on a wrong answer shows."""
    shown = " ".join(result.message().split())
    own = _lines(answer) if callable(answer) else set()
    return [line for line in _secrets(exercise_id) - own if line in shown]


@cache
def _secrets(exercise_id: str) -> frozenset[str]:
    task = exercises.get(exercise_id)
    reference = next(iter(authoring.answers_of(exercise_id).rights.values()))
    lines = set().union(*(_lines(module) for module in _checker(task)))
    if callable(reference):
        lines |= _lines(reference)
    elif isinstance(reference, dict) and task.KIND == "value":
        lines |= {f"{value:.4g}" for value in reference.values() if abs(value - round(value)) > 1e-3}
    return frozenset(lines)


def _checker(task: ModuleType) -> list[ModuleType]:
    homes = tuple(f"{home}." for home in (task.__package__, kinds.__name__, probing.__name__))
    return [module for name, module in sys.modules.items() if name.startswith(homes) and module]


def _lines(thing: ModuleType | Callable) -> set[str]:
    try:
        source = inspect.getsource(thing)
    except (TypeError, OSError):
        return set()
    lines = {" ".join(line.split()) for line in source.splitlines()}
    return {line for line in lines if len(line) >= _SHORTEST_LINE and not line.startswith(("#", '"', "'"))}


def main(arguments: list[str] | None = None) -> int:
    """Print the kill table; 1 if anything is not as it should be."""
    console = Console()
    try:
        asked = exercises.chosen(sys.argv[1:] if arguments is None else arguments)
    except LookupError as error:
        print(error.args[0], file=sys.stderr)
        return 1
    found = [row(exercise_id) for exercise_id in track(asked, "Judging the known answers", console=console)]
    table = Table(title="Kill table: what each exercise makes of the answers that are known")
    for column in ("exercise", "right pass", "mutants", "killed", "named", "broken answers", "failures"):
        table.add_column(column, justify="left" if column == "exercise" else "right", no_wrap=column == "exercise")
    for one in found:
        numbers = (one.right, one.mutants, one.killed, one.named, one.broken, len(one.failures))
        table.add_row(one.exercise, *map(str, numbers))
    console.print(table)
    for one in found:
        for failure in one.failures:
            console.print(f"✗ {one.exercise}: {failure}", markup=False)
    return int(any(one.failures for one in found))


if __name__ == "__main__":
    sys.exit(main())
