"""Name a mistake that no mutant makes number for number, from how the update relates to the micro-batches' gradients.

Only first calls count, where the weights before are known and the probe holds each micro-batch's gradient.
"""

from collections.abc import Callable

import numpy as np

from ...kinds.steps import Step, near
from ...kinds.trajectories import most


def first_steps(seen: dict, expected: dict) -> list[Step]:
    """The first call of each run that can be read, with the probe's `number` of micro-batches and their `size`."""
    steps = []
    for run, probe in zip(seen["runs"], expected["given"]["probes"], strict=False):
        pieces, call = [np.array(g) for g in probe["gradients"]], probe["calls"][0]
        weights = run["calls"][0]["weights"] if run["calls"] else []
        step = Step(probe["layers"], weights, probe["lr"], np.mean(pieces, axis=0), call["max_norm"], pieces)
        step.number, step.size = len(pieces), len(call["micro_batches"][0][0])
        step.piece_norms = [float(np.linalg.norm(piece)) for piece in pieces]
        if step.known:
            steps.append(step)
    return steps


def relate(steps: list[Step], evidence: dict) -> str:
    """The code that describes the updates' relation to the gradients; `unknown` if none does."""
    several = [s for s in steps if s.number > 1]
    if not several:
        return "unknown"
    if all(s.factor is not None for s in steps):
        return _by_one_factor(steps)
    if all(s.shares is not None for s in steps):
        return _by_shares([s for s in several if s.factor is None], evidence)
    wrong = [s for s in steps if not s.is_right]
    if all(s.factors is not None for s in wrong):
        lengths = [length for s in wrong for length in s.lengths]
        cut = all(n <= s.max_norm * 1.001 for s in wrong for n in s.lengths)
        return "clip-per-parameter" if cut and lengths else "misses-parameters"
    if all(np.all(np.abs(s.used) <= s.max_norm * 1.001) for s in wrong) and all(s.is_right for s in steps if _tame(s)):
        return "clip-by-value"
    return "mixed-up-pairs" if all(s.is_right for s in steps if s.number == 1) else "unknown"


def _tame(step: Step) -> bool:
    """Whether even the sum of the micro-batches' gradients is below the threshold."""
    return step.number * step.norm < step.max_norm


# -- the mean gradient, multiplied by a number -----------------------------------------------------------------------

# Multipliers of the mean gradient before it is clipped, the likelier the earlier.
_MULTIPLIERS: list[tuple[str, Callable[[Step], float]]] = [
    ("missing-division", lambda s: s.number),
    ("divides-twice", lambda s: 1 / s.number),
    ("divides-twice", lambda s: 1 / s.size),
    ("divides-twice", lambda s: 1 / s.number**2),
    ("wrong-divisor", lambda s: s.number / s.size),
    ("counts-micro-batches-twice", lambda s: 2),
]


def _by_one_factor(steps: list[Step]) -> str:
    """Every update is the mean gradient times a number: which?"""
    large = [s for s in steps if s.norm > s.max_norm]
    small = [s for s in steps if s.norm <= s.max_norm]
    if all(s.factor < -1e-4 for s in steps):
        return "gradient-ascent"
    if all(near(s.factor, 0) for s in steps):
        return "missing-step"
    if all(s.is_raw for s in steps):
        return "missing-clip"
    if all(near(s.factor, 0) for s in large) or (all(near(s.factor, 0) for s in steps if not s.is_right)):
        return "skips-large-steps"
    if all(near(s.length, s.max_norm) for s in steps):
        return "always-rescales"
    if all(s.is_raw for s in small):
        return "missing-clip" if all(s.is_raw for s in large) else "wrong-threshold"
    for code, multiplier in _MULTIPLIERS:
        for limited in (True, False):
            if all(near(s.length, _limited(multiplier(s) * s.norm, s.max_norm, limited)) for s in steps):
                return code
    if all(near(s.length * s.number, min(s.norm * s.number, s.max_norm)) for s in steps):
        return "divides-after-clipping"
    divisor = constant_divisor(steps)
    if divisor:
        return "hard-coded-number"
    free = _unclipped(steps)
    if free and all(s.factor < 0.995 for s in free if s.number > 1):
        return "divides-twice"
    return "wrong-divisor"


def constant_divisor(steps: list[Step]) -> float | None:
    """The one number by which the sum of the gradients is divided in every update, if there is one."""
    divisors = [s.number / s.factor for s in _unclipped(steps) if s.factor]
    same = len(divisors) > 1 and all(near(d, divisors[0]) for d in divisors)
    return divisors[0] if same and not near(divisors[0], 1) else None


def _unclipped(steps: list[Step]) -> list[Step]:
    """Updates shorter than the threshold: there the multiplier is seen."""
    return [s for s in steps if s.length < 0.99 * s.max_norm]


def _limited(length: float, limit: float, limited: bool) -> float:
    return min(length, limit) if limited else length


# -- the micro-batches' gradients, each with a share of its own ------------------------------------------------------


def _by_shares(steps: list[Step], evidence: dict) -> str:
    """The update is a sum of the micro-batches' gradients, but not all count the same: how?"""
    counts = [[share * s.number for share in s.shares] for s in steps]
    if all(_only_last(c) for c in counts):
        return "zero-each-micro-batch" if most(evidence, "backward") > 1 else "misses-micro-batches"
    if all(_cut_to_one_length(s) for s in steps):
        return "clip-each-micro-batch"
    if any(near(x, 0) for c in counts for x in c):
        return "misses-micro-batches"
    free = [c for c, s in zip(counts, steps, strict=True) if s.length < 0.99 * s.max_norm]
    if free and all(x > 0.99 and near(x, round(x)) for c in free for x in c):
        return "counts-micro-batches-twice"
    return "weighted-mean"


def _only_last(counts: list[float]) -> bool:
    return not near(counts[-1], 0) and all(near(x, 0) for x in counts[:-1])


def _cut_to_one_length(step: Step) -> bool:
    """Whether shares differ only where the longer gradients were cut to one length."""
    lengths = [share * norm for share, norm in zip(step.shares, step.piece_norms, strict=True)]
    largest = max(step.shares)
    cut = [length for length, share in zip(lengths, step.shares, strict=True) if share < 0.99 * largest]
    kept = [length for length, share in zip(lengths, step.shares, strict=True) if share >= 0.99 * largest]
    return all(near(length, cut[0]) for length in cut) and max(kept) <= cut[0] * 1.01 and min(lengths) > 0
