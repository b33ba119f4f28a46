"""Name the mistake behind wrongly clipped gradients, from how they relate to the gradients before.

Above all a mistake shows in the *factors*: the number by which each gradient was multiplied. What one factor per case
says about norm, threshold and condition is looked up in a table of ways to compute it (`_ways`).
"""

from collections.abc import Callable, Iterator
from functools import cached_property

import numpy as np

from ...kinds.casewise import Comparison
from ...kinds.clipping import Clipped, clipped_cases, factor_of, is_wrong, name_odd, name_plainly, near, ordinary

_NOTHING = 1e-9  # where a norm of nothing is divided by


def explain(comparison: Comparison) -> str | None:
    """The code that describes what went wrong in a part; None if nothing here does."""
    with np.errstate(all="ignore"):
        if any(is_wrong(comparison, name) for name in ordinary(comparison)):
            return name_plainly(comparison) or _name_scaling(clipped_cases(comparison, _Scaled))
        if set(comparison.judged.values()) == {"returns"}:
            return "wrong-return-value"
        return name_odd(comparison) or _name_nothing(comparison)


def _name_nothing(comparison: Comparison) -> str | None:
    """Only where there is nothing to clip, or nothing in one of the gradients, something goes wrong."""
    nothing = [name for name in comparison.wrong if {"zero", "some-zero"} & set(comparison.cases[name]["has"])]
    returned = [comparison.seen[name].get("returned", {}).get("number") for name in nothing]
    if all(comparison.wrong[name] == ("returned",) for name in nothing) and "nan" not in returned:
        return "wrong-return-value"
    return "zero-norm" if nothing else None


class _Scaled(Clipped):
    """One case, and by what its gradients were multiplied."""

    @cached_property
    def norms(self) -> np.ndarray:
        return np.array([np.linalg.norm(g) for g in self.raw])

    @cached_property
    def norm(self) -> float:
        return float(np.linalg.norm(self.norms))

    @property
    def above(self) -> bool:
        return self.norm > self.limit

    @cached_property
    def factors(self) -> list[float | None]:
        """The number that each gradient was multiplied by; None where it was not one number."""
        return [factor_of(left, raw) for left, raw in zip(self.left, self.raw, strict=True)]

    @cached_property
    def factor(self) -> float | None:
        """The number that all gradients were multiplied by, if it was one number."""
        if any(left is None for left in self.left):
            return None
        return factor_of(np.concatenate([g.ravel() for g in self.left]), self.entries)

    @cached_property
    def entries(self) -> np.ndarray:
        return np.concatenate([g.ravel() for g in self.raw])

    @property
    def is_right(self) -> bool:
        return self.factor is not None and near(self.factor, min(1.0, self.limit / self.norm))

    @property
    def untouched(self) -> bool:
        return self.factor == 1


def _name_scaling(clipped: list[_Scaled]) -> str:
    if _removes(clipped):
        return "removes-gradients"
    if all(c.factor is not None for c in clipped):
        return _name_factor(clipped)
    if all(factor is not None for c in clipped for factor in c.factors):
        return _name_factors(clipped)
    return _name_entries(clipped)


def _name_factor(clipped: list[_Scaled]) -> str:
    """Every gradient was multiplied by one number per case: which?"""
    if any(c.factor < 0 for c in clipped):
        return "wrong-factor"
    if all(c.returned and near(c.factor, min(1.0, c.limit / c.returned)) for c in clipped):
        for code, total in _TOTALS:
            if all(near(c.returned, total(c)) for c in clipped):
                return code
        return "wrong-norm"  # scaled by the number that is returned, and that is not the norm
    for code, factor in _ways():
        if all(near(c.factor, factor(c)) for c in clipped):
            return code
    above, below = [c for c in clipped if c.above], [c for c in clipped if not c.above]
    touched = [c for c in clipped if not c.untouched]
    if all(near(c.factor, c.limit / c.norm) for c in touched):
        return _name_condition(above, below)
    if all(c.untouched for c in above):
        return "inverted-condition"
    if all(c.is_right for c in above):
        return "always-rescales"
    powers = [_power(c) for c in above]
    whole = all(p > 0.5 and abs(p - round(p)) < 0.01 for p in powers)
    if whole and max(powers) > 1.5 and all(c.untouched for c in below):
        return "clips-twice"
    if _depends_on_limit_only(clipped):
        return "wrong-threshold"
    same_norm = [(a, b) for a in above for b in above if near(a.norm, b.norm) and a.limit == b.limit]
    if any(not near(a.factor, b.factor) for a, b in same_norm):
        return "wrong-norm"
    return "wrong-factor"


