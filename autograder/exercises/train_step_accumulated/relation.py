"""Name a mistake that no mutant makes number for number, from how updates relate to the micro-batches' gradients.

Only calls count that began with the right weights: the gradients there are known.
"""

from collections.abc import Callable, Iterable
from itertools import combinations

import numpy as np

from ...kinds.steps import Step, near
from ...kinds.trajectories import as_array, matching_calls, most


class Update(Step):
    """One call: what `Step` has, and what belongs to this exercise.

    Attributes: `position` of the call in its run, `number` of micro-batches, `size` of each, learning rate `lr`, the
    micro-batches' `losses`, the norms of their gradients (`piece_norms`), the `true` gradient, the norms of its parts,
    parameter by parameter (`part_norms`), and where the rows of the parameters end in it (`row_ends`).
    """

    def __init__(self, probe: dict, position: int, before: np.ndarray, weights: list[float | None]) -> None:
        call = probe["calls"][position]
        pieces = [np.array(gradient) for gradient in call["gradients"]]
        mean = np.mean(pieces, axis=0)
        sizes = np.cumsum([np.size(t) for layer in probe["layers"] for t in layer])[:-1]
        super().__init__([np.split(before, sizes)], weights, probe["lr"], mean, call["max_norm"], pieces)
        self.position, self.number, self.size = position, len(pieces), len(call["micro_batches"][0][0])
        self.lr, self.losses = probe["lr"], call["losses"]
        self.piece_norms = [float(np.linalg.norm(piece)) for piece in pieces]
        self.true, self.part_norms = mean, [float(np.linalg.norm(part)) for part in np.split(mean, sizes)]
        self.row_ends = np.cumsum([len(row) for weight, bias in probe["layers"] for row in [*weight, bias]])[:-1]


def updates(seen: dict, expected: dict) -> list[Update]:
    """The calls of all runs up to the first wrong one of each."""
    found = []
    runs = zip(seen["runs"], expected["reference"]["runs"], expected["given"]["probes"], strict=False)
    for run, right, probe in runs:
        before = np.concatenate([np.ravel(t) for layer in probe["layers"] for t in layer])
        for position, call in enumerate(run["calls"][: matching_calls(run, right) + 1]):
            found.append(Update(probe, position, before, call["weights"]))
            before = as_array(call["weights"])
    return [update for update in found if update.known]


def relate(steps: list[Update], evidence: dict) -> str:
    """The code that describes the updates' relation to the gradients; `unknown` if none does."""
    wrong = [s for s in steps if not s.is_right]
    if not wrong:
        return "unknown"
    if all(s.factor is not None for s in wrong):
        return _by_one_factor(steps, wrong)
    if all(s.shares is not None for s in wrong):
        return _by_shares([s for s in wrong if s.factor is None], evidence)
    if all(_is_clamped(s) for s in wrong):
        return "clip-by-value"
    if all(s.factors is not None for s in wrong):
        return _by_factors(wrong)
    if all(_is_cut_by_row(s) for s in wrong):
        return "clip-per-parameter"
    if all(s.position > 0 for s in wrong):
        return "missing-zero-grad"  # something that is not of this call
    if all(np.all(np.abs(s.used) <= s.max_norm * 1.001) for s in wrong) and all(s.is_right for s in steps if _tame(s)):
        return "clip-by-value"
    some = [s for s in wrong if s.factor is not None]
    if len(some) > 1:  # what goes wrong with fewer micro-batches may say more than what it leads to with many
        return _by_one_factor([s for s in steps if s.factor is not None], some)
    return "mixed-up-pairs"


def _tame(step: Update) -> bool:
    """Whether even the sum of the micro-batches' gradients is below the threshold."""
    return step.number * step.norm < step.max_norm


def _is_clamped(step: Update) -> bool:
    """Whether entries within the threshold are as they were, of the mean or of the sum, and those beyond it shorter."""
    for true in (step.true, step.number * step.true):
        tolerance = 2e-3 * np.abs(true) + 2e-5
        kept = np.abs(step.used - true) <= tolerance
        beyond = np.abs(true) > step.max_norm * 0.999
        if np.all(kept | beyond) and np.all(np.abs(step.used) <= np.abs(true) + tolerance):
            return True
    return False


def _is_cut_by_row(step: Update) -> bool:
    """Whether each row is the mean gradient's, times a number of its own, and none is longer than the threshold."""
    for used, true in zip(np.split(step.used, step.row_ends), np.split(step.true, step.row_ends), strict=True):
        factor = float(used @ true) / max(float(true @ true), 1e-12)
        if np.linalg.norm(used - factor * true) > 2e-3 * np.linalg.norm(true) + 2e-5:
            return False
        if np.linalg.norm(used) > step.max_norm * 1.001:
            return False
    return True


# -- the mean gradient, multiplied by a number -----------------------------------------------------------------------

