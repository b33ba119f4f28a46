"""Name the mistake behind a wrong training step.

First by simulation: the mutant with the same trajectory. Where many mistakes leave the same weights (the raw step; no
step at all), what else was seen decides: the order of events, what was clipped, the gradients left behind. A
trajectory that no mutant makes is named by how the update relates to the gradient (`relation`).
"""

from ...kinds.trajectories import (
    alike,
    clip_places,
    close,
    did_nothing,
    explained,
    first_calls,
    most,
    name_exception,
    name_standstill,
    same_call,
    same_weights,
)
from .relation import keeps_direction, lengths_used, relate

# Weights cannot tell these apart: the mutants among them all take the raw step, or none at all.
_RAW_STEP, _NO_STEP = "no_clip", "never_steps"


def name_update(seen: dict, expected: dict) -> tuple[list[str], bool]:
    """Codes for a wrong update or an exception, most likely first; and whether the first explains what was returned."""
    if seen["fault"]:
        return [_name_exception(seen, expected)], True
    if did_nothing(seen):
        return ["not-implemented"], True
    evidence = seen["evidence"]
    ranked = alike(seen, expected)
    codes = [mutant["code"] for mutant in ranked]
    if _like(seen, expected, _NO_STEP):
        codes.insert(0, name_standstill(evidence))
    elif _like(seen, expected, _RAW_STEP):
        codes.insert(0, _name_raw_step(seen, codes))
    elif not codes:
        codes = [_name_by_events(seen, expected) or relate(seen, expected)]
        if codes == ["missing-step"]:  # it does step at times: with a gradient that is not this batch's
            codes = [name_standstill(evidence)]
        elif codes == ["clip-missing"]:
            codes = [_name_raw_step(seen, codes)]
    if _is_scaled(evidence, expected["reference"]["evidence"]) and keeps_direction(seen, expected):
        codes.insert(0, "missing-unscale")
    if codes[0] == "wrong-threshold" and _is_global(lengths_used(seen, expected), evidence["global_numbers"]):
        codes.insert(0, "ignores-arguments")
    if codes[0] != "ignores-arguments" and "step" in evidence["foreign"]:
        codes.insert(0, "ignores-arguments")
    return list(dict.fromkeys(codes))[:3], explained(seen, ranked, codes[0])


def name_returned(seen: dict, expected: dict) -> str:
    """The code for wrong returned values."""
    pairs = [
        (call["returned"], wanted["returned"], probe["calls"][0]["max_norm"])
        for call, wanted, probe in first_calls(seen, expected)
    ]
    if any("other" in got for got, _, _ in pairs):
        return "wrong-return-type"
    if all(close(got["loss"], want["grad_norm"]) and close(got["grad_norm"], want["loss"]) for got, want, _ in pairs):
        return "returns-swapped"
    if not all(close(got["loss"], want["loss"]) for got, want, _ in pairs):
        return "wrong-loss"
    clipped = [min(want["grad_norm"], max_norm) for _, want, max_norm in pairs]
    if all(close(got["grad_norm"], c, 1e-3) for (got, _, _), c in zip(pairs, clipped, strict=True)) or all(
        close(got["grad_norm"], max_norm, 1e-3) for got, _, max_norm in pairs
    ):
        return "returns-clipped-norm"
    return "wrong-norm"


# -- an answer that raised -------------------------------------------------------------------------------------------


def _name_exception(seen: dict, expected: dict) -> str:
    """The mutant that raises the same; else what the missing gradient tells; else `raises`."""
    fault, evidence = seen["fault"], seen["evidence"]
    code = name_exception(seen, expected)
    if code:
        return code
    if "NoneType" in fault["message"] and not most(evidence, "backward") and most(evidence, "forward"):
        return "clip-before-backward" if evidence["mentions_backward"] else "missing-backward"
    if "modified by an inplace operation" in fault["message"] and most(evidence, "step"):
        return "step-before-backward"
    return "raises"


# -- equal weights, told apart by what else was seen -----------------------------------------------------------------


def _like(seen: dict, expected: dict, mutant: str) -> bool:
    return same_weights(seen, expected["mutants"][mutant]["observations"])


def _name_raw_step(seen: dict, codes: list[str]) -> str:
    """The step used the raw gradient: was it clipped late, early, elsewhere, or not at all?"""
    evidence = seen["evidence"]
    places, targets = clip_places(evidence), {on for clips in evidence["clips"] for _, on in clips}
    if "late" in places:
        return "clip-after-step"
    if "early" in places:
        return "clip-before-backward"
    if "nothing" in targets:
        return "exhausted-generator"
    if "other-tensors" in targets:
        return "clip-wrong-tensors"
    if evidence["scaled_copies"]:
        return "clip-not-in-place"
    if evidence["spent_generator"]:
        return "exhausted-generator"
    if all(call["returned"].get("grad_norm") == 0 for run in seen["runs"] for call in run["calls"]):
        # measured by hand when there was nothing to measure: already erased, or not there yet
        return "clip-after-step" if evidence["order"][0][-2:] == ["step", "zero_grad"] else "clip-before-backward"
    return codes[0]


# -- a trajectory that no mutant makes -------------------------------------------------------------------------------


def _name_by_events(seen: dict, expected: dict) -> str | None:
    """What the events alone give away."""
    evidence = seen["evidence"]
    backwards, forwards = most(evidence, "backward"), most(evidence, "forward")
    if evidence["foreign"]:
        return "ignores-arguments"
    if most(evidence, "step") > 1:
        return "double-step"
    examples = len(expected["given"]["probes"][0]["calls"][0]["inputs"])
    if forwards >= examples:
        return "clip-per-example"
    if backwards > 1:
        return "clip-each-micro-batch" if forwards > 1 else "double-backward"
    if any("edit_weights" in order for order in evidence["order"]):
        return "clips-weights"
    if all(same_call(call, wanted) for call, wanted, _ in first_calls(seen, expected)):
        # Right until something is left over from the call before: a gradient, or a changed learning rate.
        same_lr = all(call["same_lr"] for run in seen["runs"] for call in run["calls"])
        return "missing-zero-grad" if same_lr else "clips-update"
    return None


def _is_scaled(evidence: dict, reference: dict) -> bool:
    """Whether backward gave a gradient many times as long as the true one, as it does when the loss was scaled up."""
    true_norm = reference["backward_norms"][0]
    return any(norm and norm > 16 * true_norm for norm in evidence["backward_norms"][:1])


def _is_global(lengths: list[float], numbers: list[float]) -> bool:
    """Whether the norm that large gradients were cut to is always a number that stands in a global variable."""
    return bool(lengths) and any(all(close(length, number, 1e-3) for length in lengths) for number in numbers)
