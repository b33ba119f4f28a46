"""Name a mistake that no mutant makes number for number, from how the update relates to the gradient.

Only first calls count, where the weights before are known. `clip-missing` among the mutants tells what the raw
gradient is: plain SGD without clipping moves the weights by -lr times it.
"""

import numpy as np

_UNCLIPPED = "no_clip"


def relate(seen: dict, expected: dict) -> str:
    """The code that describes the update's relation to the raw gradient; `unknown` if none does."""
    steps = _first_steps(seen, expected)
    large = [s for s in steps if s.norm > s.max_norm]
    small = [s for s in steps if s.norm <= s.max_norm]
    if not large or not small:
        return "unknown"
    if all(s.factor is not None for s in steps):
        return _by_one_factor(large, small)
    wrong = [s for s in steps if not s.is_right]
    if all(s.factors is not None for s in wrong) and all(s.is_raw for s in small):
        if all(n <= s.max_norm * 1.001 for s in wrong for n in s.norms):
            return "clip-per-parameter"
        if all(any(_near(f, 1) for f in s.factors) for s in wrong):
            return "clip-misses-parameters"
    if all(np.all(s.used <= s.max_norm * 1.001) for s in large) and all(s.is_raw for s in small):
        return "clip-by-value"
    # Not this gradient at all. Is the loss another one, or does what happens depend on the threshold?
    huge = max(steps, key=lambda s: s.max_norm / s.norm)
    return "clips-activations" if huge.is_right else "wrong-loss"


def lengths_used(seen: dict, expected: dict) -> list[float]:
    """The norms to which gradients above their threshold were really cut."""
    return [float(np.linalg.norm(s.used)) for s in _first_steps(seen, expected) if s.norm > s.max_norm]


def _first_steps(seen: dict, expected: dict) -> list["_Step"]:
    raw = expected["mutants"][_UNCLIPPED]["observations"]["runs"]
    steps = [_Step(*step) for step in zip(seen["runs"], raw, expected["given"]["probes"], strict=False)]
    return [step for step in steps if step.known]


def _by_one_factor(large: list["_Step"], small: list["_Step"]) -> str:
    """The whole gradient was multiplied by one number per step: which?"""
    if all(s.factor < -1e-3 for s in large):
        return "gradient-ascent"
    if all(_near(s.factor, 0) for s in large + small):
        return "missing-step"
    if all(_near(s.factor, 0) for s in large):
        return "skips-large-steps"
    if all(s.is_raw for s in large):
        return "inverted-condition" if not all(s.is_raw for s in small) else "clip-missing"
    if all(_near(s.factor * s.norm, s.max_norm) for s in large + small):
        return "always-rescales"
    if all(_near(s.factor, (s.max_norm / s.norm) ** 2) for s in large):
        return "clips-twice"
    if all(_near(s.factor, s.norm / s.max_norm) for s in large):
        return "wrong-threshold"  # the fraction is upside down
    reached = [s.factor * s.norm for s in large if not s.is_raw]
    if len(reached) > 1 and all(_near(r, reached[0]) for r in reached):
        return "wrong-threshold"  # the same length whatever max_norm says
    ratios = [s.factor * s.norm / s.max_norm for s in large if not s.is_raw]
    if len(ratios) > 1 and all(_near(r, ratios[0]) for r in ratios):
        return "wrong-threshold"  # a fixed multiple of max_norm
    return "wrong-norm"


class _Step:
    """The first call of one probe: the gradient that the weights really moved by, beside the raw one."""

    def __init__(self, run: dict, raw: dict, probe: dict) -> None:
        start = np.concatenate([np.ravel(t) for layer in probe["layers"] for t in layer])
        weights = run["calls"][0]["weights"] if run["calls"] else []
        self.known = len(weights) == len(start) and None not in weights
        if not self.known:
            return
        used = (start - np.array(weights)) / probe["lr"]
        true = (start - np.array(raw["calls"][0]["weights"])) / probe["lr"]
        sizes = np.cumsum([np.size(t) for layer in probe["layers"] for t in layer])[:-1]
        pairs = list(zip(np.split(used, sizes), np.split(true, sizes), strict=True))
        self.used = np.abs(used)
        self.norm, self.max_norm = float(np.linalg.norm(true)), probe["calls"][0]["max_norm"]
        self.norms = [float(np.linalg.norm(u)) for u, _ in pairs]
        self.factor = _factor(used, true)
        factors = [_factor(u, t) for u, t in pairs]
        self.factors = None if None in factors else factors
        self.is_right = self.factor is not None and _near(self.factor, min(1.0, self.max_norm / self.norm))
        self.is_raw = self.factor is not None and _near(self.factor, 1)


def _factor(used: np.ndarray, true: np.ndarray) -> float | None:
    """c with used = c * true, or None if there is no such number."""
    c = float(used @ true / (true @ true))
    return c if np.linalg.norm(used - c * true) <= 2e-3 * np.linalg.norm(true) * max(abs(c), 0.01) else None


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= 5e-3 * abs(b) + 2e-5
