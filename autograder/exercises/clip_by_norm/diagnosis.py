"""Name the mistake behind wrongly clipped gradients, from how they relate to the gradients before.

Above all a mistake shows in the *factors*: the number by which each gradient was multiplied. What one factor per case
says about norm, threshold and condition is looked up in a table of ways to compute it (`_ways`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...kinds.casewise import Comparison, same

_NEAR = 1e-3
_NOTHING = 1e-9  # where a norm of nothing is divided by


def explain(comparison: Comparison) -> str | None:
    """The code that describes what went wrong in a part; None if nothing here does."""
    wrong_ordinary = [name for name in _ordinary(comparison) if _is_wrong(comparison, name)]
    if set(comparison.judged.values()) == {"returns"}:
        return _name_returned(comparison, bool(wrong_ordinary))
    if wrong_ordinary:
        return _name_ordinary(comparison)
    return _name_odd(comparison)


@dataclass(frozen=True)
class _Clipped:
    """One case: its gradients before (`raw`) and after (`left`), the threshold, and what was returned."""

    raw: list[np.ndarray]
    left: list[np.ndarray | None]
    weights: list[np.ndarray]
    limit: float
    returned: float | None

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
        return [_factor(left, raw) for left, raw in zip(self.left, self.raw, strict=True)]

    @cached_property
    def factor(self) -> float | None:
        """The number that all gradients were multiplied by, if it was one number."""
        if any(left is None for left in self.left):
            return None
        return _factor(np.concatenate([g.ravel() for g in self.left]), np.concatenate([g.ravel() for g in self.raw]))

    @property
    def is_right(self) -> bool:
        return self.factor is not None and _near(self.factor, min(1.0, self.limit / self.norm))

    @property
    def untouched(self) -> bool:
        return self.factor is not None and _near(self.factor, 1)


def _ordinary(comparison: Comparison) -> list[str]:
    return [name for name, case in comparison.cases.items() if case["has"] == ["plain"]]


def _is_wrong(comparison: Comparison, name: str, aspects: tuple[str, ...] = ("grads", "moved")) -> bool:
    seen, wanted = comparison.seen[name], comparison.wanted[name]
    return any(not same(seen.get(aspect), wanted[aspect]) for aspect in aspects)


def _clipped(comparison: Comparison, name: str) -> _Clipped:
    case, seen = comparison.cases[name], comparison.seen[name]
    raw = [np.array(one["grad"], dtype=float) for one in case["tensors"]]
    left = [
        None if flat is None else np.array([float(x) for x in flat]).reshape(g.shape)
        for flat, g in zip(seen["grads"], raw, strict=True)
    ]
    returned = seen["returned"][0].get("number")
    return _Clipped(
        raw,
        left,
        [np.array(one["weight"], dtype=float) for one in case["tensors"]],
        case["thresholds"][0],
        None if returned is None else float(returned),
    )


# -- ordinary gradients went wrong -----------------------------------------------------------------------------------


def _name_ordinary(comparison: Comparison) -> str | None:
    ended = [name for name in _ordinary(comparison) if "raised" not in comparison.seen[name]]
    if len(ended) < len(_ordinary(comparison)) and not any(_is_wrong(comparison, name) for name in ended):
        return "raises"
    if any(comparison.seen[name]["moved"] for name in ended):
        return "clips-weights"
    clipped = [_clipped(comparison, name) for name in ended if len(comparison.cases[name]["thresholds"]) == 1]
    if all(c.untouched for c in clipped):
        return _name_untouched(comparison)
    if _removes(clipped):
        return "removes-gradients"
    if all(c.factor is not None for c in clipped):
        return _name_factor(clipped)
    if all(factor is not None for c in clipped for factor in c.factors):
        return _name_factors(clipped)
    return _name_entries(clipped)


def _name_untouched(comparison: Comparison) -> str:
    """No gradient was changed: why not?"""
    seen = [comparison.seen[name] for name in comparison.cases if "raised" not in comparison.seen[name]]
    evidence = next(outcome for outcome in seen if "on" in outcome)
    if evidence["hooked"]:
        return "uses-hook"
    if not all(outcome.get("read", True) for outcome in seen):
        return "not-implemented"
    if "nothing" in evidence["on"]:
        return "exhausted-generator"
    if evidence["scaled_copies"] or "copies" in evidence["on"]:
        return "clip-not-in-place"
    if "other-tensors" in evidence["on"]:
        return "wrong-objects"
    if evidence["spent_generator"]:
        return "exhausted-generator"
    return "clip-missing"


def _name_factor(clipped: list[_Clipped]) -> str:
    """Every gradient was multiplied by one number per case: which?"""
    if any(c.factor < 0 for c in clipped):
        return "wrong-factor"
    if all(c.returned and _near(c.factor, min(1.0, c.limit / c.returned)) for c in clipped):
        for code, total in _TOTALS:
            if all(_near(c.returned, total(c)) for c in clipped):
                return code
        return "wrong-norm"  # scaled by the number that is returned, and that is not the norm
    for code, factor in _ways():
        if all(_near(c.factor, factor(c)) for c in clipped):
            return code
    above, below = [c for c in clipped if c.above], [c for c in clipped if not c.above]
    touched = [c for c in clipped if not c.untouched]
    if all(_near(c.factor, c.limit / c.norm) for c in touched):
        return _name_condition(above, below)
    if all(c.untouched for c in above):
        return "inverted-condition"
    if all(c.is_right for c in above):
        return "always-rescales"
    powers = [_power(c) for c in above]
    if all(c.untouched for c in below) and all(p > 0.5 and abs(p - round(p)) < 0.01 for p in powers):
        return "clips-twice"
    if _depends_on_limit_only(clipped):
        return "wrong-threshold"
    same_norm = [(a, b) for a in above for b in above if _near(a.norm, b.norm) and a.limit == b.limit]
    if any(not _near(a.factor, b.factor) for a, b in same_norm):
        return "wrong-norm"
    return "wrong-factor"


def _name_condition(above: list[_Clipped], below: list[_Clipped]) -> str:
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


def _depends_on_limit_only(clipped: list[_Clipped]) -> bool:
    """Whether equal thresholds always lead to the same length, whatever the norm was."""
    for limit in {c.limit for c in clipped}:
        alike = [c for c in clipped if c.limit == limit]
        lengths = [c.factor * c.norm for c in alike if not c.untouched]
        reached = min(lengths, default=np.inf)
        if any(not _near(length, reached) for length in lengths):
            return False
        if any(c.untouched and c.norm > reached * (1 + _NEAR) for c in alike):
            return False
    return True


def _power(c: _Clipped) -> float:
    """How many times the right factor was applied."""
    return float(np.log(c.factor) / np.log(c.limit / c.norm)) if c.factor > 0 else 0.0


def _ways() -> Iterator[tuple[str, Callable[[_Clipped], float]]]:
    """Ways to compute the factor wrongly: (code, factor), the plainest first."""
    for total_code, total in _TOTALS:
        for limit_code, limit in _LIMITS:
            for shape_code, shape in _SHAPES:
                codes = [code for code in (total_code, limit_code, shape_code) if code]
                if len(codes) == 1:
                    yield codes[0], lambda c, total=total, limit=limit, shape=shape: shape(total(c), limit(c))
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
_LIMITS: list[tuple[str | None, Callable[[_Clipped], float]]] = [
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
    ("wrong-threshold", lambda c: c.limit * _entries(c).size ** 0.5),
    ("wrong-threshold", lambda c: c.limit / _entries(c).size ** 0.5),
]


def _entries(c: _Clipped) -> np.ndarray:
    return np.concatenate([g.ravel() for g in c.raw])


def _norm_of(kept: Callable[[int, np.ndarray, int], bool]) -> Callable[[_Clipped], float]:
    """The norm of some of the gradients only: those with `kept(position, gradient, how many there are)`."""

    def norm(c: _Clipped) -> float:
        norms = [n for k, (n, g) in enumerate(zip(c.norms, c.raw, strict=True)) if kept(k, g, len(c.raw))]
        return max(float(np.linalg.norm(norms)), _NOTHING)

    return norm


_TOTALS: list[tuple[str | None, Callable[[_Clipped], float]]] = [
    (None, lambda c: c.norm),
    ("mixed-up-square", lambda c: c.norm**2),
    ("mixed-up-square", lambda c: c.norm**0.5),
    ("mixed-up-square", lambda c: float(c.norms.sum() ** 0.5)),
    ("measures-weights", lambda c: float(np.linalg.norm([np.linalg.norm(w) for w in c.weights]))),
    ("wrong-norm", lambda c: float(c.norms.sum())),
    ("wrong-norm", lambda c: float(c.norms.max())),
    ("wrong-norm", lambda c: float(c.norms.mean())),
    ("wrong-norm", lambda c: float(c.norms[0])),
    ("wrong-norm", lambda c: float(np.abs(_entries(c)).sum())),
    ("wrong-norm", lambda c: float(np.abs(_entries(c)).max())),
    ("wrong-norm", lambda c: float(np.abs(_entries(c)).mean())),
    ("wrong-norm", lambda c: float(np.sqrt((_entries(c) ** 2).mean()))),
    ("wrong-norm", lambda c: float((np.abs(_entries(c)) ** 3).sum() ** (1 / 3))),
    ("wrong-norm", lambda c: max(abs(float(_entries(c).sum())), _NOTHING)),
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


def _name_factors(clipped: list[_Clipped]) -> str:
    """Gradients of one case were multiplied by different numbers."""
    pairs = [(c, n, factor) for c in clipped for n, factor in zip(c.norms, c.factors, strict=True)]
    own = [lambda c, n: min(1.0, c.limit / n), lambda c, n: c.limit / n, lambda c, n: 1 / n]
    own += [lambda c, n: min(1.0, c.limit / n) if c.above else 1.0, lambda c, n: c.limit / n if c.above else 1.0]
    if any(all(_near(factor, way(c, n)) for c, n, factor in pairs) for way in own):
        return "clip-per-parameter"
    touched = [[factor for factor in c.factors if not _near(factor, 1)] for c in clipped]
    if all(_near(factor, some[0]) for some in touched for factor in some):
        return "misses-parameters"
    return "clip-per-parameter"


def _name_entries(clipped: list[_Clipped]) -> str:
    """Within one gradient, entries were multiplied by different numbers."""
    pairs = [pair for c in clipped for pair in zip(c.left, c.raw, strict=True)]
    if all(_by_rows(left, raw) for left, raw in pairs):
        return "clip-per-parameter"
    ratios = np.concatenate([(left / raw).ravel() for left, raw in pairs])
    if np.all((np.abs(ratios) < _NEAR) | (np.abs(ratios - 1) < _NEAR)):
        return "removes-gradients"
    return "clip-by-value"


# -- only odd inputs went wrong --------------------------------------------------------------------------------------


def _name_odd(comparison: Comparison) -> str | None:
    """Ordinary gradients are right: which inputs are not?"""
    wrong = comparison.wrong
    with_none = [name for name in wrong if comparison.cases[name]["has"] == ["none"]]
    if with_none:
        if all("raised" in wrong[name] for name in with_none):
            return "crashes-on-none"
        got_one = any(_gives_gradient(comparison, name) for name in with_none)
        return "none-gets-gradient" if got_one else "stops-at-none"
    if any(comparison.cases[name]["has"] == ["no-list"] for name in wrong):
        return "needs-a-list"
    if one_shot := [name for name in wrong if comparison.cases[name]["has"] == ["one-shot"]]:
        faults = [comparison.raised(name) for name in one_shot if "raised" in wrong[name]]
        if faults and faults[0].get("error") in ("TypeError", "AttributeError") and "empty" not in faults[0]["message"]:
            return "needs-a-list"
        return "exhausted-generator"
    if any("zero" in comparison.cases[name]["has"] or "some-zero" in comparison.cases[name]["has"] for name in wrong):
        if all(aspects == ("returned",) for aspects in wrong.values()) and not _returns_nan(comparison):
            return "wrong-return-value"
        return "zero-norm"
    return None


def _gives_gradient(comparison: Comparison, name: str) -> bool:
    pairs = zip(comparison.seen[name].get("grads", ()), comparison.cases[name]["tensors"], strict=False)
    return any(left is not None and one["grad"] is None for left, one in pairs)


def _returns_nan(comparison: Comparison) -> bool:
    return any(comparison.seen[name]["returned"][0].get("number") in ("nan", "inf") for name in comparison.wrong)


# -- what is returned ------------------------------------------------------------------------------------------------


def _name_returned(comparison: Comparison, clips_wrongly: bool) -> str:
    return (clips_wrongly and _name_ordinary(comparison)) or "wrong-return-value"


# -- numbers ---------------------------------------------------------------------------------------------------------


def _factor(left: np.ndarray | None, raw: np.ndarray) -> float | None:
    """c with left = c * raw, or None if there is no such number."""
    if left is None:
        return None
    size = float(np.sum(raw * raw))
    c = float(np.sum(left * raw)) / size
    return c if np.linalg.norm(left - c * raw) <= _NEAR * max(abs(c), 1e-6) * size**0.5 else None


def _by_rows(left: np.ndarray, raw: np.ndarray) -> bool:
    if not raw.ndim:
        return True
    return all(_factor(row, raw_row) is not None for row, raw_row in zip(left, raw, strict=True))


def _removes(clipped: list[_Clipped]) -> bool:
    """Whether gradients are gone, and those that are not are whole (or scaled as they should be)."""
    if any(left is None for c in clipped for left in c.left):
        return True
    gone = [c for c in clipped if 0.0 in c.factors]
    return bool(gone) and all(
        c.is_right or all(factor == 0 or (factor and _near(factor, 1)) for factor in c.factors) for c in clipped
    )


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= _NEAR * abs(b)
