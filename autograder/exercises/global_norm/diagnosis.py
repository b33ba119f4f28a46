"""Name the mistake behind a wrong global norm that no known mutant makes: by which lists fail, and by the numbers.

Most mistakes fail a recognisable set of lists (those with a None; the empty ones; the inf norms; ...), and the rest
give numbers that a formula of `relations` gives too.
"""

import math

from ...kinds.casewise import Comparison, same
from . import cases
from .relations import norm, relations

# What an exception means that comes up only in lists with a feature; the narrower feature first.
_RAISES_WITH = (
    ("nothing", "crashes-on-empty"),
    ("none", "crashes-on-none"),
    ("default", "wrong-signature"),
    ("named", "wrong-signature"),
    ("dtypes", "crashes-on-mixed-dtypes"),
    ("pinf", "inf-norm-unhandled"),
    ("negative", "missing-abs"),
)
_SHAPES = {"scalar", "shapes", "matrix", "deep", "views"}
_EMPTY_HANDED = ("non-empty", "empty sequence", "empty iterable", "division by zero", "StopIteration", "zero-size")
_ROUGH = 0.01  # relative deviation that few digits account for
_MOST = 0.8  # of the cases that went wrong: what a formula has to account for


def refine(fault: dict | None, evidence: dict) -> dict | None:
    """A fault of every list, named more closely where the code itself tells why."""
    if not fault or fault["code"] != "raises":
        return fault
    parameters = evidence["parameters"]
    if parameters and parameters[0].startswith("*") and not any(p.startswith("**") for p in parameters):
        return fault | {"code": "wrong-signature"}
    if evidence["keeps_generator"] and any(word in f"{fault['error']}: {fault['message']}" for word in _EMPTY_HANDED):
        got = f"an error ({fault['error']})"
        return fault | {"code": "exhausted-generator", "case": "every list", "got": got}
    return fault


def explain(comparison: Comparison, evidence: dict) -> str | None:
    """The code of what went wrong in one part, or None if nothing here fits."""
    if any(parameter.startswith("norm_type") for parameter in evidence["parameters"][2:]):
        return "wrong-signature"
    for look in (_by_kind, _by_zeros, _by_exceptions, _by_features, _by_few_digits, _by_formula):
        if code := look(comparison, evidence):
            return code
    return None


def _with(c: Comparison, feature: str) -> set[str]:
    return {name for name, case in c.cases.items() if feature in case["has"]}


def _full(c: Comparison) -> set[str]:
    """All lists with something to measure."""
    return c.cases.keys() - _with(c, "nothing") - _with(c, "zeros")


def _by_kind(c: Comparison, evidence: dict) -> str | None:
    """Nothing that could be a number; the right numbers, but not as numbers; or what was handed in has changed."""
    odd = {name: words for name in c.wrong if (words := c.seen[name].get("returned", {}).get("other"))}
    if odd:
        if odd.keys() <= _with(c, "nothing"):
            return "wrong-empty-value"
        negative_sum = odd.keys() <= _with(c, "p1") | _with(c, "p3")  # only odd powers keep signs
        roots_of_it = negative_sum and all("complex" in words for words in odd.values())
        return "missing-abs" if roots_of_it else "wrong-return-type"
    changes = [outcome["changed"] for outcome in c.seen.values() if outcome.get("changed")]
    if changes:
        return "modifies-list" if all(change[0] == "list" for change in changes) else "modifies-inputs"
    return "wrong-return-type" if all(aspects == ("type",) for aspects in c.wrong.values()) else None


def _by_zeros(c: Comparison, evidence: dict) -> str | None:
    """Nothing is counted at all: the tensors are gone before they are measured, or something else is measured."""
    own_grad = _with(c, "with-grad")
    zero = {name for name in _full(c) if c.number(name) == 0}
    if not zero >= _full(c) - _with(c, "pinf") - own_grad - {n for n in _full(c) if c.raised(n)} or len(zero) < 3:
        return None
    sees_grad = any(c.number(n) and not same(c.number(n), c.wanted_number(n)) for n in own_grad)
    if sees_grad or evidence["uses_grad"]:
        return "uses-grad"
    return "exhausted-generator" if not any(c.number(n) for n in own_grad - _with(c, "pinf")) else None


# -- exceptions ------------------------------------------------------------------------------------------------------


