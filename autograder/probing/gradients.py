"""Call a function that changes gradients on parameters made from data, and note what became of them.

A *case* is one set of parameters and one or more calls with it, each with its own threshold:

    {"tensors": [{"weight": nested list, "grad": nested list or None, "frozen": bool, "strided": bool}, ...],
     "form": how the parameters are handed over (one of `FORMS`), "thresholds": [float, ...], "watched": bool}

What is seen of it, aspect by aspect: `grads` after the last call (a flat list for each tensor; None where there is no
gradient of the parameter's shape), `returned` by each call (as it is, not yet plain data), `moved` (how far the weights
went, relative to their norm), and of a watched case what `watch` gives.
"""

import math
from collections.abc import Callable, Iterable
from types import CodeType, FrameType

import numpy as np
import torch

from . import answers
from .recorder import CopyRecorder, Looking

FORMS: dict[str, Callable[[list], Iterable]] = {
    "list": list,
    "tuple": tuple,
    "generator": lambda parameters: (p for p in parameters),
    "model": lambda parameters: torch.nn.ParameterList(parameters).parameters(),
    "iterator": iter,
    "filter": lambda parameters: filter(lambda p: p.requires_grad, parameters),
    "values": lambda parameters: {f"p{k}": p for k, p in enumerate(parameters)}.values(),
}
ONE_SHOT = ("generator", "model", "iterator", "filter")

_TELLING = 8  # entries: fewer have the signs of a gradient by chance
_DIGITS = 6  # enough for any comparison, and short in the recorded expectations


def tensor(rng: np.random.Generator, grad: np.ndarray | None, *, strided: bool = False) -> dict:
    """One parameter of a case: random weights of the gradient's shape. Without a gradient it has the shape (3,)."""
    weight = rng.normal(0, 1, (3,) if grad is None else np.shape(grad))
    held = None if grad is None else np.asarray(grad).round(5).tolist()
    return {"weight": weight.round(3).tolist(), "grad": held, "frozen": False, "strided": strided}


def build(case: dict) -> list[torch.nn.Parameter]:
    """The parameters of a case, each with its gradient, if it has one."""
    parameters = []
    for one in case["tensors"]:
        parameter = torch.nn.Parameter(torch.tensor(one["weight"]), requires_grad=not one["frozen"])
        if one["grad"] is not None:
            grad = torch.tensor(one["grad"])
            parameter.grad = _strided(grad) if one["strided"] else grad
        parameters.append(parameter)
    return parameters


def run(answer: Callable, case: dict) -> dict:
    """What is seen of one case; lets through what the answer raises."""
    parameters = build(case)
    before = [p.detach().clone() for p in parameters]
    returned = [answer(FORMS[case["form"]](parameters), threshold) for threshold in case["thresholds"]]
    grads = [_flat(p.grad, b.shape) for p, b in zip(parameters, before, strict=True)]
    seen = {"grads": grads, "moved": _moved(parameters, before), "returned": returned}
    return seen | watch(answer, case) if case["watched"] else seen


def watch(answer: Callable, case: dict) -> dict:
    """What is seen while a case's first call runs, for explanations only.

    `on` says on what PyTorch's clipping functions worked, if they were called (see `Recorder`; "copies": on parameters
    that are not those handed in), `scaled_copies` whether gradients were made smaller in a copy, `spent_generator`
    whether the answer was left with a generator (or another iterator) already used up, and `hooked` whether a hook was
    left on a parameter.
    """
    parameters = build(case)
    recorder = _Recorder(torch.nn.ParameterList(parameters), torch.optim.SGD(parameters))
    recorder.own_code = getattr(answers.plain_function(answer), "__code__", None)
    smaller = _SmallerCopies([p.grad for p in parameters if p.grad is not None])
    try:
        with smaller, recorder:
            answer(FORMS[case["form"]](parameters), case["thresholds"][0])
    except (Exception, SystemExit):  # it did not raise when it counted
        pass
    return {
        "on": sorted({seen["on"] for seen in recorder.events if seen["event"] == "clip"}),
        "scaled_copies": recorder.scaled_copies or smaller.seen,
        "spent_generator": recorder.spent_generator,
        "hooked": any(p._backward_hooks or p._post_accumulate_grad_hooks for p in parameters),
    }


