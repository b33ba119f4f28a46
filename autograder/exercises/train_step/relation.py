"""Name a mistake that no mutant makes number for number, from how the update relates to the gradient.

Only first calls count, where the weights before are known. `clip-missing` among the mutants tells what the raw
gradient is: plain SGD without clipping moves the weights by -lr times it.
"""

import numpy as np

from ...kinds.steps import Step, flat, near

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
        if all(n <= s.max_norm * 1.001 for s in wrong for n in s.lengths):
            return "clip-per-parameter"
        if all(any(near(f, 1) for f in s.factors) for s in wrong):
            return "clip-misses-parameters"
    if all(np.all(np.abs(s.used) <= s.max_norm * 1.001) for s in large) and all(s.is_raw for s in small):
        return "clip-by-value"
    # Not this gradient at all. Is the loss another one, or does what happens depend on the threshold?
    huge = max(steps, key=lambda s: s.max_norm / s.norm)
    return "clips-activations" if huge.is_right else "wrong-loss"


def lengths_used(seen: dict, expected: dict) -> list[float]:
    """The norms to which gradients above their threshold were really cut."""
    return [s.length for s in _first_steps(seen, expected) if s.norm > s.max_norm]


def keeps_direction(seen: dict, expected: dict) -> bool:
    """Whether every update that can be read goes along the true gradient, however far."""
    return all(step.factor is not None for step in _first_steps(seen, expected))


def _first_steps(seen: dict, expected: dict) -> list[Step]:
    raw = expected["mutants"][_UNCLIPPED]["observations"]["runs"]
    steps = []
    for run, raw_run, probe in zip(seen["runs"], raw, expected["given"]["probes"], strict=False):
        true = (flat(probe["layers"]) - np.array(raw_run["calls"][0]["weights"])) / probe["lr"]
        weights = run["calls"][0]["weights"] if run["calls"] else []
        steps.append(Step(probe["layers"], weights, probe["lr"], true, probe["calls"][0]["max_norm"]))
    return [step for step in steps if step.known]


def _by_one_factor(large: list[Step], small: list[Step]) -> str:
    """The whole gradient was multiplied by one number per step: which?"""
    if all(s.factor < -1e-3 for s in large):
        return "gradient-ascent"
    if all(near(s.factor, 0) for s in large + small):
        return "missing-step"
    if all(near(s.factor, 0) for s in large):
        return "skips-large-steps"
    if all(s.is_raw for s in large):
        return "inverted-condition" if not all(s.is_raw for s in small) else "clip-missing"
    if all(near(s.factor * s.norm, s.max_norm) for s in large + small):
        return "always-rescales"
    if all(near(s.factor, (s.max_norm / s.norm) ** 2) for s in large):
        return "clips-twice"
    if all(near(s.factor, s.norm / s.max_norm) for s in large):
        return "wrong-threshold"  # the fraction is upside down
    reached = [s.factor * s.norm for s in large if not s.is_raw]
    if len(reached) > 1 and all(near(r, reached[0]) for r in reached):
        return "wrong-threshold"  # the same length whatever max_norm says
    ratios = [s.factor * s.norm / s.max_norm for s in large if not s.is_raw]
    if len(ratios) > 1 and all(near(r, ratios[0]) for r in ratios):
        return "wrong-threshold"  # a fixed multiple of max_norm
    return "wrong-norm"
