"""Exercise: clip gradients by their global norm, in place, judged by what the gradients are afterwards.

Challenge and probe, nothing else: this module is all of the exercise that a student's process imports, apart from
the comparison in `judge.py`.
"""

import math
from collections.abc import Callable

import numpy as np

from ... import probing
from ...kinds import casewise
from .judge import judge

__all__ = ["ID", "JUDGED_AS", "KIND", "MISCONCEPTIONS", "PARTS", "SHOWS_ORDER", "TITLE", "challenge", "judge", "probe"]

ID = "clip_by_norm"
KIND = "code"
TITLE = "Clip by norm"
PARTS = {
    "clips": "the gradients afterwards",
    "returns": "what is returned",
    "robust": "missing gradients, generators, nothing to clip",
}
MISCONCEPTIONS = (__package__, "autograder.probing")
JUDGED_AS = ID
SHOWS_ORDER = False

# Below this a returned norm is as good as zero: a hundredth of a percent of the smallest norm that occurs.
_ZERO = 1e-5

# Shapes of the tensors of a case, each with its share in the norm.
_MIXED = [((3, 4), 3.0), ((3,), 1.0), ((2, 3), 2.0), ((2,), 0.5)]
_OTHERS = [((2,), 1.5), ((2, 2), 1.0), ((1,), 1.2), ((3, 2), 0.7), ((4,), 4.0), ((2, 3), 1.1)]
_ALIKE = [((3, 2), 1.0), ((2,), 0.8), ((2, 2), 1.1), ((3,), 0.9), ((1, 2), 1.0), ((2,), 1.2)]
_ONE_DOMINATES = [((2, 2), 0.02), ((2,), 0.05), ((3, 2), 5.0), ((3,), 0.03)]
_MANY_AXES = [((2, 1, 2, 2), 1.0), ((2,), 0.6), ((2, 2, 2), 2.0), ((1, 1), 0.5), ((3, 1, 1), 0.8)]
_SMALL = [((2, 3), 1.2), ((2,), 0.9), ((2, 2), 1.6)]


