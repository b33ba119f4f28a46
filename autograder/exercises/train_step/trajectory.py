"""Compare runs: the same weights after every call, the same numbers returned."""

import math

import numpy as np

# Right spellings deviate by rounding only (under 1e-6 of a step), the nearest mutant by 4e-3 of a step.
_TOLERANCE = 1e-4
_ROUNDING = 1e-6


def same_weights(seen: dict, other: dict) -> bool:
    """Whether two observations hold the same weights after every call of every run."""
    return len(seen["runs"]) == len(other["runs"]) and all(
        matching_calls(a, b) == len(b["calls"]) for a, b in zip(seen["runs"], other["runs"], strict=True)
    )


def matching_calls(run: dict, other: dict) -> int:
    """How many calls, from the first, leave the same weights in both runs."""
    before = None
    for k, (call, its) in enumerate(zip(run["calls"], other["calls"], strict=False)):
        weights, wanted = as_array(call["weights"]), as_array(its["weights"])
        step = np.linalg.norm(wanted - before) if before is not None else math.inf
        limit = _TOLERANCE * min(step, 0.1) + _ROUNDING * (1 + np.linalg.norm(wanted))
        if weights.shape != wanted.shape or not (_lost(weights, wanted) or np.linalg.norm(weights - wanted) <= limit):
            return k
        before = wanted
    return min(len(run["calls"]), len(other["calls"]))


def _lost(weights: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether both have run into nan: what else they hold is chance."""
    return bool(np.isnan(weights).any() and np.isnan(wanted).any())


def close(a: float | None, b: float | None, tolerance: float = _TOLERANCE) -> bool:
    """Whether two returned numbers are the same within a relative tolerance (None stands for: not finite)."""
    if a is None or b is None:
        return a is b
    return math.isclose(a, b, rel_tol=tolerance, abs_tol=_ROUNDING)


def as_array(values: list[float | None]) -> np.ndarray:
    """Observed numbers as an array; None becomes nan."""
    return np.array([math.nan if v is None else v for v in values], dtype=float)