def _by_exceptions(c: Comparison, evidence: dict) -> str | None:
    raising = {name for name in c.cases if c.raised(name)}
    if not c.raising:
        return None
    messages = [f"{c.raised(name).get('error')}: {c.raised(name).get('message')}" for name in raising]
    if all(message.startswith("NameError") for message in messages):
        return "raises"
    if _full(c) - raising <= _with(c, "with-grad"):
        return _by_exceptions_everywhere(c, raising, messages, evidence)
    for way in ("default", "named"):  # called in this way it raises, called in another it does not
        others = {name for name in _full(c) if not {"default", "named"} & set(c.cases[name]["has"])}
        if _with(c, way) <= raising and not others <= raising and any("argument" in message for message in messages):
            return "wrong-signature"
    if all(_SHAPES & set(c.cases[name]["has"]) for name in raising):
        norms = any("linalg" in m or "norm order" in m or "dimensions to norm" in m for m in messages)
        return "matrix-norm" if norms else "crashes-on-shapes"
    if all("requires grad" in message or "Boolean value of Tensor" in message for message in messages):
        return "raises"  # the error says it best
    plain = raising - _with(c, "mixed-up")  # those have every feature
    code = next((code for feature, code in _RAISES_WITH if plain and plain <= _with(c, feature)), None)
    needs_more_dimensions = _full(c) - raising <= _with(c, "matrix") | _with(c, "deep")
    return code or ("crashes-on-shapes" if needs_more_dimensions else None)


def _by_exceptions_everywhere(c: Comparison, raising: set[str], messages: list[str], evidence: dict) -> str:
    """Every list with a tensor in it raises, apart from tensors with a .grad perhaps."""
    if _full(c) - raising or (evidence["uses_grad"] and any("NoneType" in message for message in messages)):
        return "uses-grad"
    spent = any(word in message for message in messages for word in _EMPTY_HANDED)
    return "exhausted-generator" if spent else "raises"


# -- which lists went wrong ------------------------------------------------------------------------------------------


def _by_features(c: Comparison, evidence: dict) -> str | None:
    wrong = set(c.differing)
    if not wrong:
        return None
    nothing = wrong & (_with(c, "nothing") | _with(c, "zeros"))
    if nothing and all(0 < (c.number(name) or 0) < 0.05 for name in nothing):
        return "epsilon-in-result"
    if wrong <= _with(c, "nothing"):
        return "wrong-empty-value"
    if wrong <= _with(c, "default"):
        return "wrong-signature"
    if wrong <= _with(c, "with-grad"):
        return "uses-grad"
    if wrong <= _with(c, "none") and all(_ends_at_none(c, name) for name in wrong):
        return "stops-at-none"
    return None


def _ends_at_none(c: Comparison, name: str) -> bool:
    """Whether a number is that of the tensors before a None, or of none at all."""
    specs = c.cases[name]["tensors"]
    counts = {sum(spec is not None for spec in specs[:i]) for i, spec in enumerate(specs) if spec is None}
    pieces, p = cases.arrays(c.cases[name]), cases.norm_type(c.cases[name])
    before = ([x for piece in pieces[:count] for x in piece.ravel()] for count in counts | {0})
    return any(same(c.number(name), norm(numbers, p)) for numbers in before)


# -- the numbers -----------------------------------------------------------------------------------------------------


def _by_few_digits(c: Comparison, evidence: dict) -> str | None:
    """The right numbers, but for their last digits."""
    pairs = [(c.number(name), c.wanted_number(name)) for name in c.differing]
    if not pairs or any(got is None for got, _ in pairs):
        return None
    if all(_is_rounded(got, wanted) for got, wanted in pairs):
        return "rounds-result"
    near = [abs(got - wanted) <= _ROUGH * abs(wanted) for got, wanted in pairs]
    if all(near):
        return "rounds-result" if set(c.differing) <= _with(c, "small") else "precision-loss"
    if all(abs(got - wanted) < 0.02 for got, wanted in pairs):  # many digits for large norms, few for small ones
        return "rounds-result"
    overflown = all(close or not math.isfinite(got) for close, (got, _) in zip(near, pairs, strict=True))
    return "precision-loss" if overflown and any(near) else None


def _is_rounded(got: float, wanted: float) -> bool:
    """Whether a number is the wanted one with few decimals."""
    return math.isfinite(got) and any(
        math.isclose(got * 10**k, round(got * 10**k), abs_tol=1e-7) and abs(got - wanted) <= 10.0**-k
        for k in range(-2, 6)
    )


def _by_formula(c: Comparison, evidence: dict) -> str | None:
    """The mistake whose formulas give the numbers of most of the lists that went wrong."""
    wrong = [name for name in c.differing if not _with(c, "nothing") & {name}]
    counts: dict[str, int] = {}
    for name in wrong:
        got = c.number(name)
        made = relations(cases.arrays(c.cases[name]), cases.norm_type(c.cases[name]))
        for code, numbers in made.items():
            alike = any(same(got, x) or (math.isnan(x) and got is not None and math.isnan(got)) for x in numbers)
            counts[code] = counts.get(code, 0) + alike
    if evidence["keeps_generator"] and counts.get("misses-tensors") == len(wrong) > 0:
        return "exhausted-generator"
    best = max(counts, key=counts.__getitem__, default=None)
    enough = best is not None and counts[best] >= _MOST * len(wrong)
    if set(wrong) and set(wrong) <= _with(c, "pinf"):
        return "missing-abs" if counts.get("missing-abs", 0) == len(wrong) else "inf-norm-unhandled"
    if enough:
        return best
    return "precision-loss" if set(wrong) and set(wrong) <= _with(c, "dtypes") else None
