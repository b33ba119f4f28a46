"""Name the mistake behind wrongly clamped gradients, from which entries changed and to what."""

from collections.abc import Callable

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
    copies = any(comparison.seen[name].get("scaled_copies") for name in comparison.wrong)  # flattened, say
    return ("clip-not-in-place" if copies else "misses-parameters") if comparison.wrong else None


def _name_change(clipped: list[Clipped]) -> str:
    if any(left is None for c in clipped for left in c.left):
        return "removes-large-elements"
    pairs = [_Pair(c, k) for c in clipped for k in range(len(c.raw))]
    if all(pair.right or pair.untouched for pair in pairs):
        return _name_missed(pairs)
    if all(pair.right or pair.untouched or not pair.left.any() for pair in pairs):
        return "removes-large-elements"
    if code := _name_range(pairs):
        return code
    for rows in (_whole, _along_last, _along_first):
        if code := _name_factors(pairs, rows):
            return code
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

    @property
    def place(self) -> tuple:
        """Where it stands, and its shape."""
        return self.position, len(self.case.raw), self.raw.shape


def _name_missed(pairs: list[_Pair]) -> str:
    """Some gradients are clamped as they should be, and others are not changed at all."""
    missed = [pair for pair in pairs if not pair.right]
    clamped = [pair for pair in pairs if pair.right and pair.beyond.any()]
    first = all(map(_is_first_beyond, missed)) and not any(map(_is_first_beyond, clamped))
    if first and any(pair.position for pair in missed):
        return "exhausted-generator"  # a condition has read the gradients up to there
    if {pair.place for pair in missed}.isdisjoint({pair.place for pair in clamped}):
        return "misses-parameters"
    for largest in (lambda u: u.max(), lambda u: -u.min(), lambda u: np.abs(u).max()):
        if max(largest(p.raw / p.bound) for p in missed) < min(largest(p.raw / p.bound) for p in clamped):
            return "misses-parameters"  # a condition on the largest entry, or on the smallest
    if all(map(_after_one_that_fits, missed)) and not any(map(_after_one_that_fits, clamped)):
        return "misses-parameters"  # the loop ends early
    return "all-or-nothing"


def _after_one_that_fits(pair: _Pair) -> bool:
    """Whether an earlier gradient of its case has no entry beyond the bounds."""
    return any(np.abs(g).max() <= pair.bound for g in pair.case.raw[: pair.position])


def _is_first_beyond(pair: _Pair) -> bool:
    """Whether it is the first gradient of its case with an entry beyond the bounds."""
    return all(np.abs(g).max() <= pair.bound for g in pair.case.raw[: pair.position])


def _name_range(pairs: list[_Pair]) -> str | None:
    """Every gradient was clamped to a range: which?"""
    ranges = [(pair.bound, *_range(pair)) for pair in pairs if not pair.untouched]
    if any(low is None for _, low, _ in ranges):
        return None
    upper = all(near(high, bound) for bound, _, high in ranges if np.isfinite(high))
    lower = all(near(low, -bound) for bound, low, _ in ranges if np.isfinite(low))
    return "one-sided" if upper and lower else "wrong-range"


def _range(pair: _Pair) -> tuple[float | None, float]:
    """The range to which a gradient was clamped, infinite where nothing shows it; (None, …) if to no range."""
    raw, left = pair.raw, pair.left
    raised, lowered = left[left > raw + 1e-4 * np.abs(raw)], left[left < raw - 1e-4 * np.abs(raw)]
    low = float(raised.max()) if raised.size else -np.inf
    high = float(lowered.min()) if lowered.size else np.inf
    return (low, high) if _same(left, np.minimum(np.maximum(raw, low), high)) else (None, high)


def _name_factors(pairs: list[_Pair], rows: Callable[[np.ndarray], np.ndarray]) -> str | None:
    """Whole gradients (or rows) were multiplied by one number each, if they were."""
    every = [
        (pair, factor_of(left, raw), raw)
        for pair in pairs
        if not pair.right
        for left, raw in zip(rows(pair.left), rows(pair.raw), strict=True)
    ]
    if any(c is None for _, c, _ in every):
        return None
    changed = [(pair, c, raw) for pair, c, raw in every if c != 1]
    if any(c < 0 for _, c, _ in changed):
        return "loses-sign"
    if all(near(c * max(np.abs(g).max() for g in pair.case.raw), pair.bound) for pair, c, _ in changed):
        return "scales-instead-of-clamps"  # until the largest of all gradients fits
    fits = all(c * np.abs(raw).max() <= pair.bound * 1.001 for pair, c, raw in changed)
    longer = any(c * np.linalg.norm(raw) > pair.bound * 1.001 for pair, c, raw in changed)
    return "scales-instead-of-clamps" if fits and longer else "clip-by-norm"


def _whole(gradient: np.ndarray) -> np.ndarray:
    return gradient.reshape(1, -1)


def _along_last(gradient: np.ndarray) -> np.ndarray:
    return gradient.reshape(-1, gradient.shape[-1] if gradient.ndim else 1)


def _along_first(gradient: np.ndarray) -> np.ndarray:
    return gradient.reshape(len(gradient), -1) if gradient.ndim > 1 else gradient.reshape(1, -1)


def _name_entries(pairs: list[_Pair]) -> str:
    """Within one gradient, entries were treated differently."""
    raw, left, wanted, bound = (
        np.concatenate([np.broadcast_to(side(pair), pair.raw.shape).ravel() for pair in pairs])
        for side in (lambda p: p.raw, lambda p: p.left, lambda p: p.wanted, lambda p: p.bound)
    )
    right, beyond = _alike(left, wanted, bound), np.abs(raw) > bound
    wrong = ~right
    if np.all(_alike(np.abs(left), np.abs(wanted), bound)):
        return "loses-sign" if np.any(left * wanted < 0) else "changes-small-elements"
    if np.any(wrong & ~beyond):
        return "loses-sign" if all(map(_has_one_sign, pairs)) else "changes-small-elements"
    if np.all(_alike(left, raw, bound)[wrong]):
        return _name_left(raw[wrong], raw[right & beyond])
    if np.any((left * raw)[wrong] < 0):
        return "loses-sign"
    sizes = np.abs(left)[wrong]
    alike = np.all(_alike(sizes, sizes[0], bound[wrong])) or np.all(
        _alike(sizes / bound[wrong], sizes[0] / bound[wrong][0], 1)
    )
    removed = np.all(sizes < 1e-6) or np.any(np.isnan(sizes)) or (not alike and np.all(sizes < bound[wrong]))
    return "removes-large-elements" if removed else "wrong-range"


def _has_one_sign(pair: _Pair) -> bool:
    return bool(np.all(pair.left >= 0) or np.all(pair.left <= 0))


def _name_left(missed: np.ndarray, clamped: np.ndarray) -> str:
    """What is beyond was clamped or left as it was: on one side of zero, or here and there?"""
    apart = (missed.max() < 0 < clamped.min()) or (clamped.max() < 0 < missed.min()) if clamped.size else False
    return "one-sided" if apart else "misses-elements"


def _alike(one: np.ndarray, other: np.ndarray, bound: np.ndarray) -> np.ndarray:
    return np.abs(one - other) <= 1e-3 * np.abs(other) + 1e-5 * bound


def _same(left: np.ndarray, wanted: np.ndarray) -> bool:
    return bool(np.allclose(left, wanted, rtol=1e-4, atol=1e-6))
