"""Exercise: clamp every entry of the gradients, in place, judged by what the gradients are afterwards.

Challenge and probe, nothing else: this module is all of the exercise that a student's process imports, apart from
the comparison in `judge.py`.
"""

from collections.abc import Callable

import numpy as np

from ... import probing
from ...kinds import casewise
from .judge import judge

__all__ = ["ID", "JUDGED_AS", "KIND", "MISCONCEPTIONS", "PARTS", "SHOWS_ORDER", "TITLE", "challenge", "judge", "probe"]

ID = "clip_by_value"
KIND = "code"
TITLE = "Clip by value"
PARTS = {"clamps": "the gradients afterwards", "robust": "missing gradients, generators, unusual shapes"}
MISCONCEPTIONS = (__package__, "autograder.probing")
JUDGED_AS = ID
SHOWS_ORDER = False

# The shapes of most cases. The same in all of them, so that what is left out by shape or position is left out in all.
_USUAL = [(3, 4), (3,), (2, 3), (2,), (2, 2)]
_FEW = [(2, 3), (2,), (3,)]


def challenge(seed: int) -> dict:
    """Cases on which every known way to go wrong differs from clamping; the seed varies all numbers.

    What lies beyond the bounds is on both sides or on one, many entries or few, whole rows or columns; and where an
    entry is beyond, the mean, the norm or the largest entry of its tensor often is not.
    """
    rng = np.random.default_rng(seed)

    def case(words, bound, kinds, *more, shapes=_USUAL, form="list", none=(), frozen=(), has=(), strided=False):
        bound = round(bound * float(rng.uniform(0.93, 1.07)), 4)
        kinds = [kinds] * len(shapes) if isinstance(kinds, str) else kinds
        entries = [_entries(rng, shape, kind) for shape, kind in zip(shapes, kinds, strict=True)]
        tensors = [probing.gradients.tensor(rng, bound * u, strided=strided) for u in entries]
        for k in none:
            tensors.insert(k, probing.gradients.tensor(rng, None) | {"frozen": k in frozen})
        features = [*has, *(["none"] if none else []), *(["one-shot"] if form in probing.gradients.ONE_SHOT else [])]
        return {
            "tensors": tensors,
            "form": form,
            "thresholds": [bound, *(bound * factor for factor in more)],
            "watched": False,
            "words": f"{words} (clip_value={bound:.3g})",
            "has": features or ["plain"],
        }

    both = "gradients with entries beyond both bounds"
    within = "gradients with no entry beyond the bounds"
    cases = {
        "both": case(both, 0.73, "both") | {"watched": True},
        "both-above-one": case(both, 2.6, "both"),
        "within": case(within, 1.9, "within"),
        "within-small": case(within, 0.31, "within"),
        "upper": case("gradients with entries beyond the upper bound only", 0.52, "upper"),
        "lower": case("gradients with entries beyond the lower bound only", 1.7, "lower"),
        "one-entry-beyond": case("gradients with one entry each beyond a bound", 1.4, "single"),
        "one-entry-beyond-small": case("gradients with one entry each beyond a bound", 0.23, "single"),
        "some-tensors": case(
            "gradients of which some have entries beyond the bounds, and some have none",
            0.84,
            ["within", "both", "single", "within", "upper"],
        ),
        "other-tensors": case(
            "gradients of which some have entries beyond the bounds, and some have none",
            3.3,
            ["single", "within", "within", "lower", "both"],
        ),
        "row": case("matrices with one row beyond the bounds", 0.47, "row", shapes=[(3, 4), (2, 3), (2, 2)]),
        "column": case("matrices with one column beyond the bounds", 1.3, "column", shapes=[(3, 4), (2, 3), (2, 2)]),
        "all-beyond": case("gradients with every entry beyond the bounds", 0.66, "all"),
        "slightly": case("gradients with entries a little beyond the bounds", 1.2, "slightly"),
        "far": case("gradients with entries far beyond the bounds", 0.081, "far"),
        "large": case(both, 83.0, "both"),
        "within-large": case(within, 37.0, "within"),
        "balanced": case("gradients whose positive and negative entries cancel out", 0.9, "balanced"),
        "alike": case("gradients whose entries are all alike in size", 1.1, "alike"),
        "zeros": case("gradients with entries that are zero", 0.58, "zeros"),
        "one-tensor": case("a single gradient with entries beyond both bounds", 1.6, "both", shapes=[(2, 3)]),
        "one-entry": case("a single gradient with a single negative entry", 0.37, "lower", shapes=[(1,)]),
        "many-axes": case(both, 0.95, "both", shapes=[(2, 1, 2, 2), (2,), (2, 2, 2), (1, 1), (3, 1, 2)]),
        "three-calls": case("gradients clamped three times in a row", 1.9, "both", 0.4, 3.0, shapes=_FEW),
        "none-last": case("a last parameter without a gradient", 0.77, "both", shapes=_FEW, none=[3]),
        "none-first": case("a first parameter without a gradient", 1.25, "both", shapes=_FEW, none=[0]),
        "none-between": case("parameters without a gradient between others", 2.1, "both", none=[1, 4]),
        "none-within": case("a parameter without a gradient", 0.9, "within", shapes=_FEW, none=[1]),
        "frozen": case("a frozen layer", 0.64, "both", shapes=_FEW, none=[0, 1], frozen=[0, 1]),
        "tuple": case("a tuple of parameters", 0.71, "both", shapes=_FEW, form="tuple", has=["no-list"]),
        "values": case("the values of a dictionary", 1.35, "both", shapes=_FEW, form="values", has=["no-list"]),
        "generator": case("a generator", 1.8, "both", form="generator"),
        "generator-within": case("a generator, and no entry beyond", 1.3, "within", shapes=_FEW, form="generator"),
        "model": case("model.parameters()", 0.7, "both", shapes=_FEW, form="model"),
        "iterator": case("an iterator", 0.6, "both", shapes=_FEW, form="iterator"),
        "filter": case("a filter", 2.2, "both", shapes=_FEW, form="filter"),
        "generator-none": case("a generator, one missing", 1.1, "both", shapes=_FEW, form="generator", none=[1]),
        "scalars": case(
            "gradients without dimensions", 0.85, ["upper", "both", "lower", "within"],
            shapes=[(), (2,), (), ()], has=["scalar"],
        ),
        "one-scalar": case("a single gradient without dimensions", 1.15, "lower", shapes=[()], has=["scalar"]),
        "strided": case(
            "gradients that are not contiguous in memory", 0.99, "both", shapes=[(3, 4), (4,), (2, 3)],
            strided=True, has=["strided"],
        ) | {"watched": True},
    }  # fmt: skip
    return {"given": {"cases": cases}, "withheld": {}}


