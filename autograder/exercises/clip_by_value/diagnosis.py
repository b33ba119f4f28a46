"""Name the mistake behind wrongly clamped gradients, from which entries changed and to what."""

import numpy as np

from ...kinds.casewise import Comparison
from ...kinds.clipping import Clipped, clipped_cases, factor_of, is_wrong, name_odd, name_plainly, near, ordinary


def explain(comparison: Comparison) -> str | None:
    """The code that describes what went wrong in a part; None if nothing here does."""
    with np.errstate(all="ignore"):
        if any(is_wrong(comparison, name) for name in ordinary(comparison)):
            return name_plainly(comparison) or _name_change(clipped_cases(comparison, Clipped))
        return name_odd(comparison) or _name_shape(comparison)


def _name_shape(comparison: Comparison) -> str | None:
    """Only gradients of unusual shapes go wrong."""
    scalars = [name for name in comparison.wrong if "scalar" in comparison.cases[name]["has"]]
    if scalars:
        return "crashes-on-scalars" if any(comparison.raised(name) for name in scalars) else "misses-parameters"
    if comparison.raising:
        return "raises"
    return "clip-not-in-place" if comparison.wrong else None  # what is not contiguous was flattened, into a copy


def _name_change(clipped: list[Clipped]) -> str:
    if any(left is None for c in clipped for left in c.left):
        return "removes-large-elements"
    pairs = [_Pair(c, k) for c in clipped for k in range(len(c.raw))]
    if all(pair.right or pair.untouched for pair in pairs):
        return _name_missed(pairs)
    if code := _name_range(clipped):
        return code
    if all(pair.right or pair.factor is not None for pair in pairs):
        return _name_factor(pairs)
    return _name_entries(pairs)


class _Pair:
    """One gradient before (`raw`) and after (`left`), what it should be (`wanted`), and its place in its case."""

    def __init__(self, case: Clipped, position: int) -> None:
        self.case, self.position, self.bound = case, position, case.limit
        self.raw, self.left = case.raw[position], case.left[position]
        self.wanted = np.clip(self.raw, -self.bound, self.bound)
        self.beyond = np.abs(self.raw) > self.bound
        self.right = _same(self.left, self.wanted)
        self.untouched = _same(self.left, self.raw)
        self.factor = factor_of(self.left, self.raw)

    @property
    def place(self) -> tuple:
        """Where it stands, and its shape."""
        return self.position, len(self.case.raw), self.raw.shape


def _name_missed(pairs: list[_Pair]) -> str:
    """Some gradients are clamped as they should be, and others are not changed at all."""
    missed = [pair for pair in pairs if not pair.right]
    clamped = [pair for pair in pairs if pair.right and pair.beyond.any()]
    if {pair.place for pair in missed}.isdisjoint({pair.place for pair in clamped}):
        return "misses-parameters"
    extremes = [lambda pair: pair.raw.max() > pair.bound, lambda pair: pair.raw.min() < -pair.bound]
    if any(not any(map(looked_at, missed)) and all(map(looked_at, clamped)) for looked_at in extremes):
        return "misses-parameters"
    return "all-or-nothing"


def _name_range(clipped: list[Clipped]) -> str | None:
    """In every case, all entries were clamped to one range: which?"""
    ranges = [(c, *_range(c)) for c in clipped if not all(map(_same, c.left, c.raw))]
    if any(low is None for _, low, _ in ranges):
        return None
    upper = all(near(high, c.limit) for c, _, high in ranges if np.isfinite(high))
    lower = all(near(low, -c.limit) for c, low, _ in ranges if np.isfinite(low))
    if upper and all(low == -np.inf for _, low, _ in ranges):
        return "one-sided"
    if lower and all(high == np.inf for _, _, high in ranges):
        return "one-sided"
    return "wrong-range"


def _range(c: Clipped) -> tuple[float | None, float]:
    """The range to which a case's entries were clamped, infinite where nothing shows it; (None, …) if to no range."""
    raw, left = (np.concatenate([g.ravel() for g in side]) for side in (c.raw, c.left))
    raised, lowered = left[left > raw + 1e-4 * np.abs(raw)], left[left < raw - 1e-4 * np.abs(raw)]
    low = float(raised.max()) if raised.size else -np.inf
    high = float(lowered.min()) if lowered.size else np.inf
    return (low, high) if _same(left, np.minimum(np.maximum(raw, low), high)) else (None, high)


def _name_factor(pairs: list[_Pair]) -> str:
    """Whole gradients were multiplied by one number."""
    changed = [pair for pair in pairs if pair.factor not in (None, 1)]
    if all(pair.factor == 0 for pair in changed):
        return "removes-large-elements"
    if any(pair.factor is not None and pair.factor < 0 for pair in changed):
        return "loses-sign"
    for cases in (lambda pair: [pair.raw], lambda pair: pair.case.raw):
        if all(near(pair.factor * max(np.abs(g).max() for g in cases(pair)), pair.bound) for pair in changed):
            return "scales-instead-of-clamps"
    return "clip-by-norm"


def _name_entries(pairs: list[_Pair]) -> str:
    """Within one gradient, entries were treated differently."""
    raw, left, wanted, bound = (
        np.concatenate([np.broadcast_to(side(pair), pair.raw.shape).ravel() for pair in pairs])
        for side in (lambda p: p.raw, lambda p: p.left, lambda p: p.wanted, lambda p: p.bound)
    )
    right, beyond = _alike(left, wanted, bound), np.abs(raw) > bound
    wrong, within = ~right, ~beyond
    if np.any(wrong & (left * raw < 0)) and np.all(_alike(np.abs(left), np.abs(wanted), bound)[wrong]):
        return "loses-sign"
    if np.all(right[within]):
        values = left[wrong]
        if np.all(np.abs(values) < 1e-6 * bound[wrong]) or np.any(np.isnan(values)):
            return "removes-large-elements"
        if np.all(_alike(left, raw, bound)[wrong]):
            return _name_left(raw[wrong], raw[right & beyond])
        if np.all(_alike(np.abs(left), bound, bound)[wrong]) or np.any(left * raw < 0):
            return "loses-sign"
        return "wrong-range"
    if all(pair.right or pair.untouched or _by_rows(pair.left, pair.raw) for pair in pairs):
        return "clip-by-norm"
    if np.any(left * raw < 0):
        return "loses-sign"
    return "changes-small-elements"


def _name_left(missed: np.ndarray, clamped: np.ndarray) -> str:
    """What is beyond was clamped or left as it was: on one side of zero, or here and there?"""
    apart = (missed.max() < 0 < clamped.min()) or (clamped.max() < 0 < missed.min()) if clamped.size else False
    return "one-sided" if apart else "misses-elements"


def _by_rows(left: np.ndarray, raw: np.ndarray) -> bool:
    return raw.ndim > 1 and all(factor_of(row, raw_row) is not None for row, raw_row in zip(left, raw, strict=True))


def _alike(one: np.ndarray, other: np.ndarray, bound: np.ndarray) -> np.ndarray:
    return np.abs(one - other) <= 1e-3 * np.abs(other) + 1e-5 * bound


def _same(left: np.ndarray, wanted: np.ndarray) -> bool:
    return bool(np.allclose(left, wanted, rtol=1e-4, atol=1e-6))
