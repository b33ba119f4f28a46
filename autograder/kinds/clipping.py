"""What functions that clip gradients have in common when their mistakes are named.

Their cases are those of `probing.gradients`. The features of a case: `plain` (a list of ordinary gradients), `none`
(some parameters without a gradient), `one-shot` (parameters that can be walked through once), `no-list` (they can be
walked through again, but not indexed or changed like a list), and whatever an exercise adds.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from .casewise import Comparison, same

NEAR = 3e-4  # looser than the verdict: names are sought for what is already known to be wrong


@dataclass(frozen=True, eq=False)
class Clipped:
    """One case without missing gradients: its gradients before (`raw`) and after (`left`), weights and threshold.

    `returned` is the number that the call gave, or None if it gave something else (or that does not matter).
    """

    raw: list[np.ndarray]
    left: list[np.ndarray | None]
    weights: list[np.ndarray]
    limit: float
    returned: float | None


def ordinary(comparison: Comparison) -> list[str]:
    """The cases that hold a list of ordinary gradients."""
    return [name for name, case in comparison.cases.items() if case["has"] == ["plain"]]


def is_wrong(comparison: Comparison, name: str) -> bool:
    """Whether the gradients (or weights) of a case are not as they should be."""
    seen, wanted = comparison.seen[name], comparison.wanted[name]
    return any(not same(seen.get(aspect), wanted[aspect]) for aspect in ("grads", "moved"))


def clipped_cases(comparison: Comparison, kind: type[Clipped]) -> list:
    """The ordinary cases of one call that came to an end."""
    return [
        _clipped(kind, comparison.cases[name], comparison.seen[name])
        for name in ordinary(comparison)
        if "raised" not in comparison.seen[name] and len(comparison.cases[name]["thresholds"]) == 1
    ]


def name_plainly(comparison: Comparison) -> str | None:
    """The name of what went wrong with ordinary gradients where no arithmetic is needed to see it."""
    ended = [name for name in ordinary(comparison) if "raised" not in comparison.seen[name]]
    if len(ended) < len(ordinary(comparison)) and not any(is_wrong(comparison, name) for name in ended):
        return "raises"
    if any(comparison.seen[name]["moved"] for name in ended):
        return "clips-weights"
    if all(
        factor_of(left, raw) == 1
        for c in clipped_cases(comparison, Clipped)
        for left, raw in zip(c.left, c.raw, strict=True)
    ):
        return _name_untouched(comparison)
    return None


def name_odd(comparison: Comparison) -> str | None:
    """Ordinary gradients are right: what is it that goes wrong with missing gradients, or with other than lists?"""
    wrong = comparison.wrong

    def having(feature: str) -> list[str]:
        return [name for name in wrong if comparison.cases[name]["has"] == [feature]]

    if with_none := having("none"):
        if all("raised" in wrong[name] for name in with_none):
            return "crashes-on-none"
        if any(_gives_gradient(comparison, name) for name in with_none):
            return "none-gets-gradient"
        skips = any(_goes_on(comparison, name) for name in with_none)
        return "misses-parameters" if skips else "stops-at-none"
    if having("no-list"):
        return "needs-a-list"
    if one_shot := having("one-shot"):
        faults = [comparison.raised(name) for name in one_shot if "raised" in wrong[name]]
        if faults and faults[0].get("error") in ("TypeError", "AttributeError") and "empty" not in faults[0]["message"]:
            return "needs-a-list"
        return "exhausted-generator"
    return None


def factor_of(left: np.ndarray | None, raw: np.ndarray) -> float | None:
    """c with left = c * raw (1 exactly where nothing changed), or None if there is no such number."""
    if left is None:
        return None
    size = float(np.sum(raw * raw))
    if not size:
        return None if left.any() else 1.0
    c = float(np.sum(left * raw)) / size
    if not np.linalg.norm(left - c * raw) <= NEAR * max(abs(c), 1e-6) * size**0.5:
        return None
    return 1.0 if near(c, 1) else c


def near(a: float, b: float) -> bool:
    return abs(a - b) <= NEAR * abs(b)


def _clipped(kind: type[Clipped], case: dict, seen: dict) -> Clipped:
    raw = [np.array(one["grad"], dtype=float) for one in case["tensors"]]
    left = [
        None if flat is None else np.array([float(x) for x in flat]).reshape(g.shape)
        for flat, g in zip(seen["grads"], raw, strict=True)
    ]
    weights = [np.array(one["weight"], dtype=float) for one in case["tensors"]]
    returned = seen.get("returned", {}).get("number")
    return kind(raw, left, weights, case["thresholds"][0], None if returned is None else float(returned))


def _name_untouched(comparison: Comparison) -> str:
    """No gradient was changed: why not?"""
    seen = [outcome for outcome in comparison.seen.values() if "raised" not in outcome]
    evidence = next((outcome for outcome in seen if "on" in outcome), None)
    if evidence is None:
        return "clip-missing"
    if evidence["hooked"]:
        return "uses-hook"
    if "nothing" in evidence["on"]:
        return "exhausted-generator"
    if evidence["scaled_copies"] or "copies" in evidence["on"]:
        return "clip-not-in-place"
    if "other-tensors" in evidence["on"]:
        return "wrong-objects"
    return "exhausted-generator" if evidence["spent_generator"] else "clip-missing"


def _gives_gradient(comparison: Comparison, name: str) -> bool:
    pairs = zip(comparison.seen[name].get("grads", ()), comparison.cases[name]["tensors"], strict=False)
    return any(left is not None and one["grad"] is None for left, one in pairs)


def _goes_on(comparison: Comparison, name: str) -> bool:
    """Whether a gradient was clipped after one that should have been and was not: the work did not stop there."""
    flat = [
        None if one["grad"] is None else np.ravel(one["grad"]).tolist() for one in comparison.cases[name]["tensors"]
    ]
    seen, wanted = comparison.seen[name].get("grads", []), comparison.wanted[name]["grads"]
    right = [same(s, w) for s, w, raw in zip(seen, wanted, flat, strict=False) if not same(w, raw)]
    return any(not before and after for before, after in itertools.pairwise(right))
