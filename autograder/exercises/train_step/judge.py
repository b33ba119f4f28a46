"""Judge a training step: right is what matches the reference's trajectory; wrong is named by the mutant it matches.

`observations` are what `task.probe` gave. `expected` holds `given` (the probes), `reference` (its observations) and `mutants`
(name to `code` and `observations`). Nothing is run here.
"""

import math
from typing import Any

import numpy as np

from ...judging import Verdict
from .relation import lengths_used, relate

# Right spellings deviate by rounding only (under 1e-6 of a step), the nearest mutant by 4e-3 of a step.
_TOLERANCE = 1e-4
_ROUNDING = 1e-6
_BOTH = frozenset({"update", "returns"})


def judge(observations: dict, expected: dict) -> Verdict:
    """Verdict over the parts `update` (the weights after every call) and `returns` (loss and gradient norm)."""
    reference = expected["reference"]
    fault = observations["fault"]
    update = fault is None and _same_weights(observations, reference)
    returned, details = _judge_returns(observations, reference)
    parts = {"update": update, "returns": fault is None and returned}
    if all(parts.values()):
        return Verdict(parts)
    if fault and not observations["runs"]:
        return Verdict(parts, [(fault["code"], fault, _BOTH)])
    details |= {"max_norm": expected["given"]["probes"][0]["calls"][0]["max_norm"]}
    named = [(code, {**details, **(fault or {})}, _BOTH) for code in _diagnose(observations, expected, parts, details)]
    return Verdict(parts, named)


# -- the verdict -----------------------------------------------------------------------------------------------------


def _same_weights(seen: dict, other: dict) -> bool:
    return len(seen["runs"]) == len(other["runs"]) and all(
        _matching_calls(a, b) == len(b["calls"]) for a, b in zip(seen["runs"], other["runs"], strict=True)
    )


def _matching_calls(run: dict, other: dict) -> int:
    """How many calls, from the first, leave the same weights in both runs."""
    before = None
    for k, (call, its) in enumerate(zip(run["calls"], other["calls"], strict=False)):
        weights, wanted = _array(call["weights"]), _array(its["weights"])
        step = np.linalg.norm(wanted - before) if before is not None else np.inf
        limit = _TOLERANCE * min(step, 0.1) + _ROUNDING * (1 + np.linalg.norm(wanted))
        if weights.shape != wanted.shape or not np.linalg.norm(weights - wanted) <= limit:
            return k
        before = wanted
    return min(len(run["calls"]), len(other["calls"]))


def _judge_returns(seen: dict, reference: dict) -> tuple[bool, dict[str, Any]]:
    """Whether loss and norm are right in each call that started from the right weights; and the first that is not.

    A later call of a run that went astray is not held against what it returns: its loss belongs to other weights.
    """
    for run, wanted_run in zip(seen["runs"], reference["runs"], strict=False):
        comparable = _matching_calls(run, wanted_run) + 1
        for call, wanted in list(zip(run["calls"], wanted_run["calls"], strict=False))[:comparable]:
            for name, value in wanted["returned"].items():
                got = call["returned"].get(name)
                if "other" in call["returned"] or not _close(got, value):
                    shown = call["returned"].get("other", "not finite" if got is None else f"{got:.4g}")
                    return False, {"which": name, "got": shown}
    return bool(seen["runs"]) and bool(seen["runs"][0]["calls"]), {}


def _close(a: float | None, b: float | None, tolerance: float = _TOLERANCE) -> bool:
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=_ROUNDING)


def _array(values: list) -> np.ndarray:
    return np.array([math.nan if v is None else v for v in values], dtype=float)


# -- the diagnosis ---------------------------------------------------------------------------------------------------


def _diagnose(seen: dict, expected: dict, parts: dict[str, bool], details: dict) -> list[str]:
    """Codes, most likely first."""
    if not seen["fault"] and _did_nothing(seen):
        return ["not-implemented"]
    ranked = sorted(
        (_distance(seen, mutant["observations"]), number, mutant["code"])
        for number, mutant in enumerate(expected["mutants"].values())
        if _alike(seen, mutant["observations"])
    )
    if seen["fault"]:
        return [ranked[0][2] if ranked else "raises"]
    if "other" in details or any("other" in c["returned"] for r in seen["runs"] for c in r["calls"]):
        if parts["update"]:
            return ["wrong-return-type"]
    codes = [code for distance, _, code in ranked if distance <= ranked[0][0] + 1]
    if not codes:
        codes = relate(seen, expected) if not parts["update"] else ["wrong-return-value"]
    return list(dict.fromkeys(_reconsider(codes, seen, expected)))


def _did_nothing(seen: dict) -> bool:
    order = seen["evidence"].get("order", [])
    return not any(order) and not seen["evidence"].get("foreign")


def _alike(seen: dict, mutant: dict) -> bool:
    """Whether a mutant explains what was seen: the same weights throughout, or the same exception after the same calls."""
    fault, its = seen["fault"], mutant["fault"]
    if bool(fault) != bool(its):
        return False
    if fault:
        return (fault.get("error"), fault.get("message")) == (its.get("error"), its.get("message")) and fault.get(
            "error"
        ) not in (None, "NameError")
    return _same_weights(seen, mutant)


def _distance(seen: dict, mutant: dict) -> float:
    """How far two answers with the same weights are apart in everything else that was observed."""
    distance = 0.0
    calls = [(a, b) for x, y in zip(seen["runs"], mutant["runs"], strict=False) for a, b in zip(x["calls"], y["calls"], strict=False)]
    for name, weight in (("grad_norm", 4), ("loss", 4)):
        distance += weight * any(not _close(a["returned"].get(name), b["returned"].get(name), 1e-3) for a, b in calls)
    distance += 3 * any(not _close(a["left"], b["left"], 1e-3) for a, b in calls)
    mine, its = seen["evidence"], mutant["evidence"]
    if mine and its:
        distance += 3 * (_clip_places(mine) != _clip_places(its))
        distance += 3 * (_clip_targets(mine) != _clip_targets(its))
        distance += 2 * (mine["scaled_copies"] != its["scaled_copies"])
        distance += 3 * (mine["foreign"] != its["foreign"])
        distance += 0.2 * _edits(_last(mine["order"]), _last(its["order"]))
    return distance


def _clip_places(evidence: dict) -> set[str]:
    """Where clips happened: before any backward, between backward and step, after the step."""
    places = set()
    for order in evidence["order"]:
        for k, event in enumerate(order):
            if event == "clip":
                earlier = order[:k]
                places.add("late" if "step" in earlier else "between" if "backward" in earlier else "early")
    return places


def _clip_targets(evidence: dict) -> set[str]:
    return {on for clips in evidence["clips"] for _, on in clips}


def _last(orders: list[list[str]]) -> list[str]:
    return orders[-1] if orders else []


def _edits(a: list[str], b: list[str]) -> int:
    """Edit distance between two orders of events."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, previous = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (x != y)))
    return row[-1]


def _reconsider(codes: list[str], seen: dict, expected: dict) -> list[str]:
    """A fixed threshold that stands in a global variable is a different mistake from one written into the code."""
    if codes[:1] == ["wrong-threshold"]:
        lengths = lengths_used(seen, expected)
        numbers = seen["evidence"].get("global_numbers", [])
        if any(all(_close(length, number, 1e-3) for length in lengths) for number in numbers):
            return ["ignores-arguments", *codes]
    return codes