# Multipliers of the mean gradient before it is clipped, the likelier the earlier.
_MULTIPLIERS: list[tuple[str, Callable[[Update], float]]] = [
    ("missing-division", lambda s: s.number),
    ("divides-twice", lambda s: 1 / s.number),
    ("divides-twice", lambda s: 1 / s.size),
    ("divides-twice", lambda s: 1 / s.number**2),
    ("wrong-divisor", lambda s: s.number / s.size),
    ("wrong-divisor", lambda s: s.number**2),
    ("counts-micro-batches-twice", lambda s: 2),
    ("clips-loss", lambda s: min(1, s.max_norm / float(np.mean(s.losses)))),
    ("clips-loss", lambda s: min(1, s.max_norm / sum(s.losses))),
]
# Lengths at which the mean gradient may have been cut.
_THRESHOLDS: list[Callable[[Update], float]] = [
    lambda s: s.max_norm * s.number,
    lambda s: s.max_norm / s.number,
    lambda s: s.max_norm * s.number**0.5,
    lambda s: s.max_norm / s.number**0.5,
    lambda s: s.max_norm**2,
    lambda s: s.max_norm**0.5,
    lambda s: s.max_norm**2 / s.norm,
    lambda s: s.max_norm * s.lr,
    lambda s: 1.0,
]


def _by_one_factor(steps: list[Update], wrong: list[Update]) -> str:
    """Every wrong update is the mean gradient times a number: which?"""
    if all(near(s.factor, 0) for s in wrong):
        return _by_what_is_left_out(steps, wrong)
    if all(s.factor < 1e-5 for s in wrong):
        return "gradient-ascent"
    if all(s.is_raw for s in wrong):
        return "missing-clip"
    for considered in (steps, wrong):  # what holds always is likelier than what holds at times
        for code, multiplier in _MULTIPLIERS:
            if all(near(s.length, min(multiplier(s) * s.norm, s.max_norm)) for s in considered):
                return code
            if all(near(s.factor, multiplier(s)) for s in considered):
                return code
        if (
            all(near(s.length * s.number, min(s.norm * s.number, s.max_norm)) for s in considered)
            and considered is steps
        ):
            return "divides-after-clipping"
    small = [s for s in steps if s.norm <= s.max_norm]
    if all(near(s.length, s.max_norm) for s in [*wrong, *small]) and any(_tame(s) for s in wrong):
        return "always-rescales"
    if constant_divisor(steps):
        return "hard-coded-number"
    if any(_is_cut_by_part(steps, parts) for parts in _parts(len(steps[0].part_norms))):
        return "misses-parameters"
    if any(all(near(s.length, min(s.norm, threshold(s))) for s in steps) for threshold in _THRESHOLDS):
        return "wrong-threshold"
    small = [s for s in steps if s.norm <= s.max_norm]
    if (
        all(s.is_right for s in small)
        or _same([s.length for s in wrong])
        or _same([s.length / s.max_norm for s in wrong])
    ):
        return "wrong-threshold"
    if all(s.factor < 0.995 for s in _unclipped(wrong)) and _unclipped(wrong):
        return "divides-twice" if all(s.factor < 0.995 for s in _unclipped(steps) if s.number > 1) else "wrong-divisor"
    return "wrong-divisor"


def _by_what_is_left_out(steps: list[Update], wrong: list[Update]) -> str:
    """Some steps are not taken: all, those with a large gradient, or those with a large loss?"""
    rest = [s for s in steps if s.is_right]
    if not rest:
        return "missing-step"
    rules: list[tuple[str, Callable[[Update], bool]]] = [
        ("skips-large-steps", lambda s: s.norm > s.max_norm),
        ("clips-loss", lambda s: float(np.mean(s.losses)) > s.max_norm),
        ("clips-loss", lambda s: sum(s.losses) > s.max_norm),
        ("clips-loss", lambda s: min(s.losses) > s.number * s.max_norm),
        ("clips-loss", lambda s: min(s.losses) > s.max_norm),
    ]
    for code, rule in rules:
        if all(rule(s) for s in wrong) and not any(rule(s) for s in rest):
            return code
    return "skips-large-steps" if all(s.norm > s.max_norm for s in wrong) else "missing-step"


def constant_divisor(steps: list[Update]) -> float | None:
    """The one number by which the sum of the gradients is divided in every update, if there is one."""
    divisors = [s.number / s.factor for s in _unclipped(steps) if s.factor]
    return divisors[0] if len(divisors) > 1 and _same(divisors) and not near(divisors[0], 1) else None


def _unclipped(steps: list[Update]) -> list[Update]:
    """Updates shorter than the threshold: there the multiplier is seen."""
    return [s for s in steps if s.length < 0.99 * s.max_norm]


def _same(numbers: list[float]) -> bool:
    return len(numbers) > 1 and all(near(x, numbers[0]) for x in numbers)


def _parts(count: int) -> Iterable[tuple[int, ...]]:
    """All choices of some of the parameters, by position, but not all."""
    return (parts for k in range(1, count) for parts in combinations(range(count), k))