class _Recorder(CopyRecorder):
    """Tells copies of the parameters from tensors that are no parameters at all, and sees any iterator used up."""

    own_code: CodeType | None = None

    def _clipped(self, frame: FrameType) -> tuple[str, float | None]:
        on, limit = super()._clipped(frame)
        if on != "other-tensors":
            return on, limit
        given = frame.f_locals["parameters"]
        grads = {p.grad.data_ptr() for p in self._parameters if p.grad is not None}
        copied = all(isinstance(p, torch.nn.Parameter) and p.data_ptr() not in grads for p in given)
        return "copies" if copied else on, limit

    def _left(self, frame: FrameType) -> None:
        super()._left(frame)
        if frame.f_code is self.own_code:  # from here on, nobody else reads its iterators
            iterators = [value for value in frame.f_locals.values() if isinstance(value, map | filter | zip)]
            self.spent_generator |= any(next(iterator, self) is self for iterator in iterators)


class _SmallerCopies(Looking):
    """Notices a tensor that holds a gradient's entries (or those of all gradients) made smaller, their signs kept."""

    def __init__(self, grads: list[torch.Tensor]) -> None:
        super().__init__()
        flat = [np.array(grad.detach().reshape(-1).tolist()) for grad in grads]
        self._entries = [one for one in (*flat, np.concatenate(flat)) if one.size >= _TELLING]
        self._memory = {grad.data_ptr() for grad in grads}
        self.seen = False

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        changed = args[0] if function.overloadpacket.__name__.endswith("_") and args else result
        for tensor in changed if isinstance(changed, list | tuple) else [changed]:
            if not self.seen and isinstance(tensor, torch.Tensor) and tensor.data_ptr() not in self._memory:
                self.seen = self._is_smaller(tensor)
        return result

    def _is_smaller(self, tensor: torch.Tensor) -> bool:
        fitting = [entries for entries in self._entries if entries.size == tensor.numel()]
        if not fitting or not tensor.is_floating_point():
            return False
        now = np.array(tensor.detach().reshape(-1).tolist())
        return any(
            bool(np.all(now * entries > 0) and np.all(np.abs(now) <= np.abs(entries)) and np.any(now != entries))
            for entries in fitting
        )


def _strided(grad: torch.Tensor) -> torch.Tensor:
    """The same values, not contiguous: every second column of a wider tensor, so that no view makes it flat."""
    wide = torch.zeros(*grad.shape[:-1], 2 * grad.shape[-1] + 1)
    wide[..., 1::2] = grad
    return wide[..., 1::2]


def _flat(grad: torch.Tensor | None, shape: torch.Size) -> list[float | str] | None:
    if grad is None or grad.shape != shape:  # through .data a gradient can get a shape that no step could use
        return None
    return [_plain(x) for x in grad.detach().reshape(-1).tolist()]


def _moved(parameters: list[torch.nn.Parameter], before: list[torch.Tensor]) -> float | str:
    """How far the weights moved, relative to their norm; inf if their shapes changed."""
    if any(p.shape != b.shape for p, b in zip(parameters, before, strict=True)):
        return _plain(math.inf)
    distance = sum(float((p.detach() - b).double().square().sum()) for p, b in zip(parameters, before, strict=True))
    size = sum(float(b.double().square().sum()) for b in before)
    return _plain(round(math.sqrt(distance / size), 5)) if distance else 0.0


def _plain(number: float) -> float | str:
    """A float as JSON can hold it, in as many digits as a gradient has."""
    return float(f"{number:.{_DIGITS}g}") if math.isfinite(number) else str(number)
