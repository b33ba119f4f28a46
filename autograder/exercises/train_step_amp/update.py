"""Name the mistake behind weights that went wrong: how the gradient used relates to the true one.

One number times the true gradient, tensor by tensor or entry by entry: the relation to threshold, scale and loss names
most mistakes; what leaves the same weights is told apart by its events.
"""

from collections.abc import Callable

import numpy as np

from .events import (
    backward_gain,
    clip_places,
    orders,
    scales_outputs,
    shrinks_loss,
    steps_directly,
    suspects,
    updates_first,
)
from .seen import Call, Seen, near


def name_update(seen: Seen) -> str | None:
    """The code for weights that went wrong in ordinary calls; after an overflow, where the scaler is as it must be."""
    calls = [c for c in seen.ordinary if not c.overflowed or (c.state_before_is_right and c.state_is_right)]
    wrong = [call for call in calls if not call.moves_right]
    foreign = {"forward", "step"} & set(seen.evidence["foreign"])
    if "scaler" in seen.evidence["foreign"] and not all(call.state_is_right for call in calls):
        return "own-scaler"
    if all(call.kept for call in calls):
        return "missing-step" if foreign else _name_standstill(seen)
    if foreign:
        return "ignores-arguments"
    if any(len(order.steps) > 1 for order in orders(seen)):
        return "double-step"
    if seen.evidence["mentions_autocast"] and any(_imprecise(call) for call in wrong):
        return "low-precision"
    if all(call.kept for call in wrong):
        return _name_left_out(seen, wrong, [call for call in calls if call.moves_right])
    if updates_first(seen):
        return "update-before-step"
    if scales_outputs(seen):
        return "missing-scale"
    if all(call.factor() is not None for call in wrong):
        return _by_one_factor(seen, calls, wrong)
    if all(call.index > 0 for call in wrong):
        return "missing-zero-grad"
    return _by_pieces(wrong)


def _name_standstill(seen: Seen) -> str:
    """The weights never moved: why not?"""
    order = orders(seen)[0]
    if "backward" not in order.names:
        return "missing-backward"
    if not backward_gain(seen):
        return "clips-loss" if backward_gain(seen) == 0 else "missing-backward"
    if "step" not in order.names:
        return "missing-step"
    erased, step = order.last("zero_grad"), order.last("step")
    if step < order.first("backward"):
        return "missing-backward"
    if erased is not None and order.first("backward") < erased < step:
        return "zero-grad-before-step"
    by = [event["by"] for event in order.events if event["event"] == "backward"]
    return "missing-backward" if by == ["autograd.grad"] else "missing-step"


def _name_left_out(seen: Seen, stood: list[Call], moved: list[Call]) -> str:
    """Some calls left the weights as they were: was there no gradient, was it too large, or what else?"""
    norms = [e["grad_norm"] for order in orders(seen) for e in order.events if e["event"] == "backward"]
    if 0 in norms or all(call.returned.get("grad_norm") == 0 for call in stood):
        return "clips-loss"
    sizes = (lambda c: c.norm, lambda c: c.norm / c.max_norm, lambda c: c.loss)
    sizes += tuple(lambda c, size=size: size(c) * c.scale for size in sizes)
    large = any(min(map(size, stood)) > max(map(size, moved)) for size in sizes)
    return "skips-large-steps" if large else "missing-step"


def _clipped(call: Call) -> float:
    return min(1.0, call.max_norm / call.norm)


# What one number times the true gradient may be, in terms of a call's norm, threshold, scale and loss.
_FORMULAS: dict[str, Callable[[Call], float]] = {
    "raw": lambda c: 1.0,
    "clipped while scaled": lambda c: min(1.0, c.max_norm / (c.norm * c.scale)),
    "clipped while scaled, never unscaled": lambda c: min(c.scale, c.max_norm / c.norm),
    "scaled": lambda c: c.scale,
    "clipped, scaled": lambda c: _clipped(c) * c.scale,
    "unscaled once too often, clipped": lambda c: min(1 / c.scale, c.max_norm / c.norm),
    "clipped, unscaled once too often": lambda c: _clipped(c) / c.scale,
    "unscaled once too often": lambda c: 1 / c.scale,
    "clipped while scaled, unscaled once too often": lambda c: min(1.0, c.max_norm / (c.norm * c.scale)) / c.scale,
    "clipped at max_norm times the scale": lambda c: min(1.0, c.max_norm * c.scale / c.norm),
    "twice": lambda c: 2 * _clipped(c),
    "uphill": lambda c: -_clipped(c),
    "always at max_norm": lambda c: c.max_norm / c.norm,
    "loss limited": lambda c: min(1.0, c.max_norm / c.loss),
    "loss limited, clipped": lambda c: min(1.0, c.max_norm / c.loss, c.max_norm / c.norm),
    "scaled loss limited": lambda c: min(1.0, c.max_norm / (c.loss * c.scale)),
    "scaled loss limited, clipped": lambda c: min(1.0, c.max_norm / (c.loss * c.scale), c.max_norm / c.norm),
}


