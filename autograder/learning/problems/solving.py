"""The numbers of the practice problems: from the given data, every right answer and what the usual mistakes give.

One function for each problem. Lengths are norms; vectors are tuples; angles are in degrees.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Vector = tuple[float, ...]
Value = float | Vector


@dataclass(frozen=True)
class Solution:
    """What is asked, by the name of the step.

    right: the answer; for a step that leaves a choice, the lowest and the highest that will do.
    wrong: for each mistake, the answers that it leads to.
    shown: further numbers for the texts.
    """

    right: dict[str, Value]
    wrong: dict[str, dict[str, list[Value]]]
    shown: dict[str, Value] = field(default_factory=dict)


def growth(given: Mapping[str, Any]) -> Solution:
    """A gradient of norm `start` walks back through `steps` factors `gain`, into one SGD step with rate `lr`."""
    steps, gain, start, lr, limit = (given[key] for key in ("steps", "gain", "start", "lr", "max_norm"))
    grown = gain**steps
    added = [steps * gain, 1 + steps * (gain - 1)]
    off_by_one = [gain ** (steps - 1), gain ** (steps + 1)]
    norm = start * grown
    return Solution(
        right={"growth": grown, "norm": norm, "step": lr * norm, "clipped": lr * min(norm, limit)},
        wrong={
            "growth": {"growth-adds": added, "off-by-one": off_by_one},
            "norm": {
                "growth-adds": [start * factor for factor in added],
                "off-by-one": [start * factor for factor in off_by_one],
                "start-forgotten": [grown],
            },
            "step": {
                "growth-adds": [lr * start * factor for factor in added],
                "rate-forgotten": [norm],
                "start-forgotten": [lr * grown],
            },
            "clipped": {
                "rate-forgotten": [limit],
                "clip-missing": [lr * norm],
                "factor-for-step": [limit / norm, lr * limit / norm],
            },
        },
        shown={"shrunk": given.get("other_gain", 1.0) ** steps},
    )


def three_ways(given: Mapping[str, Any]) -> Solution:
    """The gradient in two tensors, clipped by norm, tensor by tensor, and by value."""
    first, second, max_norm, clip_value = (given[key] for key in ("first", "second", "max_norm", "clip_value"))
    whole = (*first, *second)
    total = math.hypot(*whole)
    sizes = [math.hypot(*first), math.hypot(*second)]
    by_norm = _shortened(whole, max_norm)
    per_tensor = (*_shortened(first, max_norm), *_shortened(second, max_norm))
    by_value = tuple(_clamped(x, clip_value) for x in whole)
    angle = _angle(by_value, whole)
    return Solution(
        right={"total": total, "by_norm": by_norm, "per_tensor": per_tensor, "by_value": by_value, "angle": angle},
        wrong={
            "total": {
                "sum-of-norms": [sum(sizes), sum(map(abs, whole))],
                "largest-counts": [max(sizes), max(map(abs, whole))],
                "missing-root": [total**2],
                "returns-clipped-norm": [max_norm],
            },
            "by_norm": {
                "clip-per-parameter": [per_tensor],
                "clip-by-value": [tuple(_clamped(x, max_norm) for x in whole), by_value],
                "scales-to-one": [_times(1 / total, whole)],
                "signs-lost": [tuple(map(abs, by_norm))],
            },
            "per_tensor": {
                "one-factor": [by_norm],
                "always-rescales": [(*_times(max_norm / sizes[0], first), *_times(max_norm / sizes[1], second))],
                "clip-by-value": [tuple(_clamped(x, max_norm) for x in whole), by_value],
                "signs-lost": [tuple(map(abs, per_tensor))],
            },
            "by_value": {
                "scales-instead-of-clamps": [_times(clip_value / max(map(abs, whole)), whole)],
                "removes-large-elements": [tuple(x if abs(x) <= clip_value else 0.0 for x in whole)],
                "one-sided": [tuple(min(x, clip_value) for x in whole)],
                "signs-lost": [tuple(map(abs, by_value))],
                "takes-max-norm": [tuple(_clamped(x, max_norm) for x in whole)],
            },
            "angle": {
                "value-keeps-direction": [0.0],
                "cosine-for-angle": [math.cos(math.radians(angle))],
                "radians": [math.radians(angle)],
                "other-vector": [_angle(per_tensor, whole), _angle(by_value, per_tensor)],
            },
        },
        shown={
            "factor": max_norm / total,
            "size_first": sizes[0],
            "size_second": sizes[1],
            "factor_first": min(1.0, max_norm / sizes[0]),
            "factor_second": min(1.0, max_norm / sizes[1]),
            "dot": _dot(whole, by_value),
            "size_by_value": math.hypot(*by_value),
            "cosine": math.cos(math.radians(angle)),
            "whole": whole,
        },
    )


def micro_batches(given: Mapping[str, Any]) -> Solution:
    """The gradients of micro-batches, accumulated; clipped once or after each; and with a loss scale left in."""
    gradients, max_norm, scale = (given[key] for key in ("gradients", "max_norm", "scale"))
    shares = [_times(1 / len(gradients), gradient) for gradient in gradients]
    mean, total = _sum(shares), _sum(gradients)
    norm = math.hypot(*mean)
    once = _shortened(mean, max_norm)
    each: Vector = (0.0,) * len(mean)
    for share in shares:
        each = _shortened(_sum([each, share]), max_norm)
    apart = _sum([_shortened(share, max_norm) for share in shares])
    return Solution(
        right={
            "mean": mean,
            "norm": norm,
            "once": once,
            "each": each,
            "scaled_norm": scale * norm,
            "left": max_norm / scale,
        },
        wrong={
            "mean": {"missing-division": [total], "last-one-only": [tuple(gradients[-1]), shares[-1]]},
            "norm": {
                "missing-division": [math.hypot(*total)],
                "norms-averaged": [sum(math.hypot(*share) for share in shares)],
                "sum-of-norms": [sum(math.hypot(*gradient) for gradient in gradients), sum(map(abs, mean))],
                "returns-clipped-norm": [max_norm],
            },
            "once": {"clip-each-micro-batch": [each, apart], "scales-to-one": [_times(1 / norm, mean)]},
            "each": {"clipped-apart": [apart, _shortened(apart, max_norm)], "clipped-once": [once]},
            "scaled_norm": {
                "scale-upside-down": [norm / scale],
                "scale-forgotten": [norm],
                "returns-clipped-norm": [max_norm, max_norm * scale],
            },
            "left": {
                "scale-forgotten": [max_norm],
                "scale-upside-down": [max_norm * scale],
                "norm-for-threshold": [norm / scale],
            },
        },
        shown={"cosine": _dot(once, each) / (math.hypot(*once) * math.hypot(*each)), "micro_batches": len(gradients)},
    )


def threshold(given: Mapping[str, Any]) -> Solution:
    """A threshold for SGD with momentum: no update longer than `longest`, at most `share` of the logged steps clipped.

    A step is clipped if its norm is above the threshold. For "threshold" the answer is an interval.
    """
    norms, lr, momentum, longest, share = (given[key] for key in ("norms", "lr", "momentum", "longest", "share"))
    stretch = 1 / (1 - momentum)
    allowed = math.floor(share * len(norms) + 1e-9)  # so many may be clipped
    falling = sorted(norms, reverse=True)
    lowest, highest = falling[allowed], longest / (lr * stretch)
    mean = sum(norms) / len(norms)
    return Solution(
        right={
            "stretch": stretch,
            "highest": highest,
            "lowest": lowest,
            "threshold": (lowest, highest),
            "rate": longest / (stretch * lowest),
        },
        wrong={
            "stretch": {"one-gradient-back": [1 + momentum], "momentum-shrinks": [1 - momentum, momentum]},
            "highest": {
                "momentum-forgotten": [longest / lr],
                "rate-forgotten": [longest / stretch],
                "momentum-upside-down": [longest * stretch / lr],
                "one-gradient-back": [longest / (lr * (1 + momentum))],
            },
            "lowest": {
                "one-too-many": [falling[allowed - 1]],
                "threshold-from-outlier": [falling[0]],
                "counts-from-below": [falling[-allowed], falling[-allowed - 1]],
                "takes-the-mean": [mean],
            },
            "threshold": {
                "momentum-forgotten": [longest / lr],
                "threshold-from-outlier": [falling[0]],
                "takes-the-mean": [mean],
            },
            "rate": {
                "momentum-forgotten": [longest / lowest],
                "threshold-from-outlier": [longest / (stretch * falling[0])],
                "momentum-upside-down": [longest * stretch / lowest],
                "rate-of-the-highest": [longest / (stretch * highest)],
            },
        },
        shown={"allowed": allowed, "steps": len(norms), "above": tuple(falling[:allowed])},
    )


SOLVERS: dict[str, Callable[[Mapping[str, Any]], Solution]] = {
    "growth": growth,
    "three-ways": three_ways,
    "micro-batches": micro_batches,
    "threshold": threshold,
}


def _times(factor: float, vector: Sequence[float]) -> Vector:
    return tuple(factor * x for x in vector)


def _sum(vectors: Sequence[Sequence[float]]) -> Vector:
    return tuple(map(sum, zip(*vectors, strict=True)))


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))


def _shortened(vector: Sequence[float], max_norm: float) -> Vector:
    """Clipped by norm."""
    return _times(min(1.0, max_norm / math.hypot(*vector)), vector)


def _clamped(x: float, limit: float) -> float:
    return max(-limit, min(limit, x))


def _angle(a: Sequence[float], b: Sequence[float]) -> float:
    cosine = _dot(a, b) / (math.hypot(*a) * math.hypot(*b))
    return math.degrees(math.acos(_clamped(cosine, 1.0)))