def _name_condition(above: list[_Scaled], below: list[_Scaled]) -> str:
    """What is scaled is scaled as it should be, but other cases are than those above the threshold."""
    missed, needless = [c for c in above if c.untouched], [c for c in below if not c.untouched]
    if not missed:
        return "always-rescales"
    if not needless:
        return "clip-missing"
    if len(missed) == len(above):
        return "inverted-condition"
    untouched = [c.norm for c in (*above, *below) if c.untouched]
    touched = [c.norm for c in (*above, *below) if not c.untouched]
    return "wrong-threshold" if max(untouched) < min(touched) else "wrong-norm"


def _depends_on_limit_only(clipped: list[_Scaled]) -> bool:
    """Whether equal thresholds always lead to the same length, whatever the norm was."""
    for limit in {c.limit for c in clipped}:
        alike = [c for c in clipped if c.limit == limit]
        lengths = [c.factor * c.norm for c in alike if not c.untouched]
        reached = min(lengths, default=np.inf)
        if any(not near(length, reached) for length in lengths):
            return False
        if any(c.untouched and c.norm > reached * 1.001 for c in alike):
            return False
    return True


def _power(c: _Scaled) -> float:
    """How many times the right factor was applied."""
    return float(np.log(c.factor) / np.log(c.limit / c.norm)) if c.factor > 0 else 0.0


def _ways() -> Iterator[tuple[str, Callable[[_Scaled], float]]]:
    """Ways to compute the factor wrongly: (code, factor), the plainest first."""
    for total_code, total in _TOTALS:
        for limit_code, limit in _LIMITS:
            for shape_code, shape in _SHAPES:
                codes = [code for code in (total_code, limit_code, shape_code) if code]
                if len(codes) == 1:
                    yield codes[0], lambda c, total=total, limit=limit, shape=shape: shape(total(c), limit(c))
    for code, limit in _LIMITS[1:]:  # the condition waits for more than the threshold
        yield code, lambda c, limit=limit: c.limit / c.norm if c.norm > max(limit(c), c.limit) else 1.0
    for code, total in _TOTALS[1:]:  # in one place only: in the condition, or in the fraction
        yield code, lambda c, total=total: c.limit / c.norm if total(c) > c.limit else 1.0
        yield code, lambda c, total=total: min(1.0, c.limit / c.norm) if total(c) > c.limit else 1.0
        yield code, lambda c, total=total: c.limit / total(c) if c.above else 1.0
        yield code, lambda c, total=total: min(1.0, c.limit / total(c)) if c.above else 1.0
    for code, limit in _LIMITS[1:]:
        yield code, lambda c, limit=limit: limit(c) / c.norm if c.above else 1.0
        yield code, lambda c, limit=limit: min(1.0, limit(c) / c.norm) if c.above else 1.0


_SHAPES: list[tuple[str | None, Callable[[float, float], float]]] = [
    (None, lambda total, limit: min(1.0, limit / total)),
    ("always-rescales", lambda total, limit: limit / total),
    ("inverted-condition", lambda total, limit: max(1.0, limit / total)),
    ("inverted-condition", lambda total, limit: limit / total if total < limit else 1.0),
    ("inverted-condition", lambda total, limit: total / limit if total > limit else 1.0),
    ("inverted-condition", lambda total, limit: total / limit if total < limit else 1.0),
    ("inverted-condition", lambda total, limit: total / limit),
]
_LIMITS: list[tuple[str | None, Callable[[_Scaled], float]]] = [
    (None, lambda c: c.limit),
    ("wrong-threshold", lambda c: c.limit**2),
    ("wrong-threshold", lambda c: c.limit**0.5),
    ("wrong-threshold", lambda c: 1.0),
    ("wrong-threshold", lambda c: c.limit / 2),
    ("wrong-threshold", lambda c: c.limit * 2),
    ("wrong-threshold", lambda c: c.limit * len(c.raw)),
    ("wrong-threshold", lambda c: c.limit / len(c.raw)),
    ("wrong-threshold", lambda c: c.limit * len(c.raw) ** 0.5),
    ("wrong-threshold", lambda c: c.limit / len(c.raw) ** 0.5),
    ("wrong-threshold", lambda c: c.limit * c.entries.size**0.5),
    ("wrong-threshold", lambda c: c.limit / c.entries.size**0.5),
]


def _norm_of(kept: Callable[[int, np.ndarray, int], bool]) -> Callable[[_Scaled], float]:
    """The norm of some of the gradients only: those with `kept(position, gradient, how many there are)`."""

    def norm(c: _Scaled) -> float:
        norms = [n for k, (n, g) in enumerate(zip(c.norms, c.raw, strict=True)) if kept(k, g, len(c.raw))]
        return max(float(np.linalg.norm(norms)), _NOTHING)

    return norm


