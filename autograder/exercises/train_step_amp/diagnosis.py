"""Name the mistake behind a wrong training step with a scaler.

Most of them leave a relation between the gradient used, the true one, the threshold and the scale (`_by_one_factor`,
`_by_pieces`), or a mark on the scaler's state and on the calls that overflow. Where mistakes leave the same weights,
the events decide: what was scaled, unscaled, clipped and stepped in which order. An exception is named by PyTorch's
message and by when it came. What none of this names is compared with the mutants.
"""

import math
from collections.abc import Callable

import numpy as np

from ...kinds import trajectories
from .seen import Call, Seen

# A wrong update with one of these codes makes the norm returned wrong too, or explains it.
_SPOILS_NORM = {
    "missing-unscale", "unscale-after-clip", "double-unscale", "missing-scale", "clip-after-step", "missing-clip",
    "clip-before-backward", "missing-backward", "clips-loss", "zero-grad-before-step", "clip-per-parameter",
    "own-scaler",
}  # fmt: skip


def name_update_or_scaler(seen: Seen, expected: dict) -> tuple[list[str], bool]:
    """Codes for wrong weights, a wrong scale or an exception, most likely first; whether they explain the norm."""
    codes = _codes(seen, expected)
    codes = list(dict.fromkeys(code for code in codes if code))[:3] or ["unknown"]
    return codes, seen.early_fault is not None or codes[0] in _SPOILS_NORM


def _codes(seen: Seen, expected: dict) -> list[str | None]:
    if _did_nothing(seen):
        return ["not-implemented"]
    if seen.early_fault:
        return _name_exception(seen, expected)
    if not all(call.moves_right for call in seen.ordinary if not call.overflowed):
        return [_name_update(seen) or _like_a_mutant(seen, expected)]
    if all(call.state_is_right for call in seen.calls) and not all(call.moves_right for call in seen.ordinary):
        return [_name_overflow(seen) or _name_update(seen) or _like_a_mutant(seen, expected)]
    return [_name_scaler(seen) or _like_a_mutant(seen, expected)]


def name_returned(seen: Seen) -> str:
    """The code for wrong returned norms: scaled, or anything else."""
    calls = [call for call in seen.ordinary if not call.overflowed]
    if any("other" in call.returned for call in calls):
        return "wrong-return-value"
    ratios = [(call.returned["grad_norm"] or math.nan) / call.norm for call in calls]
    first = {id(call): run[0].scale for run in seen.runs for call in run}
    scales = [(call.scale, call.state[0] or math.nan, first[id(call)]) for call in calls]
    for powers in _POWERS:
        rest = [
            r / math.prod(s**p for s, p in zip(by, powers, strict=True)) for r, by in zip(ratios, scales, strict=True)
        ]
        if all(_near(r, rest[0]) for r in rest) and (_near(rest[0], 1) or any(powers)):
            return "returns-scaled-norm"
    constant = all(_near(r, ratios[0]) for r in ratios)
    return "returns-scaled-norm" if constant and ratios[0] > 16 else "wrong-return-value"


# Powers of the scales before and after the call and in the beginning, with which a norm may be multiplied by mistake.
_POWERS = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, -1, 0), (-1, 1, 0), (1, 0, -1), (0, 1, -1), (2, 0, 0)]


# -- events ----------------------------------------------------------------------------------------------------------


class _Order:
    """The events of one watched call."""

    def __init__(self, events: list[dict]) -> None:
        self.events = events
        self.names = [event["event"] for event in events]

    def first(self, name: str) -> int | None:
        return self.names.index(name) if name in self.names else None

    def last(self, name: str) -> int | None:
        return len(self.names) - 1 - self.names[::-1].index(name) if name in self.names else None

    def before(self, one: str, other: str) -> bool:
        """Whether the first `one` comes before the first `other`; both must occur."""
        return one in self.names and other in self.names and self.first(one) < self.first(other)

    @property
    def steps(self) -> list[str]:
        """Who made the steps: "scaler", "optimizer" or "hand"."""
        return [event.get("by", "hand") for event in self.events if event["event"] == "step"]


def _orders(seen: Seen) -> list[_Order]:
    """The calls that were watched: the first two of the first run, both ordinary."""
    return [_Order(events) for events in seen.evidence["events"]] or [_Order([])]


