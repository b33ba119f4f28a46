"""Name the mistake behind a wrong training step.

First by simulation: the mutant with the same trajectory. Where many mistakes leave the same weights (the raw step; no
step at all), what else was seen decides: the order of events, what was clipped, the gradients left behind. A
trajectory that no mutant makes is named by how the update relates to the gradient (`relation`).
"""

from .relation import lengths_used, relate
from .trajectory import close, same_weights

# Weights cannot tell these apart: the mutants among them all take the raw step, or none at all.
_RAW_STEP, _NO_STEP = "no_clip", "never_steps"


def name_update(seen: dict, expected: dict) -> tuple[list[str], bool]:
    """Codes for a wrong update or an exception, most likely first; and whether the first explains what was returned."""
    mutants = expected["mutants"].values()
    if seen["fault"]:
        return [_name_exception(seen, mutants)], True
    if _did_nothing(seen):
        return ["not-implemented"], True
    evidence = seen["evidence"]
    alike = [m for m in mutants if not m["observations"]["fault"] and same_weights(seen, m["observations"])]
    ranked = sorted(alike, key=lambda mutant: _distance(seen, mutant["observations"]))
    codes = [mutant["code"] for mutant in ranked]
    if _like(seen, expected, _NO_STEP):
        codes.insert(0, _name_standstill(evidence))
    elif _like(seen, expected, _RAW_STEP):
        codes.insert(0, _name_raw_step(seen, codes))
    elif not codes:
        codes = [_name_by_events(seen, expected) or relate(seen, expected)]
        if codes == ["missing-step"]:  # it does step at times: with a gradient that is not this batch's
            codes = [_name_standstill(evidence)]
        elif codes == ["clip-missing"]:
            codes = [_name_raw_step(seen, codes)]
    if _is_scaled(evidence, expected["reference"]["evidence"]):
        codes.insert(0, "missing-unscale")
    if codes[0] == "wrong-threshold" and _is_global(lengths_used(seen, expected), evidence["global_numbers"]):
        codes.insert(0, "ignores-arguments")
    if codes[0] != "ignores-arguments" and "step" in evidence["foreign"]:
        codes.insert(0, "ignores-arguments")
    explained = [m for m in ranked if m["code"] == codes[0] and _same_returned(seen, m["observations"])]
    return list(dict.fromkeys(codes))[:3], bool(explained)


