"""Name a mistake that no mutant makes number for number, from what each group's gradient was multiplied with.

Only calls count that began with the right weights: their gradients are known.
"""

from collections.abc import Callable

import numpy as np

from ...kinds.steps import Step, flat, near
from ...kinds.trajectories import as_array, matching_calls


class Update(Step):
    """One call: what `Step` has of the whole gradient, and of each group its `norms`, `max_norms` and `multiples`
    (used = multiple * true; None where no number fits)."""

    def __init__(self, probe: dict, position: int, before: np.ndarray, seen: dict) -> None:
        call = probe["calls"][position]
        sizes = np.cumsum([np.size(t) for layer in probe["layers"] for t in layer])[:-1]
        true = np.array(call["gradient"])
        super().__init__([np.split(before, sizes)], seen["weights"], probe["lr"], true, sum(call["max_norms"]))
        self.position, self.returned, self.max_norms = position, seen["returned"], call["max_norms"]
        parts = np.split(true, sizes)
        self.groups = [[number for number in numbers if np.any(parts[number])] for numbers in probe["members"]]
        self.norms = [float(np.linalg.norm(np.concatenate([parts[k] for k in group]))) for group in self.groups]
        self.part_norms = [float(np.linalg.norm(part)) for part in parts]
        self.true, self.sizes = true, sizes
        if self.known:
            self.multiples = [self._multiple(group) for group in self.groups]
            self.is_right = self.is_like(lambda update, g: min(1.0, update.max_norms[g] / update.norms[g]))

    def _multiple(self, group: list[int]) -> float | None:
        if self.factors is None or not all(near(self.factors[k], self.factors[group[0]]) for k in group):
            return None
        return self.factors[group[0]]

    def is_like(self, multiple: Callable[["Update", int], float]) -> bool:
        """Whether the groups' gradients were multiplied with `multiple(update, 0)` and `multiple(update, 1)`."""
        return all(m is not None and near(m, multiple(self, g)) for g, m in enumerate(self.multiples))


def updates(seen: dict, expected: dict) -> list[Update]:
    """The calls of all runs up to the first wrong one of each, as far as their updates can be read."""
    found = []
    runs = zip(seen["runs"], expected["reference"]["runs"], expected["given"]["probes"], strict=False)
    for run, right, probe in runs:
        before = flat(probe["layers"])
        for position, call in enumerate(run["calls"][: matching_calls(run, right) + 1]):
            found.append(Update(probe, position, before, call))
            before = as_array(call["weights"])
    return [update for update in found if update.known]


def _cut(length: float, threshold: float) -> float:
    return min(1.0, threshold / length)


# What the groups' gradients may be multiplied with by mistake, the likelier the earlier.
_FORMULAS: list[tuple[str, Callable[[Update, int], float]]] = [
    ("clip-missing", lambda u, g: 1.0),
    ("missing-step", lambda u, g: 0.0),
    ("misses-group", lambda u, g: _cut(u.norms[g], u.max_norms[g]) if g == 0 else 1.0),
    ("misses-group", lambda u, g: _cut(u.norms[g], u.max_norms[g]) if g == 1 else 1.0),
    ("swapped-thresholds", lambda u, g: _cut(u.norms[g], u.max_norms[1 - g])),
    ("one-threshold", lambda u, g: _cut(u.norms[g], u.max_norms[0])),
    ("one-threshold", lambda u, g: _cut(u.norms[g], u.max_norms[1])),
    ("one-threshold", lambda u, g: _cut(u.norms[g], min(u.max_norms))),
    ("one-threshold", lambda u, g: _cut(u.norms[g], max(u.max_norms))),
    ("one-threshold", lambda u, g: _cut(u.norms[g], sum(u.max_norms))),
    ("one-threshold", lambda u, g: _cut(u.norms[g], sum(u.max_norms) / 2)),
    ("clips-together", lambda u, g: _cut(u.norm, u.max_norms[g])),
    ("always-rescales", lambda u, g: u.max_norms[g] / u.norms[g]),
    ("skips-large-steps", lambda u, g: float(u.norms[g] <= u.max_norms[g])),
    ("skips-large-steps", lambda u, g: float(all(n <= m for n, m in zip(u.norms, u.max_norms, strict=True)))),
    ("gradient-ascent", lambda u, g: -_cut(u.norms[g], u.max_norms[g])),
    ("clips-twice", lambda u, g: _cut(u.norms[g], u.max_norms[g]) ** 2),
    ("wrong-threshold", lambda u, g: _cut(u.norms[g], u.max_norms[g] ** 2)),
    ("wrong-threshold", lambda u, g: _cut(u.norms[g], u.max_norms[g] ** 0.5)),
]


def relate(calls: list[Update]) -> str:
    """The code that describes the updates' relation to the gradients; `unknown` if none does."""
    wrong = [update for update in calls if not update.is_right]
    if not wrong:
        return "unknown"
    for considered in (calls, wrong):  # what holds always is likelier than what holds at times
        for code, multiple in _FORMULAS:
            if all(update.is_like(multiple) for update in considered):
                return code
    if all(update.factor is not None for update in wrong):
        return "clips-together"
    if all(update.position > 0 for update in wrong):
        return "missing-zero-grad"
    if all(None not in update.multiples for update in wrong):
        return _by_lengths(wrong)
    if all(update.factors is not None for update in wrong):
        return _by_parts(wrong)
    if all(_is_clamped(update) for update in wrong):
        return "clip-by-value"
    return "unknown"


def _by_lengths(wrong: list[Update]) -> str:
    """Each group has one factor, but a wrong one. Are the lengths to which long gradients were cut always the same?"""
    cut = [
        (m * n, limit) for u in wrong for m, n, limit in zip(u.multiples, u.norms, u.max_norms, strict=True) if m < 1
    ]
    for lengths in ([length for length, _ in cut], [length / limit for length, limit in cut]):
        if len(lengths) > 1 and all(near(length, lengths[0]) for length in lengths):
            return "wrong-threshold"
    return "wrong-norm"


def _by_parts(wrong: list[Update]) -> str:
    """A group's parameters have different factors: was each clipped on its own, or were the groups others?"""
    alone = all(
        near(update.factors[k], _cut(update.part_norms[k], update.max_norms[g]))
        for update in wrong
        for g, group in enumerate(update.groups)
        for k in group
    )
    return "clip-per-parameter" if alone else "wrong-groups"


def _is_clamped(update: Update) -> bool:
    parts, used = (np.split(entries, update.sizes) for entries in (update.true, update.used))
    return all(
        np.allclose(used[k], np.clip(parts[k], -update.max_norms[g], update.max_norms[g]), rtol=5e-3, atol=1e-4)
        for g, group in enumerate(update.groups)
        for k in group
    )