def challenge(seed: int) -> dict:
    """Cases on which every known way to go wrong differs from clipping by norm; the seed varies all numbers.

    Norms and thresholds come on both sides of 1, as do their squares of each other; one norm lies just below its
    threshold, where a wrong norm (a sum, say) already clips. “large” and “other-shares” have the same norm and
    threshold, distributed differently over the tensors: a factor that differs between them comes from another norm.
    “longer” shares their threshold: another length afterwards means that more than the threshold decides about it.
    """
    rng = np.random.default_rng(seed)

    def case(words, shares, norm, *thresholds, form="list", none=(), frozen=(), has=(), vary=True, watched=False):
        scale = float(rng.uniform(0.93, 1.07)) if vary else 1.0  # norm and thresholds move together
        tensors = _tensors(rng, shares, norm * scale)
        for k in none:
            tensors.insert(k, probing.gradients.tensor(rng, None) | {"frozen": k in frozen})
        features = [*has, *(["none"] if none else []), *(["one-shot"] if form in probing.gradients.ONE_SHOT else [])]
        return {
            "tensors": tensors,
            "form": form,
            "thresholds": [round(t * scale, 4) for t in thresholds],
            "watched": watched,
            "words": words.format(norm=f"{norm * scale:.3g}", limit=f"{thresholds[0] * scale:.3g}"),
            "has": features or ["plain"],
        }

    v = float(rng.uniform(0.9, 1.1))
    above, below = "gradients of norm {norm} and max_norm={limit}", "gradients of norm {norm}, below max_norm={limit}"
    cases = {
        "large": case(above, _MIXED, 6.3 * v, 0.73 * v, vary=False, watched=True),
        "other-shares": case(above, _OTHERS, 6.3 * v, 0.73 * v, vary=False),
        "longer": case(above, _MIXED, 14.6 * v, 0.73 * v, vary=False),
        "small": case(below, _MIXED, 2.9, 37.0),
        "large-above-one": case(above, _OTHERS, 11.7, 2.6),
        "just-below": case(below, _ALIKE, 1.75, 1.9),
        "just-below-less-than-one": case(below, _ALIKE, 0.66, 0.73),
        "just-above": case(above, _ALIKE, 2.5, 2.1),
        "many-small": case(above + ", each of them alone below it", _ALIKE * 2, 0.6, 0.45),
        "far-above": case(above, _MIXED, 43.0, 0.31),
        "both-large": case(above, _OTHERS, 310.0, 83.0),
        "both-large-below": case(below, _MIXED, 310.0, 830.0),
        "less-than-one": case(above, _SMALL, 0.62, 0.11),
        "both-tiny-below": case(below, _MIXED, 0.062, 0.11),
        "one-dominates": case(above + ", nearly all of it in one tensor", _ONE_DOMINATES, 5.2, 1.4),
        "one-tensor": case("a single gradient of norm {norm} and max_norm={limit}", [((2, 3), 1.0)], 3.4, 1.3),
        "one-entry": case("a single negative entry, {norm} in size, and max_norm={limit}", [((1,), -1.0)], 2.2, 0.6),
        "many-axes": case(above + ", some with four axes", _MANY_AXES, 4.4, 1.7),
        "scalar": case(above + ", one of them without dimensions", [*_SMALL, ((), 1.9)], 5.3, 1.5) | {"generous": True},
        "three-calls": case(above + ", clipped three times in a row", _SMALL, 4.1, 1.9, 0.8, 5.5),
        "none-last": case(above + ", and a last parameter without a gradient", _SMALL, 3.3, 0.9, none=[3]),
        "none-first": case(above + ", and a first parameter without a gradient", _MIXED, 3.7, 1.2, none=[0]),
        "none-between": case(above + ", and parameters between them without", _MIXED, 7.1, 2.4, none=[1, 4]),
        "none-below": case(below + ", and a parameter without a gradient", _SMALL, 0.52, 0.8, none=[1]),
        "frozen": case(above + ", and a frozen layer", _SMALL, 2.9, 1.6, none=[0, 1], frozen=[0, 1]),
        "tuple": case("a tuple: " + above, _SMALL, 2.7, 0.8, form="tuple", has=["no-list"]),
        "values": case("the values of a dictionary: " + above, _SMALL, 3.1, 1.3, form="values", has=["no-list"]),
        "generator": case("a generator: " + above, _MIXED, 5.9, 1.8, form="generator"),
        "generator-below": case("a generator: " + below, _SMALL, 0.9, 1.3, form="generator"),
        "model": case("model.parameters(): " + above, _SMALL, 2.3, 0.7, form="model"),
        "iterator": case("an iterator: " + above, _SMALL, 3.9, 0.6, form="iterator"),
        "filter": case("a filter: " + above, _SMALL, 4.6, 2.2, form="filter"),
        "generator-none": case("a generator: " + above + ", one missing", _SMALL, 2.6, 1.1, form="generator", none=[1]),
        "some-zero": case(above + ", one of them all zeros", [*_SMALL, ((2,), 0.0)], 3.6, 1.1, has=["some-zero"]),
        "all-zero": case("gradients that are all zero", [((2, 3), 0.0), ((2,), 0.0)], 1.0, 0.9, has=["zero"]),
        "empty": case("no parameters at all", [], 1.0, 0.7, has=["zero"]),
        "empty-generator": case("a generator without parameters", [], 1.0, 1.4, form="generator", has=["zero"]),
        "no-gradients": case("parameters of which none has a gradient", [], 1.0, 0.8, none=[0, 1], has=["zero"]),
    }
    return {"given": {"cases": cases}, "withheld": {}}


def probe(answer: object, given: dict) -> dict:
    """Observe a student's function on every case: `grads`, `moved`, `returned`, and evidence (see `gradients`)."""
    return casewise.observe(answer, ("parameters", "max_norm"), given["cases"], _run)


def _run(answer: Callable, case: dict) -> dict:
    seen = probing.gradients.run(answer, case)
    returned = [_rounded(casewise.returned(value)) for value in seen["returned"]]
    return seen | {"returned": returned[0] if len(returned) == 1 else returned}


def _rounded(returned: dict) -> dict:
    number = returned.get("number")
    if not isinstance(number, float):
        return returned
    return {"number": 0.0 if abs(number) < _ZERO else float(f"{number:.7g}")}


def _tensors(rng: np.random.Generator, shares: list[tuple[tuple[int, ...], float]], norm: float) -> list[dict]:
    """Parameters whose gradients have this global norm together, and among themselves these shares of it."""
    whole = math.sqrt(sum(share**2 for _, share in shares)) or 1.0
    tensors = []
    for shape, share in shares:
        grad = np.abs(rng.normal(0, 1, shape)) + 0.2
        if grad.size > 1:
            signs = np.where(np.arange(grad.size) % 2 == rng.integers(2), 1, -1)
            grad *= rng.permutation(signs).reshape(shape)
        tensors.append(probing.gradients.tensor(rng, grad * (norm * share / whole / np.linalg.norm(grad))))
    return tensors