def _suspects(seen: Seen) -> list[_Order]:
    """The watched calls that left wrong weights; all of them if none did."""
    pairs = zip(seen.runs[0], _orders(seen), strict=False)
    return [order for call, order in pairs if not call.moves_right] or _orders(seen)


def _happens(seen: Seen, name: str) -> bool:
    return any(name in order.names for order in _orders(seen))


def _did_nothing(seen: Seen) -> bool:
    faults = [fault.fault["code"] for fault in (seen.early_fault, seen.late_fault) if fault]
    return "not-implemented" in faults or not (
        faults or seen.evidence["foreign"] or any(order.names for order in _orders(seen))
    )


def _steps_directly(seen: Seen) -> bool:
    """Whether the step is never left to the scaler."""
    steps = {by for order in _orders(seen) for by in order.steps}
    return bool(steps) and "scaler" not in steps


def _scales_outputs(seen: Seen) -> bool:
    """Whether it is not a loss that the scaler scales."""
    scaled = {event["on"] for order in _orders(seen) for event in order.events if event["event"] == "scale"}
    return scaled == {"outputs"}


def _updates_first(seen: Seen) -> bool:
    return any(order.before("update", "step") for order in _orders(seen))


def _uses_scaler(seen: Seen) -> bool:
    by = {event.get("by") for order in _orders(seen) for event in order.events}
    return bool({"scaler", "value"} & by)


def _clip_places(seen: Seen) -> set[str]:
    """Where clips happened: before any backward, between backward and step, after the step."""
    places = set()
    for order in _suspects(seen):
        for k, name in enumerate(order.names):
            if name == "clip":
                earlier = order.names[:k]
                places.add("late" if "step" in earlier else "between" if "backward" in earlier else "early")
    return places


def _backward_gain(seen: Seen) -> float | None:
    """How many times the true norm the gradient had after the first watched backward; None if that was not seen."""
    norms = [event["grad_norm"] for event in _orders(seen)[0].events if event["event"] == "backward"]
    return None if not norms or norms[-1] is None else norms[-1] / seen.norms[0]


def _shrinks_loss(seen: Seen) -> bool:
    """Whether backward gave less and less of the gradient, the larger the loss was."""
    norms = [[e["grad_norm"] for e in order.events if e["event"] == "backward"] for order in _orders(seen)]
    shares = [each[-1] / norm for each, norm in zip(norms, seen.norms, strict=False) if each and each[-1] is not None]
    return len(shares) > 1 and shares[1] < 0.9 * shares[0]


# -- exceptions before any overflow ----------------------------------------------------------------------------------


def _name_exception(seen: Seen, expected: dict) -> list[str | None]:
    fault = seen.early_fault
    if fault.fault["code"] != "raises":
        return [fault.fault["code"]]
    if "scaler" in seen.evidence["foreign"]:
        return ["own-scaler"]
    message, order = fault.fault["message"], _orders(seen)[min(fault.call, len(_orders(seen)) - 1)]
    named = _name_refusal(seen, message, fault.call > 0, order)
    if named:
        return named
    if "does not require grad" in message and "differentiated Tensors" not in message:
        return ["missing-backward"]
    empty = any(words in message for words in ("NoneType", "non-empty", "empty sequence", "empty iterable"))
    if empty and fault.call == 0 and "backward" not in order.names and "forward" in order.names:
        return ["clip-before-backward" if seen.evidence["mentions_backward"] else "missing-backward"]
    return [_same_exception(seen, expected) or "raises"]


def _name_refusal(seen: Seen, message: str, later: bool, order: _Order) -> list[str | None]:
    """The scaler refused a call. Which of its rules was broken?"""
    scaled = any("scale" in each.names for each in _orders(seen))
    if "since the last update" in message or "called after step" in message:
        if later and "backward" not in _orders(seen)[0].names:
            return ["missing-backward"]
        if later:
            skipped = _name_skipped(seen)
            return [skipped, "update-before-step" if _updates_first(seen) else "missing-update"]
        if "step() has already" in message:
            return ["double-step"]
        return ["double-unscale" if "since the last update" in message else "clip-after-step"]
    if "_scale is None" in message:
        if "update" in message and "backward" not in order.names:
            return ["update-before-step"]
        return ["missing-scale" if not scaled else "raises"]
    if "recorded prior to update" in message:
        if order.names.count("update") > 1:
            return ["wrong-update"]
        if order.steps:
            return ["bypasses-scaler-step", "missing-unscale"]
        return ["update-before-step" if seen.evidence["mentions_step"] else "missing-step"]
    if "recorded for this optimizer" in message:
        if "backward" not in order.names:
            return ["missing-backward"]
        erased = order.last("zero_grad")
        if erased is not None and erased > order.first("backward"):
            return ["zero-grad-before-step"]
        return ["clip-before-backward" if order.before("unscale", "backward") else "missing-backward"]
    return []