def _by_one_factor(seen: Seen, calls: list[Call], wrong: list[Call]) -> str:
    """The whole gradient was multiplied by one number per call: which?"""
    name = _formula(calls) or _formula(wrong)
    if name == "raw":
        return _name_raw_step(seen)
    if name == "clipped while scaled":
        return _name_scaled_clip(seen)
    if name in ("clipped while scaled, never unscaled", "scaled", "clipped, scaled"):
        if steps_directly(seen) and not any("unscale" in order.names for order in orders(seen)):
            return "bypasses-scaler-step"
        always = all(c.is_multiple(_FORMULAS["always at max_norm"](c)) for c in calls)
        return "always-rescales" if always else "missing-unscale"
    if name and "once too often" in name:
        gain = backward_gain(seen)
        if gain is not None and near(gain, 1):
            return "missing-scale"
        return "double-unscale" if any("unscale" in order.names for order in suspects(seen)) else "wrong-threshold"
    if name and "loss limited" in name:
        return "clips-loss"
    named = {"twice": "double-step", "uphill": "gradient-ascent", "always at max_norm": "always-rescales"}.get(name)
    if named:
        return named
    if all(call.factor() < 0 for call in wrong):
        return "gradient-ascent"
    if shrinks_loss(seen):
        return "clips-loss"
    by_returned = all(_clipped_by_returned(call) for call in wrong)
    if by_returned and any(_LARGER * call.norm < call.returned["grad_norm"] for call in wrong):
        return "missing-unscale"
    return "wrong-threshold"


# No other norm of these few gradients is that many times the right one: more than that is the scale.
_LARGER = 5.2


def _clipped_by_returned(call: Call) -> bool:
    """Whether the gradient was clipped as if the norm returned were its own."""
    norm = call.returned.get("grad_norm")
    return bool(norm) and call.is_multiple(min(1.0, call.max_norm / norm))


def _formula(calls: list[Call]) -> str | None:
    return next((name for name, times in _FORMULAS.items() if all(c.is_multiple(times(c)) for c in calls)), None)


def _name_raw_step(seen: Seen) -> str:
    """The step used the raw gradient: was it clipped late, early, at a huge threshold, or not at all?"""
    places = clip_places(seen)
    if "late" in places:
        return "clip-after-step"
    if "early" in places:
        return "clip-before-backward"
    clips = [event for order in suspects(seen) for event in order.events if event["event"] == "clip"]
    limited = [event for event in clips if event.get("max_norm") and event["on"] == "parameters"]
    return "wrong-threshold" if limited else "missing-clip"


def _name_scaled_clip(seen: Seen) -> str:
    """The update is as long as max_norm divided by the scale. Was the gradient scaled when it was clipped?"""
    for order in suspects(seen):
        clip, unscale = order.first("clip"), order.last("unscale")
        if clip is not None and unscale is not None:
            decided = order.events[clip]["by"] == "hand" and order.events[unscale]["measured"]
            return "unscale-after-clip" if clip < unscale or decided else "wrong-threshold"
    return "missing-unscale"


def _by_pieces(wrong: list[Call]) -> str | None:
    """No one number turns the true gradient into the one used: was it changed tensor by tensor, or entry by entry?"""
    factors = [[call.factor(part) for part in call.pieces["tensors"]] for call in wrong]
    if all(any(f is not None and abs(f) < 1e-4 for f in each) for each in factors):
        return "missing-step"
    if all(_imprecise(call) for call in wrong):
        return "low-precision"
    changed = [call for call in wrong if not call.is_multiple(1.0)]
    if any(all(_clipped_by_piece(call, call.pieces[kind]) for call in changed) for kind in ("tensors", "rows")):
        return "clip-per-parameter"
    if all(_clamped(call) for call in changed):
        return "clip-by-value"
    if all(None not in each for each in factors):
        lengths = [(np.linalg.norm(call.used[part]), call) for call in wrong for part in call.pieces["tensors"]]
        short = all(length <= 1.001 * call.max_norm for length, call in lengths)
        untouched = all(any(near(f, 1) for f in each) for each in factors)
        return "misses-parameters" if untouched and not short else "clip-per-parameter"
    return None


def _imprecise(call: Call) -> bool:
    """Whether the update is nearly right, but not a multiple of the right one."""
    off = np.linalg.norm(call.used - _clipped(call) * call.true)
    return bool(off <= 0.05 * _clipped(call) * call.norm) and call.factor() is None


def _clipped_by_piece(call: Call, pieces: list[slice]) -> bool:
    """Whether every piece of the gradient was cut to one and the same length, where it was longer."""
    factors = [call.factor(piece) for piece in pieces]
    if None in factors:
        return False
    lengths = [float(np.linalg.norm(call.used[piece])) for piece in pieces]
    longest, top = max(lengths), max(factors)
    limited = near(longest, call.max_norm) or sum(near(length, longest) for length in lengths) > 1
    pairs = zip(factors, lengths, strict=True)
    return limited and all(near(f, top) or near(length, longest) for f, length in pairs)


def _clamped(call: Call) -> bool:
    """Whether every entry is a multiple of the true one, the same for all, up to one and the same bound."""
    moving = np.abs(call.true) > 1e-3 * np.abs(call.true).max()
    used, true = call.used[moving], call.true[moving]
    if not np.isfinite(used).all():
        return False
    bounds = (used.max(), -used.min(), np.abs(used).max())
    ratios = used / true
    top = ratios.max()
    free = np.abs(ratios - top) <= 1e-2 * abs(top)
    at_bound = np.any([np.abs(np.abs(used) - bound) <= 1e-2 * abs(bound) + call.noise for bound in bounds], axis=0)
    return bool(top > 0 and np.all(free | at_bound))