def probe(answer: object, given: dict) -> dict:
    """Observe a student's function on every case: `grads`, `moved`, and evidence (see `gradients`)."""
    return casewise.observe(answer, ("parameters", "clip_value"), given["cases"], _run)


def _run(answer: Callable, case: dict) -> dict:
    seen = probing.gradients.run(answer, case)
    return {aspect: value for aspect, value in seen.items() if aspect != "returned"}


def _entries(rng: np.random.Generator, shape: tuple[int, ...], kind: str) -> np.ndarray:
    """Entries of a gradient in units of the bound: those of size above 1 are beyond it."""
    size = int(np.prod(shape))
    u = rng.uniform(0.08, 0.85, size) * rng.permutation(np.where(np.arange(size) % 2, 1, -1))
    beyond = rng.uniform(1.4, 5.5, size)
    k, other = rng.permutation(max(size, 2))[:2] % size
    matrix = np.zeros(shape if len(shape) > 1 else (1, size), dtype=bool)
    match kind:
        case "both":
            some = rng.permutation(size)[: max(size // 2, 2)]
            u[some] = beyond[some] * np.where(np.arange(len(some)) % 2, 1, -1)
        case "upper" | "lower":
            sign = 1 if kind == "upper" else -1
            u[[k, other]] = sign * beyond[[k, other]]
        case "single":
            u *= 0.2
            u[k] = beyond[k] * 0.4 + 0.8  # beyond, but neither the mean nor the root mean square of most tensors is
            u[k] *= rng.choice([-1, 1])
        case "row" | "column":
            matrix[(rng.integers(shape[0]),) if kind == "row" else (slice(None), rng.integers(shape[1]))] = True
            u = np.where(matrix.ravel(), beyond * np.sign(u), u)
        case "all":
            u = np.sign(u) * beyond
        case "slightly":
            near = np.where(np.arange(size) % 2, rng.uniform(0.75, 0.94, size), rng.uniform(1.06, 1.25, size))
            u = np.sign(u) * rng.permutation(near)
        case "far":
            u[[k, other]] = np.array([-310, 190]) * beyond[[k, other]]
        case "balanced":
            u[[k, other]] = beyond[k], -beyond[k]
        case "alike":
            u = np.sign(u) * 1.8
        case "zeros":
            u[[k, other]] = -beyond[k], 0.0
    return u.reshape(shape)