def _name_skipped(seen: Seen) -> str | None:
    """Whether, before the exception, large gradients left the weights and small ones did not."""
    calls = [call for call in seen.ordinary if not call.overflowed]
    stood = [call for call in calls if not call.moves_right]
    if stood and len(stood) < len(calls) and all(call.kept and call.norm > call.max_norm for call in stood):
        return "skips-large-steps"
    return None


def _same_exception(seen: Seen, expected: dict) -> str | None:
    """The code of a mutant that raises the same at the same place."""
    mine = _exceptions(seen.observations)
    alike = [m["code"] for m in expected["mutants"].values() if _exceptions(m["observations"]) == mine]
    return next((code for code in alike if code != "raises"), None)


def _exceptions(observations: dict) -> list:
    """Of each run: how many calls came to their end, and what exception the next one raised."""
    faults = [run["fault"] or {} for run in observations["runs"]]
    return [
        (len(r["calls"]), f.get("error"), f.get("message")) for r, f in zip(observations["runs"], faults, strict=True)
    ]


# -- wrong weights ---------------------------------------------------------------------------------------------------


def _name_update(seen: Seen) -> str | None:
    calls = [
        call for call in seen.ordinary if not call.overflowed or (call.state_before_is_right and call.state_is_right)
    ]
    wrong = [call for call in calls if not call.moves_right]
    foreign = {"forward", "step"} & set(seen.evidence["foreign"])
    if "scaler" in seen.evidence["foreign"] and not all(call.state_is_right for call in calls):
        return "own-scaler"
    if all(call.kept for call in calls):
        return "missing-step" if foreign else _name_standstill(seen)
    if foreign:
        return "ignores-arguments"
    if any(len(order.steps) > 1 for order in _orders(seen)):
        return "double-step"
    if seen.evidence["mentions_autocast"] and any(_imprecise(call) for call in wrong):
        return "low-precision"
    if all(call.kept for call in wrong):
        return _name_left_out(seen, wrong, [call for call in calls if call.moves_right])
    if _updates_first(seen):
        return "update-before-step"
    if _scales_outputs(seen):
        return "missing-scale"
    if all(call.factor() is not None for call in wrong):
        return _by_one_factor(seen, calls, wrong)
    if all(call.index > 0 for call in wrong):
        return "missing-zero-grad"
    return _by_pieces(wrong)


def _name_standstill(seen: Seen) -> str:
    """The weights never moved: why not?"""
    order = _orders(seen)[0]
    if "backward" not in order.names:
        return "missing-backward"
    if not _backward_gain(seen):
        return "clips-loss" if _backward_gain(seen) == 0 else "missing-backward"
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
    norms = [e["grad_norm"] for order in _orders(seen) for e in order.events if e["event"] == "backward"]
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
    direct = _steps_directly(seen)
    if name == "raw":
        places = _clip_places(seen)
        return (
            "clip-after-step" if "late" in places else "clip-before-backward" if "early" in places else "missing-clip"
        )
    if name == "clipped while scaled":
        return _name_scaled_clip(seen)
    if name in ("clipped while scaled, never unscaled", "scaled", "clipped, scaled"):
        if direct and not _happens(seen, "unscale"):
            return "bypasses-scaler-step"
        return (
            "always-rescales"
            if all(c.is_multiple(_FORMULAS["always at max_norm"](c)) for c in calls)
            else "missing-unscale"
        )
    if name and "once too often" in name:
        gain = _backward_gain(seen)
        if gain is not None and _near(gain, 1):
            return "missing-scale"
        return "double-unscale" if any("unscale" in order.names for order in _suspects(seen)) else "wrong-threshold"
    if name and "loss limited" in name:
        return "clips-loss"
    named = {"twice": "double-step", "uphill": "gradient-ascent", "always at max_norm": "always-rescales"}.get(name)
    if named:
        return named
    if all(call.factor() < 0 for call in wrong):
        return "gradient-ascent"
    if _shrinks_loss(seen):
        return "clips-loss"
    if all(_clipped_by_returned(call) for call in wrong) and any(
        _LARGER * c.norm < c.returned["grad_norm"] for c in wrong
    ):
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
    places = _clip_places(seen)
    if "late" in places:
        return "clip-after-step"
    if "early" in places:
        return "clip-before-backward"
    clips = [event for order in _suspects(seen) for event in order.events if event["event"] == "clip"]
    limited = [event for event in clips if event.get("max_norm") and event["on"] == "parameters"]
    return "wrong-threshold" if limited else "missing-clip"