def _is_cut_by_part(steps: list[Update], parts: tuple[int, ...]) -> bool:
    """Whether the whole gradient was cut according to the norm of these parameters' gradients."""
    norms = [float(np.linalg.norm([s.part_norms[k] for k in parts])) for s in steps]
    return all(near(s.factor, min(1, s.max_norm / max(norm, 1e-9))) for s, norm in zip(steps, norms, strict=True))


# -- the micro-batches' gradients, each with a share of its own ------------------------------------------------------


def _by_shares(steps: list[Update], evidence: dict) -> str:
    """The update is a sum of the micro-batches' gradients, but not all count the same: how?"""
    counts = [[share * s.number for share in s.shares] for s in steps]
    if all(_only_last(c) for c in counts):
        return "zero-each-micro-batch" if most(evidence, "backward") > 1 else "misses-micro-batches"
    if all(_cut_to_one_length(s) for s in steps):
        return "clip-each-micro-batch"
    if any(near(x, 0) for c in counts for x in c):
        return _by_pieces_left_out(steps, counts, evidence)
    if all(_in_proportion(c, [min(1, s.max_norm / x) for x in s.losses]) for c, s in zip(counts, steps, strict=True)):
        return "clips-loss"
    if all(_in_proportion(c, [s.number**k for k in range(s.number)]) for c, s in zip(counts, steps, strict=True)):
        return "divides-twice"  # all that was collected is divided again with each micro-batch
    free = [c for c, s in zip(counts, steps, strict=True) if s.length < 0.99 * s.max_norm]
    if free and all(x > 0.99 and near(x, round(x)) for c in free for x in c):
        return "counts-micro-batches-twice"
    return "weighted-mean"


def _by_pieces_left_out(steps: list[Update], counts: list[list[float]], evidence: dict) -> str:
    """Some micro-batches do not count: because of their gradient's norm, their loss, or their position?"""
    left_out = [[near(x, 0) for x in c] for c in counts]
    rules: list[tuple[str, Callable[[Update], list[bool]]]] = [
        ("skips-large-steps", lambda s: [norm > s.max_norm for norm in s.piece_norms]),
        ("skips-large-steps", lambda s: [norm > s.number * s.max_norm for norm in s.piece_norms]),
        ("clips-loss", lambda s: [loss > s.max_norm for loss in s.losses]),
        ("clips-loss", lambda s: [loss > s.number * s.max_norm for loss in s.losses]),
    ]
    for code, rule in rules:
        if all(out == rule(s) for out, s in zip(left_out, steps, strict=True)):
            return code
    firsts = {out.index(True) for out in left_out if True in out and all(out[out.index(True) :])}
    several = len({len(out) for out in left_out}) > 1
    if len(firsts) == 1 and several and any(near(x, k) for x in evidence["numbers"] for k in firsts if k > 1):
        return "hard-coded-number"  # always that many from the front, and the code holds the number
    return "misses-micro-batches"


def _only_last(counts: list[float]) -> bool:
    return not near(counts[-1], 0) and all(near(x, 0) for x in counts[:-1])


def _in_proportion(counts: list[float], others: list[float]) -> bool:
    largest = others[int(np.argmax(np.abs(counts)))]
    return all(near(c / max(counts, key=abs), o / largest) for c, o in zip(counts, others, strict=True))


def _cut_to_one_length(step: Update) -> bool:
    """Whether shares differ only where the longer gradients were cut to one length."""
    lengths = [share * norm for share, norm in zip(step.shares, step.piece_norms, strict=True)]
    largest = max(step.shares)
    cut = [length for length, share in zip(lengths, step.shares, strict=True) if share < 0.99 * largest]
    kept = [length for length, share in zip(lengths, step.shares, strict=True) if share >= 0.99 * largest]
    return bool(cut) and all(near(x, cut[0]) for x in cut) and max(kept) <= cut[0] * 1.01 and min(lengths) > 0


# -- the mean gradient, each parameter's part with a factor of its own -----------------------------------------------


def _by_factors(steps: list[Update]) -> str:
    """Every parameter's part of the mean gradient is multiplied by a number of its own: how?"""
    live = [[(f, norm) for f, norm in zip(s.factors, s.part_norms, strict=True) if norm] for s in steps]
    right = [min(1.0, s.max_norm / s.norm) for s in steps]
    if all(near(f, 0) or near(f, r) for factors, r in zip(live, right, strict=True) for f, _ in factors):
        return "missing-step"  # some parameters stay where they are
    for s, factors in zip(steps, live, strict=True):
        if any(near(f, 1) and norm > s.max_norm * 1.01 for f, norm in factors):
            return "misses-parameters"  # long, and not cut
    raw = {tuple(near(f, 1) for f, _ in factors) for factors in live}
    cut = [{round(f, 3) for f, _ in factors if not near(f, 1)} for factors in live]
    one_cut = all(len(factors) == 1 for factors in cut)
    return "misses-parameters" if one_cut and len(raw) == 1 else "clip-per-parameter"
