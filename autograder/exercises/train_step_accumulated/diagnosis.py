"""Name the mistake behind a wrong step over micro-batches.

First by simulation: the mutant with the same trajectory. Where several mistakes leave the same weights (the raw mean
step, or none), what else was seen decides: what was clipped when, and what was returned. A trajectory that no mutant
makes is named by its events, and by how its update relates to the micro-batches' gradients (`relation`).
"""

from ...kinds.steps import near
from ...kinds.trajectories import (
    alike,
    clip_places,
    did_nothing,
    explained,
    most,
    name_exception,
    name_standstill,
    nearest,
    same_weights,
    so_far,
)
from .relation import constant_divisor, relate, updates

# Weights cannot tell these apart: the mutants among them all take the raw step, or none at all.
_RAW_STEP, _NO_STEP = "measures_without_clipping", "never_steps"
# The words that this exercise has for what a training step calls otherwise.
_OWN_CODES = {
    "step-before-backward": "missing-backward",
    "detached-loss": "missing-backward",
    "ignores-arguments": "missing-step",
}


def name_update(seen: dict, expected: dict) -> tuple[list[str], bool]:
    """Codes for a wrong update or an exception, most likely first; and whether the first explains what was returned."""
    if seen["fault"]:
        return _name_exception(seen, expected), True
    if did_nothing(seen):
        return ["not-implemented"], True
    ranked = alike(seen, expected)
    codes = [mutant["code"] for mutant in ranked]
    if _like(seen, expected, _NO_STEP):
        codes.insert(0, _standstill(seen["evidence"]))
    elif _like(seen, expected, _RAW_STEP):
        codes.insert(0, _raw_step(seen["evidence"]))
    elif not codes:
        codes = _unlike_any(seen, expected)
    if {"zero-each-micro-batch", "misses-micro-batches"} <= set(codes):  # only the last one counts: is it erased?
        codes.insert(0, "zero-each-micro-batch" if most(seen["evidence"], "backward") > 1 else "misses-micro-batches")
    if codes[0] == "counts-micro-batches-twice" and _only_too_long(seen, expected):
        codes.insert(0, "wrong-divisor")
    if codes[0] in ("hard-coded-number", "wrong-divisor"):
        codes.insert(0, _name_divisor(seen, expected) or codes[0])
    return list(dict.fromkeys(codes))[:3], explained(seen, ranked, codes[0])


def name_returned(seen: dict, expected: dict) -> str:
    """The code for a wrong returned value."""
    return "wrong-return-value"


def _name_exception(seen: dict, expected: dict) -> list[str]:
    """The mutant that raises the same; else what events and the calls before tell; else `raises`."""
    code = name_exception(seen, expected)
    if code:
        return [code]
    evidence, message = seen["evidence"], seen["fault"]["message"]
    if "NoneType" in message and not most(evidence, "backward") and most(evidence, "forward"):
        return ["clip-before-backward" if evidence["mentions_backward"] else "missing-backward"]
    if "modified by an inplace operation" in message and most(evidence, "step"):
        return ["step-each-micro-batch"]
    if "values to unpack" in message and any(run["calls"] for run in seen["runs"]):
        return ["hard-coded-number"]  # it did fit the number of micro-batches of a call before
    before, expected_so_far = so_far(seen, expected)
    if same_weights(before, expected_so_far["reference"]):
        return ["raises"]
    return [*name_update(before, expected_so_far)[0][:2], "raises"]


def _like(seen: dict, expected: dict, mutant: str) -> bool:
    return same_weights(seen, expected["mutants"][mutant]["observations"])


def _standstill(evidence: dict) -> str:
    code = name_standstill(evidence)
    return _OWN_CODES.get(code, code)


def _raw_step(evidence: dict) -> str:
    """The weights moved by the mean gradient as it was: was it clipped late, early, in pieces, or not at all?"""
    if _by_steps(evidence):
        return _by_steps(evidence)
    places = clip_places(evidence)
    if "late" in places:
        return "clip-after-step"
    return "clip-before-backward" if "early" in places else "missing-clip"


def _only_too_long(seen: dict, expected: dict) -> bool:
    """Whether every micro-batch counts the same, and nothing runs more often than in the reference."""
    evidence, reference = seen["evidence"], expected["reference"]["evidence"]
    once = all(most(evidence, event) <= most(reference, event) for event in ("forward", "backward"))
    return once and all(update.factor is not None for update in updates(seen, expected))


def _name_divisor(seen: dict, expected: dict) -> str | None:
    """A constant divisor: does it stand in the code, or is it the length of something else?"""
    divisor = constant_divisor(updates(seen, expected))
    if divisor is None:
        return None
    numbers = seen["evidence"]["numbers"]
    return "hard-coded-number" if any(near(divisor, x) or near(1 / divisor, x) for x in numbers) else "wrong-divisor"


def _unlike_any(seen: dict, expected: dict) -> list[str]:
    """Codes for a trajectory that no mutant makes."""
    code = _by_events(seen["evidence"]) or relate(updates(seen, expected), seen["evidence"])
    if code == "missing-step":  # it does step at times, with a gradient that is not this call's
        code = _standstill(seen["evidence"])
    elif code == "missing-clip":
        code = _raw_step(seen["evidence"])
    likely, agreement = nearest(seen, expected)
    if code == "unknown" and agreement > 0:
        return [likely]
    return [code, likely] if agreement > 0.5 else [code]


def _by_events(evidence: dict) -> str | None:
    """What the events alone give away."""
    if _by_steps(evidence):
        return _by_steps(evidence)
    clips = _clips_among_backwards(evidence)
    if {by for call in evidence["clips"] for by, _ in call} - {"hand"} == {"clip_grad_value_"} and "between" in clips:
        return "clip-by-value"
    if "between" in clips:
        return "clip-each-micro-batch" if "after" in clips else "clip-before-backward"
    return None


def _by_steps(evidence: dict) -> str | None:
    """What it means if the weights move more than once in a call, too early, or elsewhere; None if they do not."""
    if "step" in evidence["foreign"]:
        return "averages-weights"
    for order in evidence["order"]:
        moves = _moves(order)
        if len(moves[-1]) < 2 and not any(moves[:-1]):
            continue
        several = [between for between in moves if len(between) > 1]
        if "edit_weights" in [event for between in several for event in between]:
            return "averages-weights"
        if not any(moves[:-1]):
            return "double-step"
        passes = next(k for k, between in enumerate(moves) if between)  # before the first move
        return "hard-coded-number" if passes > 1 and float(passes) in evidence["numbers"] else "step-each-micro-batch"
    return None


def _moves(order: list[str]) -> list[list[str]]:
    """How the weights move before the first backward pass of a call, after it, after the second, and so on."""
    moves: list[list[str]] = [[]]
    for event in order:
        if event == "backward":
            moves.append([])
        elif event in ("step", "edit_weights"):
            moves[-1].append(event)
    return moves


def _clips_among_backwards(evidence: dict) -> set[str]:
    """Where clips happened in relation to the backward passes: before all of them, between, or after the last."""
    places = set()
    for order in evidence["order"]:
        passes = [k for k, event in enumerate(order) if event == "backward"]
        for k, event in enumerate(order):
            if event == "clip" and passes:
                places.add("before" if k < passes[0] else "after" if k > passes[-1] else "between")
    return places
