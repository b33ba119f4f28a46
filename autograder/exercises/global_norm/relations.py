"""The numbers that known mistakes make of a list of tensors, by code: every way to go wrong that is a formula."""

import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np

_MOST_SUBSETS = 8  # tensors in a list whose subsets are tried


def relations(tensors: list[np.ndarray], p: float) -> dict[str, list[float]]:
    """For each code the numbers that its mistake could give for these tensors and this norm type."""
    if not tensors:
        return {}
    with np.errstate(all="ignore"):
        found = {
            "max-of-norms": [max(_norms(tensors, p))],
            "sum-of-norms": list(_sums(tensors, p)),
            "missing-root": [_power(tensors, p), _power(tensors, p) / p] if math.isfinite(p) else [],
            "mean-instead-of-sum": list(_means(tensors, p)),
            "root-of-each": list(_roots(tensors, p)),
            "outer-norm-type": list(_outer(tensors, p)),
            "norm-type-ignored": list(_other_types(tensors, p)),
            "missing-abs": list(_signed(tensors, p)),
            "matrix-norm": list(_matrix(tensors, p)),
            "precision-loss": list(_integers(tensors, p)),
            "rounds-result": list(_rounded(tensors, p)),
            "misses-tensors": list(_subsets(tensors, p)),
        }
    return {code: [float(x) for x in values] for code, values in found.items()}


def norm(numbers: Sequence[float] | np.ndarray, p: float) -> float:
    """The norm of a flat row of numbers, and no more: for a list of tensors it would be an answer to the exercise."""
    return float(np.linalg.norm(numbers, p)) if len(numbers) else 0.0


def _norms(tensors: list[np.ndarray], p: float) -> list[float]:
    return [norm(t.ravel(), p) for t in tensors]


def _power(tensors: list[np.ndarray], p: float) -> float:
    return float(sum((np.abs(t) ** p).sum() for t in tensors))


def _sums(tensors: list[np.ndarray], p: float) -> Iterator[float]:
    for q in {p, 2.0}:
        total = sum(_norms(tensors, q))
        yield from (total, total / len(tensors))


def _means(tensors: list[np.ndarray], p: float) -> Iterator[float]:
    entries = np.concatenate([t.ravel() for t in tensors])
    if math.isinf(p):
        yield from (np.abs(entries).mean(), np.mean([np.abs(t).max() for t in tensors]))
        return
    k, n, total = len(tensors), len(entries), _power(tensors, p)
    of_each = [(np.abs(t) ** p).mean() for t in tensors]
    for mean in (total / n, total / k, sum(of_each), sum(of_each) / k):
        yield from (mean ** (1 / p), mean)
    whole = total ** (1 / p)
    yield from (whole / n, whole / k, whole / math.sqrt(n), whole / math.sqrt(k))
    roots_of_means = [mean ** (1 / p) for mean in of_each]
    yield from (sum(roots_of_means), sum(roots_of_means) / k, norm(roots_of_means, p))
    yield norm([t.mean() for t in tensors], p)


def _roots(tensors: list[np.ndarray], p: float) -> Iterator[float]:
    if math.isinf(p):
        return
    norms, entries = _norms(tensors, p), np.concatenate([np.abs(t).ravel() for t in tensors])
    yield from (sum(norms) ** (1 / p), math.sqrt(sum(norms)), entries.sum(), entries.sum() ** (1 / p))
    yield from ((entries ** (1 / p)).sum(), np.sqrt(entries).sum(), norm(entries, p) ** (1 / p))
    yield sum(n ** (1 / p) for n in norms)
    running = 0.0
    for t in tensors:
        running = (running + _power([t], p)) ** (1 / p)
    yield running


def _outer(tensors: list[np.ndarray], p: float) -> Iterator[float]:
    for q in (1, 2, 3, math.inf):
        if q != p and len(tensors) > 1:
            yield from (norm(_norms(tensors, p), q), norm(_norms(tensors, q), p))


def _other_types(tensors: list[np.ndarray], p: float) -> Iterator[float]:
    entries = np.concatenate([t.ravel() for t in tensors])
    yield from (norm(entries, q) for q in (1, 2, 3, math.inf) if q != p)
    if math.isfinite(p):
        yield from (math.sqrt(_power(tensors, p)), _power(tensors, 2) ** (1 / p))


def _signed(tensors: list[np.ndarray], p: float) -> Iterator[float]:
    entries = np.concatenate([t.ravel() for t in tensors])
    if math.isinf(p):
        yield from (entries.max(), abs(entries.max()), entries.min(), max(abs(t.max()) for t in tensors))
        return
    total = float((entries**p).sum())
    sums = [float((t**p).sum()) for t in tensors]
    yield from (total, abs(total) ** (1 / p), math.copysign(abs(total) ** (1 / p), total))
    yield sum(abs(s) for s in sums) ** (1 / p)
    yield sum(abs(t.sum()) ** p for t in tensors) ** (1 / p)
    yield float(np.maximum(entries, 0).sum()) if p == 1 else norm(np.maximum(entries, 0), p)
    if total < 0:
        yield math.nan


def _matrix(tensors: list[np.ndarray], p: float) -> Iterator[float]:
    """Matrix norms of the 2-D tensors, and norms along one dimension, put together with the others' norms."""
    kinds = [lambda t, kind=kind: np.linalg.norm(t, kind) for kind in (2, "nuc", math.inf, 1, "fro", -2)]
    if any(t.ndim == 2 for t in tensors):
        for kind in kinds:
            yield norm([kind(t) if t.ndim == 2 else norm(t.ravel(), p) for t in tensors], p)
    for axis, together, most in itertools.product((0, 1, -1), (np.sum, np.max, np.mean), (2, math.inf)):
        walked = [2 <= t.ndim <= most for t in tensors]
        if any(walked):
            along = [
                together(np.linalg.norm(t, p, axis=axis)) if walk else norm(t.ravel(), p)
                for t, walk in zip(tensors, walked, strict=True)
            ]
            yield norm(along, p)


def _rounded(tensors: list[np.ndarray], p: float) -> Iterator[float]:
    entries = np.concatenate([t.ravel() for t in tensors])
    for digits in range(5):
        yield norm(np.round(_norms(tensors, p), digits), p)
        if math.isfinite(p):
            yield sum(round(_power([t], p), digits) for t in tensors) ** (1 / p)
        if digits:
            yield norm(np.round(entries, digits), p)


def _integers(tensors: list[np.ndarray], p: float) -> Iterator[float]:
    entries = np.concatenate([t.ravel() for t in tensors])
    for cut in (np.trunc, np.round, np.floor):
        yield norm(cut(entries), p)


def _subsets(tensors: list[np.ndarray], p: float) -> Iterator[float]:
    norms = _norms(tensors, p)  # the norm of some of them is that of all entries of those tensors
    if len(norms) <= _MOST_SUBSETS:
        for k in range(len(norms)):
            yield from (norm(chosen, p) for chosen in itertools.combinations(norms, k))
    else:
        yield from (norm(norms[:k], p) for k in range(len(norms)))
        yield from (norm(norms[k:], p) for k in range(1, len(norms)))
        yield from (norm(norms[k::2], p) for k in range(2))
    for rows in (slice(1), slice(1, None), slice(-1)):
        yield norm(_norms([t[rows] if t.ndim else t for t in tensors], p), p)
