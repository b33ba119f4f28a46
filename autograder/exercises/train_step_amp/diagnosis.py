"""Name the mistake behind a wrong training step with a scaler.

An exception before any overflow is named by `exceptions`, wrong weights by `update`. Here: marks on the scaler's state
and on the calls that overflow, the norm returned, and, for what none of this names, the mutant that does the same.
"""

import math

import numpy as np

from ...kinds import trajectories
from .events import backward_gain, did_nothing, orders, steps_directly, updates_first, uses_scaler
from .exceptions import name_exception
from .seen import Call, Seen, near
from .update import name_update

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
    if did_nothing(seen):
        return ["not-implemented"]
    if seen.early_fault:
        return name_exception(seen, expected)
    if not all(call.moves_right for call in seen.ordinary if not call.overflowed):
        return [name_update(seen) or _like_a_mutant(seen, expected)]
    if all(call.state_is_right for call in seen.calls) and not all(call.moves_right for call in seen.ordinary):
        return [_name_overflow(seen) or name_update(seen) or _like_a_mutant(seen, expected)]
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
        if all(near(r, rest[0]) for r in rest) and (near(rest[0], 1) or any(powers)):
            return "returns-scaled-norm"
    constant = all(near(r, ratios[0]) for r in ratios)
    return "returns-scaled-norm" if constant and ratios[0] > 16 else "wrong-return-value"


# Powers of the scales before and after the call and in the beginning, with which a norm may be multiplied by mistake.
_POWERS = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (1, -1, 0), (-1, 1, 0), (1, 0, -1), (0, 1, -1), (2, 0, 0)]


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
    if updates_first(seen):
        return "update-before-step"
    updates = [event for order in orders(seen) for event in order.events if event["event"] == "update"]
    if any(event["by"] == "value" for event in updates):
        return "wrong-update"
    if all(call.state[:2] == [call.scale, 0] for call in before):
        if not uses_scaler(seen) and near(backward_gain(seen) or 1.0, 1.0):
            return "own-scaler"
        if steps_directly(seen) and any(not call.kept for call in seen.overflows):
            return "bypasses-scaler-step"
        return "wrong-update" if updates else "missing-update"
    stays = [call for call in before if not call.state_is_right and call.state[0] == call.scale]
    return "missing-update" if stays and len(updates) < len(orders(seen)) else "wrong-update"


def _name_overflow(seen: Seen) -> str | None:
    """What a call did whose gradients overflow."""
    if seen.late_fault and seen.late_at_overflow:
        return "fails-on-overflow"
    moved = [call for call in seen.overflows if not call.kept]
    wrong = [call for call in seen.overflows if not call.state_is_right]
    unseen = [call for call in wrong if call.counted_as_ordinary]
    if moved:
        if unseen and not steps_directly(seen):
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
