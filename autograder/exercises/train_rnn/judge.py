"""Judge trained weights by the loss of the judge's own copy of the network, on data that was withheld from training."""

import math

import numpy as np

from ...judging import Verdict
from . import memory

_WITHHELD = 500  # sequences
_ALIKE = 2e-3  # relative: used norms that were cut to the same length
_SMALL, _LARGE = 5.0, 150.0  # thresholds outside miss the target by themselves, on some challenges at least
_BEYOND = 1e6  # a loss whose digits say nothing


def judge(observations: dict, expected: dict) -> Verdict:
    """Verdict over the part `target`. Weights that are not numbers of the right shapes are wrong, whatever they are."""
    code, details = _fault(observations, expected["given"]) or (None, {})
    if code is None:
        rng = np.random.default_rng(expected["withheld"]["seed"])
        withheld = memory.sequences(rng, _WITHHELD, np.array(expected["given"]["mixing"]))
        reached = memory.loss(_weights(observations["weights"]), *withheld)
        if reached <= expected["given"]["target"]:
            return Verdict({"target": True})
        code, details = _missed(reached, observations, expected["given"])
    return Verdict({"target": False}, [(code, details, frozenset({"target"}))])


def _fault(seen: dict, given: dict) -> tuple[str, dict] | None:
    """What is wrong before there is a loss to compute: the rules broken, or weights that are none."""
    steps = seen["steps"]
    details = {"steps": steps, "budget": given["steps"]}
    if seen["fault"]:
        return seen["fault"]["code"], seen["fault"]
    if wrong := _wrong_shape(seen["weights"]):
        return "wrong-shape", {"which": wrong}
    if seen["only_steps"] is not True:
        return "bypasses-optimizer", details
    if seen["same_settings"] is not True:
        return "changes-settings", details
    if steps > given["steps"]:
        return "over-budget", details
    if steps == 0:
        return "not-trained", details
    if not all(np.isfinite(values).all() for values in _weights(seen["weights"]).values()):
        return "exploded", {"reached": "not a number any more"}
    return None


def _wrong_shape(weights: object) -> str | None:
    """The first of the network's weights that has not its shape, or holds what is no number."""
    for name, shape in memory.SHAPES.items():
        if not isinstance(weights, dict) or not _is_array(weights.get(name), shape):
            return name
    return None


def _is_array(values: object, shape: tuple[int, ...]) -> bool:
    if not shape:
        return values is None or (isinstance(values, int | float) and not isinstance(values, bool))
    return isinstance(values, list) and len(values) == shape[0] and all(_is_array(value, shape[1:]) for value in values)


def _weights(weights: dict) -> dict[str, np.ndarray]:
    """The weights as arrays, nan where one was not finite."""
    return {name: np.array(weights[name], dtype=float) for name in memory.SHAPES}


def _missed(reached: float, seen: dict, given: dict) -> tuple[str, dict]:
    """Why the target was missed, from the norms of the gradients that the steps followed: if the largest ones are all
    the same, that is the threshold."""
    used = [math.inf if norm is None else norm for norm in seen["evidence"]["used"]]
    largest = max(used)
    cut = sum(norm >= largest * (1 - _ALIKE) for norm in used)
    details = {
        "reached": f"{reached:.3g}" if reached < _BEYOND else "beyond all bounds",
        "target": f"{given['target']:g}",
        "steps": seen["steps"],
        "budget": given["steps"],
        "largest": f"{largest:.3g}",
        "share": f"{cut / len(used):.0%}",
    }
    if seen["steps"] <= given["steps"] / 2:
        return "stops-early", details
    if largest > _LARGE:
        return "threshold-too-large" if cut > 1 else "exploded", details
    return "threshold-too-small" if largest < _SMALL and cut > 0.9 * len(used) else "target-missed", details