def name_returned(seen: dict, expected: dict) -> str:
    """The code for wrong returned values."""
    pairs = [
        (call["returned"], wanted["returned"], max_norm) for call, wanted, max_norm in _first_calls(seen, expected)
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


def _name_exception(seen: dict, mutants: object) -> str:
    """The mutant that raises the same; else what the missing gradient tells; else `raises`."""
    fault, events = seen["fault"], [event for order in seen["evidence"].get("order", []) for event in order]
    for mutant in mutants:
        its = mutant["observations"]["fault"]
        same = its and (fault["error"], fault["message"]) == (its.get("error"), its.get("message"))
        if same and mutant["code"] != "raises":
            return mutant["code"]
    if "NoneType" in fault["message"] and "backward" not in events and "forward" in events:
        return "clip-before-backward" if seen["evidence"]["mentions_backward"] else "missing-backward"
    if "modified by an inplace operation" in fault["message"] and "step" in events:
        return "step-before-backward"
    return "raises"


def _did_nothing(seen: dict) -> bool:
    return not any(seen["evidence"]["order"]) and not seen["evidence"]["foreign"]


# -- equal weights, told apart by what else was seen -----------------------------------------------------------------


def _like(seen: dict, expected: dict, mutant: str) -> bool:
    return same_weights(seen, expected["mutants"][mutant]["observations"])


def _name_standstill(evidence: dict) -> str:
    """The weights never moved, or only by an old gradient: why not?"""
    order, own = evidence["order"][0], [e for e in evidence["order"][0] if e in ("zero_grad", "backward", "step")]
    if evidence["foreign"]:
        return "ignores-arguments"
    if "backward" not in own:
        return "missing-backward"
    if "step" not in own:
        return "missing-step"
    last_step = len(own) - 1 - own[::-1].index("step")
    if "backward" not in own[:last_step]:
        return "step-before-backward"
    if not any(evidence["backward_norms"]):
        return "detached-loss"
    if "zero_grad" in own[own.index("backward") : last_step]:
        return "zero-grad-before-step"
    if evidence["backward_by"] == ["autograd.grad"]:
        return "missing-backward"  # gradients were computed but never put where the optimizer looks
    return "missing-step" if "clip" in order else "missing-backward"


def _name_raw_step(seen: dict, codes: list[str]) -> str:
    """The step used the raw gradient: was it clipped late, early, elsewhere, or not at all?"""
    evidence = seen["evidence"]
    places, targets = _clip_places(evidence), {on for clips in evidence["clips"] for _, on in clips}
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


def _clip_places(evidence: dict) -> set[str]:
    """Where clips happened: before any backward, between backward and step, after the step."""
    places = set()
    for order in evidence["order"]:
        for k, event in enumerate(order):
            if event == "clip":
                earlier = order[:k]
                places.add("late" if "step" in earlier else "between" if "backward" in earlier else "early")
    return places


def _distance(seen: dict, mutant: dict) -> float:
    """How far two answers with the same weights are apart in what they return, leave behind and do in which order."""
    distance = 2.0 * (not _same_returned(seen, mutant))
    distance += 3 * any(not close(a["left"], b["left"], 1e-3) for a, b in _calls(seen, mutant))
    mine, its = seen["evidence"], mutant["evidence"]
    distance += 3 * (_clip_places(mine) != _clip_places(its))
    distance += 2 * (mine["clips"] != its["clips"]) + 2 * (mine["scaled_copies"] != its["scaled_copies"])
    return distance + 0.2 * _edits(mine["order"][-1], its["order"][-1])


def _same_returned(seen: dict, mutant: dict) -> bool:
    return all(
        close(a["returned"].get(name), b["returned"].get(name), 1e-3)
        for a, b in _calls(seen, mutant)
        for name in ("loss", "grad_norm")
    )


def _calls(seen: dict, mutant: dict) -> list[tuple[dict, dict]]:
    runs = zip(seen["runs"], mutant["runs"], strict=True)
    return [pair for a, b in runs for pair in zip(a["calls"], b["calls"], strict=True)]


def _edits(a: list[str], b: list[str]) -> int:
    """Edit distance between two orders of events."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row, previous = [i], row
        for j, y in enumerate(b, 1):
            row.append(min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (x != y)))
    return row[-1]


# -- a trajectory that no mutant makes -------------------------------------------------------------------------------


def _name_by_events(seen: dict, expected: dict) -> str | None:
    """What the events alone give away."""
    evidence = seen["evidence"]
    most = {event: max(order.count(event) for order in evidence["order"]) for event in ("forward", "backward", "step")}
    if evidence["foreign"]:
        return "ignores-arguments"
    if most["step"] > 1:
        return "double-step"
    examples = len(expected["given"]["probes"][0]["calls"][0]["inputs"])
    if most["forward"] >= examples:
        return "clip-per-example"
    if most["backward"] > 1:
        return "clip-each-micro-batch" if most["forward"] > 1 else "double-backward"
    if any("edit_weights" in order for order in evidence["order"]):
        return "clips-weights"
    if all(_close_weights(call, wanted) for call, wanted, _ in _first_calls(seen, expected)):
        # Right until something is left over from the call before: a gradient, or a changed learning rate.
        same_lr = all(call["same_lr"] for run in seen["runs"] for call in run["calls"])
        return "missing-zero-grad" if same_lr else "clips-update"
    return None


def _first_calls(seen: dict, expected: dict) -> list[tuple[dict, dict, float]]:
    """The first call of each probe (where the weights before are known), the reference's, and its max_norm."""
    runs = zip(seen["runs"], expected["reference"]["runs"], expected["given"]["probes"], strict=True)
    return [(run["calls"][0], wanted["calls"][0], probe["calls"][0]["max_norm"]) for run, wanted, probe in runs]


def _close_weights(call: dict, wanted: dict) -> bool:
    """Whether one call left the right weights."""
    return same_weights({"runs": [{"calls": [call]}]}, {"runs": [{"calls": [wanted]}]})


def _is_scaled(evidence: dict, reference: dict) -> bool:
    """Whether backward gave a gradient many times the true one: the loss was scaled up."""
    true_norm = reference["backward_norms"][0]
    return any(norm and norm > 16 * true_norm for norm in evidence["backward_norms"][:1])


def _is_global(lengths: list[float], numbers: list[float]) -> bool:
    """Whether the norm that large gradients were cut to is always a number that stands in a global variable."""
    return bool(lengths) and any(all(close(length, number, 1e-3) for length in lengths) for number in numbers)
