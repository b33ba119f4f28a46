"""Name the mistake behind an exception, by what the scaler says and by when it came."""

from .events import Order, orders, updates_first
from .seen import Seen


def name_exception(seen: Seen, expected: dict) -> list[str | None]:
    fault = seen.early_fault
    if fault.fault["code"] != "raises":
        return [fault.fault["code"]]
    if "scaler" in seen.evidence["foreign"]:
        return ["own-scaler"]
    message, order = fault.fault["message"], orders(seen)[min(fault.call, len(orders(seen)) - 1)]
    named = _name_refusal(seen, message, fault.call > 0, order)
    if named:
        return named
    if "does not require grad" in message and "differentiated Tensors" not in message:
        return ["missing-backward"]
    empty = any(words in message for words in ("NoneType", "non-empty", "empty sequence", "empty iterable"))
    if empty and fault.call == 0 and "backward" not in order.names and "forward" in order.names:
        return ["clip-before-backward" if seen.evidence["mentions_backward"] else "missing-backward"]
    return [_same_exception(seen, expected) or "raises"]


def _name_refusal(seen: Seen, message: str, later: bool, order: Order) -> list[str | None]:
    """The scaler refused a call. Which of its rules was broken?"""
    scaled = any("scale" in each.names for each in orders(seen))
    if "since the last update" in message or "called after step" in message:
        if later and "backward" not in orders(seen)[0].names:
            return ["missing-backward"]
        if later:
            skipped = _name_skipped(seen)
            return [skipped, "update-before-step" if updates_first(seen) else "missing-update"]
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