_TOTALS: list[tuple[str | None, Callable[[_Scaled], float]]] = [
    (None, lambda c: c.norm),
    ("mixed-up-square", lambda c: c.norm**2),
    ("mixed-up-square", lambda c: c.norm**0.5),
    ("mixed-up-square", lambda c: float(c.norms.sum() ** 0.5)),
    ("measures-weights", lambda c: float(np.linalg.norm([np.linalg.norm(w) for w in c.weights]))),
    ("wrong-norm", lambda c: float(c.norms.sum())),
    ("wrong-norm", lambda c: float(c.norms.max())),
    ("wrong-norm", lambda c: float(c.norms.mean())),
    ("wrong-norm", lambda c: float(c.norms[0])),
    ("wrong-norm", lambda c: float(np.abs(c.entries).sum())),
    ("wrong-norm", lambda c: float(np.abs(c.entries).max())),
    ("wrong-norm", lambda c: float(np.abs(c.entries).mean())),
    ("wrong-norm", lambda c: float(np.sqrt((c.entries**2).mean()))),
    ("wrong-norm", lambda c: float((np.abs(c.entries) ** 3).sum() ** (1 / 3))),
    ("wrong-norm", lambda c: max(abs(float(c.entries.sum())), _NOTHING)),
    ("misses-parameters", _norm_of(lambda k, g, count: k > 0)),
    ("misses-parameters", _norm_of(lambda k, g, count: k < count - 1)),
    ("misses-parameters", _norm_of(lambda k, g, count: k == 0)),
    ("misses-parameters", _norm_of(lambda k, g, count: k == count - 1)),
    ("misses-parameters", _norm_of(lambda k, g, count: k % 2 == 0)),
    ("misses-parameters", _norm_of(lambda k, g, count: k % 2 == 1)),
    ("misses-parameters", _norm_of(lambda k, g, count: g.ndim > 1)),
    ("misses-parameters", _norm_of(lambda k, g, count: g.ndim == 1)),
    ("misses-parameters", _norm_of(lambda k, g, count: g.ndim == 2)),
    ("misses-parameters", _norm_of(lambda k, g, count: g.ndim <= 2)),
    ("misses-parameters", _norm_of(lambda k, g, count: g.size > 1)),
]


def _name_factors(clipped: list[_Scaled]) -> str:
    """Gradients of one case were multiplied by different numbers."""
    pairs = [(c, n, factor) for c in clipped for n, factor in zip(c.norms, c.factors, strict=True)]
    own = [lambda c, n: min(1.0, c.limit / n), lambda c, n: c.limit / n, lambda c, n: 1 / n]
    own += [lambda c, n: min(1.0, c.limit / n) if c.above else 1.0, lambda c, n: c.limit / n if c.above else 1.0]
    if any(all(near(factor, way(c, n)) for c, n, factor in pairs) for way in own):
        return "clip-per-parameter"
    touched = [[factor for factor in c.factors if factor != 1] for c in clipped]
    if all(near(factor, some[0]) for some in touched for factor in some):
        return "misses-parameters"
    return "clip-per-parameter"


def _name_entries(clipped: list[_Scaled]) -> str:
    """Within one gradient, entries were multiplied by different numbers."""
    pairs = [pair for c in clipped for pair in zip(c.left, c.raw, strict=True)]
    if all(_by_rows(left, raw) for left, raw in pairs):
        return "clip-per-parameter"
    if all(
        np.allclose(raw - left, np.mean(raw - left), rtol=1e-3, atol=1e-4 * np.abs(raw).max()) for left, raw in pairs
    ):
        return "wrong-factor"  # the same number was taken off every entry
    ratios = np.concatenate([(left / raw).ravel() for left, raw in pairs])
    if all(near(ratio, 1) or abs(ratio) < 1e-3 for ratio in ratios):
        return "removes-gradients"
    return "clip-by-value"


def _by_rows(left: np.ndarray, raw: np.ndarray) -> bool:
    return not raw.ndim or all(factor_of(row, raw_row) is not None for row, raw_row in zip(left, raw, strict=True))


def _removes(clipped: list[_Scaled]) -> bool:
    """Whether gradients are gone, and those that are not are whole (or scaled as they should be)."""
    if any(left is None for c in clipped for left in c.left):
        return True
    gone = any(0 in c.factors for c in clipped)
    return gone and all(c.is_right or all(factor in (0, 1) for factor in c.factors) for c in clipped)