def _name_scaled_clip(seen: Seen) -> str:
    """The update is as long as max_norm divided by the scale. Was the gradient scaled when it was clipped?"""
    for order in _suspects(seen):
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
        short = all(
            np.linalg.norm(call.used[part]) <= 1.001 * call.max_norm
            for call in wrong
            for part in call.pieces["tensors"]
        )
        untouched = all(any(_near(f, 1) for f in each) for each in factors)
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
    limited = _near(longest, call.max_norm) or sum(_near(length, longest) for length in lengths) > 1
    pairs = zip(factors, lengths, strict=True)
    return limited and all(_near(f, top) or _near(length, longest) for f, length in pairs)


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


# -- wrong scale, or wrong after an overflow -------------------------------------------------------------------------


def _name_scaler(seen: Seen) -> str | None:
    if "scaler" in seen.evidence["foreign"]:
        return "own-scaler"
    before = [call for run in seen.runs for call in run if not call.overflows and not call.overflowed]
    if not all(call.state_is_right for call in before):
        return _name_state(seen, before)
    overflow = _name_overflow(seen)
    if overflow:
        return overflow
    if seen.late_fault and not seen.late_at_overflow:
        return "stops-on-overflow"
    after = [call for run in seen.runs for call in run if call.overflowed and not call.overflows]
    # The overflow itself was dealt with: what is wrong afterwards is a gradient left over from it.
    right = all(call.moves_right for call in after if call.on_track) and all(call.state_is_right for call in after)
    return None if right else "missing-zero-grad"


def _name_state(seen: Seen, before: list[Call]) -> str:
    """The scaler's state is wrong after an ordinary call."""
    if _updates_first(seen):
        return "update-before-step"
    updates = [event for order in _orders(seen) for event in order.events if event["event"] == "update"]
    if any(event["by"] == "value" for event in updates):
        return "wrong-update"
    if all(call.state[:2] == [call.scale, 0] for call in before):
        if not _uses_scaler(seen) and _near(_backward_gain(seen) or 1.0, 1.0):
            return "own-scaler"
        if _steps_directly(seen) and any(not call.kept for call in seen.overflows):
            return "bypasses-scaler-step"
        return "wrong-update" if updates else "missing-update"
    stays = [call for call in before if not call.state_is_right and call.state[0] == call.scale]
    return "missing-update" if stays and len(updates) < len(_orders(seen)) else "wrong-update"


def _name_overflow(seen: Seen) -> str | None:
    """What a call did whose gradients overflow."""
    if seen.late_fault and seen.late_at_overflow:
        return "fails-on-overflow"
    moved = [call for call in seen.overflows if not call.kept]
    wrong = [call for call in seen.overflows if not call.state_is_right]
    unseen = [call for call in wrong if call.counted_as_ordinary]
    if moved:
        if unseen and not _steps_directly(seen):
            return "hides-overflow"
        lost = any(not np.isfinite(call.weights).all() for call in moved)
        replaced = any(call.overflows != "partial" for call in moved)
        return "hides-overflow" if replaced and not lost else "bypasses-scaler-step"
    if unseen:
        return "hides-overflow"
    if any(not call.state_is_the_same for call in wrong):
        return "wrong-update"
    return "stops-on-overflow" if wrong else None


# -- anything else ---------------------------------------------------------------------------------------------------


def _like_a_mutant(seen: Seen, expected: dict) -> str | None:
    """The code of a mutant with the same weights and states after every call, nearest in what it returns and leaves."""
    lengths = [len(run) for run in seen.runs]
    whole = [m for m in expected["mutants"].values() if [len(r["calls"]) for r in m["observations"]["runs"]] == lengths]
    alike = [m for m in whole if trajectories.same_weights(seen.observations, m["observations"])]
    alike.sort(key=lambda m: not trajectories.same_returned(seen.observations, m["observations"]))
    return alike[0]["code"] if alike else None


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= 5e-3 * abs(b)
