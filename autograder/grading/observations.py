"""Observations as they arrive from a student's process: hostile until they are known to be plain, small and finite.

They are known to be *whole* only where something would pass: an honest answer that failed early leaves much out, and
gets its finding all the same. What explains a verdict without deciding it (`trace`, `evidence`) may have any form.
"""

import json
import math
import re
from types import ModuleType
from typing import Any

from ..timeline import EVENTS

_DEEPEST = 20
_LONGEST_TEXT = 400
_MOST_EVENTS = 60
_MOST_EVIDENCE = 5_000  # entries of lists: it is compared with that of each mutant
_LARGEST_NUMBER = 2**53

PATH = re.compile(r"(?<![\w.:/])(?:[A-Za-z]:)?(?:[/\\][^\s/\\'\"<>|,;:()]+){2,}")
_EXPLAINING = ("trace", "evidence")


class Malformed(ValueError):
    """Observations that no honest probe gives."""


def read(message: str) -> dict:
    """The kernel's message as plain data: finite numbers, and short texts without control characters or paths.

    Raises:
        Malformed: it is not JSON, or holds what no probe gives.
    """
    try:
        data = json.loads(message, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not JSON: {error}") from None
    data = _plain(data, 0)
    if not isinstance(data, dict):
        raise Malformed("not an object")
    return data


def fit(observations: object, task: ModuleType, expected: dict) -> dict:
    """Observations reduced to what the exercise's own probe gives: its keys, and a trace of known events.

    Raises:
        Malformed: something that is always there is not.
    """
    keys = set(expected["reference"]) if "reference" in expected else {"answers", "faults", "fault", "trace"}
    if not isinstance(observations, dict) or not keys <= observations.keys():
        raise Malformed("something is missing")
    kept = {key: observations[key] for key in keys}
    fault = kept.get("fault")
    if fault is not None and not (isinstance(fault, dict) and isinstance(fault.get("code"), str)):
        raise Malformed("the fault has no code")
    if "evidence" in kept:
        kept["evidence"] = _first(kept["evidence"], [_MOST_EVIDENCE])
    return kept | {"trace": known_events(observations.get("trace"))}


def _first(value: Any, left: list[int]) -> Any:
    """A value with so many entries of its lists as are `left`, from the first."""
    if isinstance(value, dict):
        return {key: _first(item, left) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    kept = []
    for item in value:
        if left[0] <= 0:
            break
        left[0] -= 1
        kept.append(_first(item, left))
    return kept


def require_whole(observations: dict, expected: dict) -> None:
    """Make sure that observations with which something passes are whole.

    Raises:
        Malformed: there is a fault, or something that the reference has is not there.
    """
    if observations.get("fault") is not None:
        raise Malformed("a fault, and yet something passes")
    if "reference" in expected:
        _require_as_much(observations, expected["reference"], 0)


def text(value: str) -> str:
    """A text from a student's process in a form that can be shown: one line, not too long, no paths."""
    if value.isidentifier():  # as nearly all are
        return value[:_LONGEST_TEXT]
    value = "".join(sign if sign.isprintable() else " " for sign in value[: 4 * _LONGEST_TEXT])
    return PATH.sub(lambda path: "…/" + re.split(r"[/\\]", path[0])[-1], value)[:_LONGEST_TEXT]


def _refuse(constant: str) -> float:
    raise Malformed(f"{constant} is not a number")


def _plain(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        raise Malformed("nested too deeply")
    match value:
        case float() if math.isfinite(value):
            return value
        case None | bool():
            return value
        case int() if abs(value) <= _LARGEST_NUMBER:
            return value
        case str():
            return text(value)
        case list():
            return [_plain(item, depth + 1) for item in value]
        case dict():
            return {text(key): _plain(item, depth + 1) for key, item in value.items()}
    raise Malformed("a number that is not finite")


def known_events(events: object) -> list[dict]:
    """The events of a trace that the timeline knows, each with its text and numbers."""
    kept = []
    for event in events[:_MOST_EVENTS] if isinstance(events, list) else []:
        if isinstance(event, dict) and isinstance(event.get("event"), str) and event["event"] in EVENTS:
            texts = {key: event[key] for key in ("event", "by", "on") if isinstance(event.get(key), str)}
            norms = {key: event[key] for key in ("max_norm",) if _is_number(event.get(key))}
            norm = event.get("grad_norm")
            kept.append({**texts, **norms, "grad_norm": norm if _is_number(norm) else None})
    return kept


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _require_as_much(seen: object, reference: object, depth: int, *, ended: bool = False) -> None:
    """Lists of lists or objects are as long as the reference's, and objects have its keys. Inside (below a run or a
    case), `raised` or `other` may stand for what an answer did not give: no judge takes them for right. A run with a
    fault of its own ended early: its lists may be shorter."""
    if isinstance(reference, list) and any(isinstance(item, dict | list) for item in reference):
        if not isinstance(seen, list) or len(seen) > len(reference) or (len(seen) < len(reference) and not ended):
            raise Malformed("a list is not as long as it should be")
        for item, its in zip(seen, reference, strict=False):
            _require_as_much(item, its, depth + 1)
    if isinstance(reference, dict) and not (depth > 1 and _stands_for_nothing(seen)):
        wanted = [key for key in reference if key not in _EXPLAINING]
        if not isinstance(seen, dict) or not set(wanted) <= seen.keys():
            raise Malformed("something is missing")
        for key in wanted:
            _require_as_much(seen[key], reference[key], depth + 1, ended=seen.get("fault") is not None)


def _stands_for_nothing(seen: object) -> bool:
    return isinstance(seen, dict) and seen.keys() in ({"raised"}, {"other"})
