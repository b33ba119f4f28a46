"""What a grading kernel does for the grader: keep an answer where its test cell stands, and later observe it.

The grader calls both functions by name, in code that it sends itself. `capture` runs in place of a test cell; `observe`
runs when all of the student's own cells have run, and only then is the challenge in this process. So an answer is the
one that stood there when the test cell was reached, with the names as they were: what a later cell redefines does
not change it.
"""

import contextlib
import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .. import exercises
from .patience import TooSlow, within

# The one message by which observations leave the kernel: JSON text.
MIME_TYPE = "application/vnd.autograder.observations+json"

# What is copied when it is captured, because a later cell could change it in place.
_PLAIN = (list, tuple, dict, set)


@dataclass(frozen=True)
class _Captured:
    answer: object
    namespace: dict[str, Any]
    names: dict[str, Any]


_captured: dict[str, _Captured] = {}
_given: dict[str, str] = {}
_observed: dict[tuple[str, str, int], dict] = {}


def capture(cell: str, name: str) -> None:
    """Keep the answer that a test cell asks for, by its name; nothing is kept if there is no such name.

    A list, tuple, dict or set is copied, anything else kept by reference. Of the notebook's names, a copy is kept.
    """
    from IPython import get_ipython

    namespace = get_ipython().user_ns
    if name not in namespace:
        return
    answer = namespace[name]
    if isinstance(answer, _PLAIN):
        with contextlib.suppress(Exception):  # what cannot be copied is kept by reference
            answer = copy.deepcopy(answer)
    _captured[cell] = _Captured(answer, namespace, dict(namespace))


def observe(cell: str, exercise: str, challenge: str, seconds: float, given: str | None = None) -> None:
    """Probe a captured answer and send what was seen: the observations, or `missing` or `too_slow` instead of them.

    Test cells with the same answer share one observation: it is the same work, and they are to agree.

    Args:
        cell: the test cell for which the answer was captured.
        exercise: the exercise's id.
        challenge: the challenge's id.
        seconds: how long the answer may take.
        given: what the challenge gives, as JSON text; None for one that has been given before.
    """
    if given is not None:
        _given[challenge] = given
    if cell not in _captured:
        _send({"missing": True})
        return
    captured, task = _captured[cell], exercises.get(exercise)  # importing it is not the answer's time
    seen = (exercise, challenge, id(captured.answer))
    if seen not in _observed:
        try:
            with _names_as_they_were(captured):
                observations = within(seconds, lambda: task.probe(captured.answer, json.loads(_given[challenge])))
            _observed[seen] = {"observations": observations}
        except TooSlow:
            _observed[seen] = {"too_slow": True}
    _send(_observed[seen])


@contextlib.contextmanager
def _names_as_they_were(captured: _Captured) -> Iterator[None]:
    namespace, now = captured.namespace, dict(captured.namespace)
    _refill(namespace, captured.names)
    try:
        yield
    finally:
        _refill(namespace, now)


def _refill(namespace: dict[str, Any], names: dict[str, Any]) -> None:
    for name in namespace.keys() - names.keys():
        del namespace[name]
    namespace.update(names)


def _send(message: dict) -> None:
    from IPython.display import display

    display({MIME_TYPE: json.dumps(message, allow_nan=False)}, raw=True)
