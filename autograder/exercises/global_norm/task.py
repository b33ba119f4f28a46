"""Exercise: the norm of a whole list of tensors, judged case by case.

Challenge and probe, and the comparison: all of the exercise that a student's process imports.
"""

import inspect
import numbers

import torch

from ...judging import Verdict
from ...kinds import casewise
from ...probing import answers
from ...probing.isolation import mentions
from . import cases
from .diagnosis import explain

__all__ = [
    "ID", "JUDGED_AS", "KIND", "MISCONCEPTIONS", "PARTS", "SHOWS_ORDER", "TITLE", "challenge", "judge", "probe"
]  # fmt: skip

ID = "global_norm"
KIND = "code"
TITLE = "Global norm"
PARTS = {"norm": "the norm, as a Python number", "messy": "messy lists, left as they were"}
MISCONCEPTIONS = (__package__,)
JUDGED_AS = ID
SHOWS_ORDER = False

_ARGUMENTS = ("tensors", "norm_type")


def challenge(seed: int) -> dict:
    """Some eighty small lists (see `cases`); the seed varies all numbers."""
    return {"given": {"cases": cases.draw(seed)}, "withheld": {}}


def probe(answer: object, given: dict) -> dict:
    """Observe a function on every list: for each, the number `returned`, what it came as (`type`), and what was
    `changed` in the list or its tensors; and `evidence`, the signature and whether
    .grad is named."""
    observations = casewise.observe(answer, _ARGUMENTS, given["cases"], _run)
    evidence = {"signature": _signature(answer), "uses_grad": mentions(answer, ("grad",))}
    return observations | {"evidence": evidence}


def judge(observations: dict, expected: dict) -> Verdict:
    """Verdict over `norm` (plain lists, and that a number comes back) and `messy` (odd lists, and that nothing that
    was handed in is changed)."""
    given = expected["given"]["cases"]

    def home(name: str) -> str:
        return "messy" if given[name]["messy"] else "norm"

    def part_of(name: str, aspect: str) -> str:
        return {"returned": home(name), "type": "norm", "changed": "messy"}[aspect]

    fault = observations["fault"]
    if fault and fault["code"] == "raises" and observations["evidence"]["signature"].startswith("(*"):
        got, wanted = observations["evidence"]["signature"], f"({', '.join(_ARGUMENTS)})"
        observations = observations | {"fault": fault | {"code": "wrong-signature", "got": got, "wanted": wanted}}

    def name(comparison: casewise.Comparison) -> str | None:
        return explain(comparison, observations["evidence"])

    return casewise.judge(observations, expected, part_of, tuple(PARTS), name, home)


def _run(answer, case: dict) -> dict:
    tensors = cases.build(case)
    handed_over, before = list(tensors), [casewise.values(t) for t in tensors]
    positional = [cases.norm_type(case)] if case["by"] == "position" else []
    named = {"norm_type": cases.norm_type(case)} if case["by"] == "name" else {}
    result = answer(handed_over, *positional, **named)
    return {
        "returned": casewise.returned(result),
        "type": "a number" if _is_number(result) else answers.describe(result),
        "changed": _list_changes(handed_over, tensors) + _tensor_changes(tensors, before),
    }


def _is_number(value: object) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _list_changes(now: list, before: list) -> list[str]:
    """What the list holds now, if that is not what it held: "tensor 0", "None", "something new"."""
    if len(now) == len(before) and all(a is b for a, b in zip(now, before, strict=True)):
        return []
    places = {id(t): f"tensor {i}" for i, t in enumerate(before) if t is not None}
    return ["list", *("None" if t is None else places.get(id(t), "something new") for t in now)]


def _tensor_changes(now: list[torch.Tensor | None], before: list[dict | None]) -> list[dict]:
    """The tensors whose entries or shape are not what they were, with what they hold now."""
    seen = [casewise.values(t) for t in now]
    return [
        {"tensor": i, **a} for i, (a, b) in enumerate(zip(seen, before, strict=True)) if a and not casewise.same(a, b)
    ]


def _signature(answer: object) -> str:
    try:
        return str(inspect.signature(answer))[:200]
    except (TypeError, ValueError):
        return ""
