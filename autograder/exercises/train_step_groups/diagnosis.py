"""Name the mistake behind a wrong step with parameter groups.

First by simulation: the mutant with the same trajectory; among those that take the raw step or none, the events decide.
A trajectory that no mutant makes is named by what each group's gradient was multiplied with (`relation`).
"""

from ...kinds.trajectories import (
    alike,
    clip_places,
    close,
    did_nothing,
    explained,
    most,
    name_exception,
    name_standstill,
    nearest,
    same_weights,
)
from .relation import relate, updates

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
        codes.insert(0, _name_raw_step(evidence, codes))
    elif not codes:
        codes = _unlike_any(seen, expected)
    return list(dict.fromkeys(codes))[:3], explained(seen, ranked, codes[0])


def name_returned(seen: dict, expected: dict) -> str:
    """The code for wrong returned values."""
    calls = updates(seen, expected)
    if any("one" in call.returned for call in calls):
        return "returns-one-norm"
    if any("other" in call.returned for call in calls):
        return "wrong-return-type"
    pairs = [((call.returned["first"], call.returned["second"]), call.norms, call.max_norms) for call in calls]
    if all(close(got[0], norms[1]) and close(got[1], norms[0]) for got, norms, _ in pairs):
        return "returns-swapped"
    if all(close(x, min(n, m), 1e-3) for got, norms, most_ in pairs for x, n, m in zip(got, norms, most_, strict=True)):
        return "returns-clipped-norm"
    return "wrong-norm"


def _name_exception(seen: dict, expected: dict) -> str:
    """The mutant that raises the same; else what the message and the events tell; else `raises`."""
    code, evidence, message = name_exception(seen, expected), seen["evidence"], seen["fault"]["message"]
    if code:
        return code
    if "NoneType" in message and not most(evidence, "backward") and most(evidence, "forward"):
        return "clip-before-backward" if evidence["mentions_backward"] else "missing-backward"
    if "second time" in message:
        return "double-backward"
    return "raises"


def _like(seen: dict, expected: dict, mutant: str) -> bool:
    return same_weights(seen, expected["mutants"][mutant]["observations"])


def _name_raw_step(evidence: dict, codes: list[str]) -> str:
    """The step used the raw gradient: was it clipped late, early, elsewhere, or not at all?"""
    places, targets = clip_places(evidence), {on for clips in evidence["clips"] for _, on in clips}
    if "late" in places:
        return "clip-after-step"
    if "early" in places:
        return "clip-before-backward"
    if targets & {"nothing", "other-tensors"}:
        return "wrong-objects"
    return "clip-not-in-place" if evidence["scaled_copies"] else codes[0]


def _unlike_any(seen: dict, expected: dict) -> list[str]:
    """Codes for a trajectory that no mutant makes."""
    evidence = seen["evidence"]
    code = "unknown"
    if evidence["foreign"]:
        code = "ignores-arguments"
    elif most(evidence, "step") > 1:
        code = "step-each-group" if _works_between_steps(evidence) else "double-step"
    if code == "unknown":
        code = relate(updates(seen, expected))
    if code == "clip-missing":
        code = _name_raw_step(evidence, [code])
    if code == "missing-step":
        code = name_standstill(evidence)
    likely, agreement = nearest(seen, expected)
    if code == "unknown" and agreement > 0:
        return [likely]
    return [code, likely] if agreement > 0.5 else [code]


def _works_between_steps(evidence: dict) -> bool:
    """Whether something was clipped, or a gradient computed, between two steps of the same call."""
    for order in evidence["order"]:
        steps = [k for k, event in enumerate(order) if event == "step"]
        if len(steps) > 1 and {"clip", "backward"} & set(order[steps[0] : steps[-1]]):
            return True
    return False
