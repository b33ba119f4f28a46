"""Exercise: the norm of a whole list of tensors, judged case by case.

Challenge and probe, and the comparison: all of the exercise that a student's process imports.
"""

import dis
import inspect
import numbers
from typing import TYPE_CHECKING

from ... import probing
from ...judging import Verdict
from ...kinds import casewise
from ...probing import answers
from . import cases
from .diagnosis import explain, refine

if TYPE_CHECKING:
    import torch

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
    `changed` in the list or its tensors; and `evidence` of the code itself, to word explanations only."""
    observations = casewise.observe(answer, _ARGUMENTS, given["cases"], _run)
    evidence = {
        "parameters": _parameters(answer),
        "uses_grad": probing.isolation.mentions(answer, ("grad",)),
        "keeps_generator": _keeps_generator(answer),
    }
    return observations | {"evidence": evidence}


def judge(observations: dict, expected: dict) -> Verdict:
    """Verdict over `norm` (plain lists, and that a number comes back) and `messy` (odd lists, and that nothing that
    was handed in is changed)."""
    given = expected["given"]["cases"]
    observations = observations | {"fault": refine(observations["fault"], observations["evidence"])}

    def home(name: str) -> str:
        return "messy" if given[name]["messy"] else "norm"

    def part_of(name: str, aspect: str) -> str:
        return {"returned": home(name), "type": "norm", "changed": "messy"}[aspect]

    def name(comparison: casewise.Comparison) -> str | None:
        return explain(comparison, observations["evidence"])

    return casewise.judge(observations, expected, part_of, tuple(PARTS), name, home)


def _run(answer, case: dict) -> dict:
    tensors = cases.build(case)
    handed_over, before = list(tensors), [_state(t) for t in tensors]
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


def _state(tensor: "torch.Tensor | None") -> dict | None:
    state = casewise.values(tensor)
    return state and state | {"dtype": str(tensor.dtype), "requires_grad": tensor.requires_grad}


def _tensor_changes(now: list["torch.Tensor | None"], before: list[dict | None]) -> list[dict]:
    """The tensors that are not what they were, with what they are now."""
    seen = enumerate(zip(map(_state, now), before, strict=True))
    return [{"tensor": i, **a} for i, (a, b) in seen if a and not casewise.same(a, b)]


def _parameters(answer: object) -> list[str]:
    """The parameters of an answer as they stand in its signature, `*` and default included."""
    try:
        return [str(parameter)[:80] for parameter in inspect.signature(answer).parameters.values()]
    except (TypeError, ValueError):
        return []


def _keeps_generator(answer: object) -> bool:
    """Whether an answer's code gives a name to something that can be walked through only once."""
    code = getattr(answers.plain_function(answer), "__code__", None)
    if code is None:
        return False
    steps = [step for step in dis.get_instructions(code) if step.opname not in ("PRECALL", "CACHE")]
    comprehension = ""  # the kind of the last one begun
    for iterator, call, store in zip(steps, steps[1:], steps[2:], strict=False):
        comprehension = getattr(iterator.argval, "co_name", comprehension)
        called = iterator.opname == "GET_ITER" and call.opname.startswith("CALL")
        if called and store.opname.startswith("STORE") and comprehension == "<genexpr>":
            return True
    return probing.isolation.mentions(answer, ("filter", "map", "iter"))
