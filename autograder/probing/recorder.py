"""Watch the order in which a training step runs: zero_grad, forward, backward, clip, step.

Calls are recognised by the code that runs (`sys.settrace`), so neither their names nor their wrapping matter. Work
done by hand is recognised by its effect: before each line of the student's own code, and around each call out of it,
the gradients and the weights are compared with what they were. What is seen serves explanations only, never the
verdict.
"""

import inspect
import math
import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from types import CodeType, FrameType, GeneratorType
from typing import Self

import numpy as np
import torch
from torch.nn.utils import clip_grad
from torch.utils._python_dispatch import TorchDispatchMode

from .answers import plain

_LIBRARIES = (os.path.dirname(torch.__file__), os.path.dirname(__file__))
_PYTHON = os.path.dirname(os.__file__)  # and below it, what is installed


def code_of(function: Callable) -> CodeType:
    """The code that runs when a function is called, whatever it is wrapped in."""
    return inspect.unwrap(function).__code__


class _Library(dict[str, bool]):
    """Whether a file is torch's, Python's or of the probes; everything else is taken for the student's own."""

    def __missing__(self, path: str) -> bool:
        self[path] = path.startswith(_LIBRARIES) or (path.startswith(_PYTHON) and "site-packages" not in path)
        return self[path]


_library = _Library()

_CLIPS = {
    code_of(clip_grad.clip_grad_norm_): "clip_grad_norm_",
    code_of(clip_grad.clip_grad_value_): "clip_grad_value_",
    code_of(clip_grad._clip_grads_with_norm_): "clip_grads_with_norm_",
}
_ZERO_GRADS = {code_of(torch.optim.Optimizer.zero_grad), code_of(torch.nn.Module.zero_grad)}
_BACKWARDS = {code_of(torch.autograd.backward): "backward", code_of(torch.autograd.grad): "autograd.grad"}
_FORWARD = code_of(torch.nn.Module._call_impl)


class Recorder:
    """Records the events of a block in which a student's code trains `model` with `optimizer`.

    `events` is a list of dicts: `event` (zero_grad, forward, backward, clip, step, edit_weights), `grad_norm` (global
    2-norm of the gradients right after it; None where there are none), and for `clip` also `by` (the function, or
    "hand") and `on` (parameters, some-parameters, nothing, other-tensors).
    `foreign` names events that acted on another model or optimizer, and `spent_generator` says whether the code was
    left with a generator already used up.
    """

    _KNOWN = (*_CLIPS, *_BACKWARDS, *_ZERO_GRADS, _FORWARD)  # what `_recognise` looks for, beside steps

    def __init__(self, model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
        self.events: list[dict] = []
        self.foreign: set[str] = set()
        self.spent_generator = False
        self._model, self._optimizer = model, optimizer
        self._parameters = list(model.parameters())
        self._forward_code = getattr(type(model).forward, "__code__", None)
        self._step_code = code_of(type(optimizer).step)
        known = (*self._KNOWN, self._forward_code)
        self._names = {"step", *(code.co_name for code in known if code)}
        self._open: list[tuple[FrameType, dict]] = []
        self._grad_memory = [_Memory() for _ in self._parameters]
        self._weight_memory = [_Memory() for _ in self._parameters]

    def __enter__(self) -> Self:
        self._state = self._look()
        sys.settrace(self._called)
        return self

    def __exit__(self, *exception: object) -> None:
        sys.settrace(None)
        with suppress(RuntimeError):
            self._compare()

    # -- what runs ---------------------------------------------------------------------------------------------

    def _called(self, frame: FrameType, event: str, argument: object) -> Callable | None:
        """A function begins. Most are torch's own, called by torch: those are not looked at again."""
        code = frame.f_code
        try:
            seen = self._recognise(code, frame) if code.co_name in self._names else None
            library = _library[code.co_filename]
            if seen is None and library and (frame.f_back is None or _library[frame.f_back.f_code.co_filename]):
                return None
            self._compare()
            if seen is not None:
                self._open.append((frame, seen))
            frame.f_trace_lines = not library
            return self._ran
        except Exception:  # looking must never disturb what is looked at: rather see no more
            sys.settrace(None)
            return None

    def _ran(self, frame: FrameType, event: str, argument: object) -> Callable | None:
        """A line is about to run, or a function ends; of an exception, its end is all there is to see."""
        if event == "exception":
            return self._ran
        try:
            if event == "return" and self._open and self._open[-1][0] is frame:
                self._close(frame, argument)
                return self._ran
            self._compare()
            if event == "return" and not _library[frame.f_code.co_filename]:
                self._left(frame)
            return self._ran
        except Exception:
            sys.settrace(None)
            return None

    def _left(self, frame: FrameType) -> None:
        """A function of the student's ends: look at what it leaves behind."""
        if not self.spent_generator:
            values = (value for name, value in frame.f_locals.items() if not name.startswith("."))
            self.spent_generator = any(map(_is_spent, values))

    def _recognise(self, code: CodeType, frame: FrameType) -> dict | None:
        inside = {seen["event"] for _, seen in self._open}
        if code in _CLIPS:
            return None if "clip" in inside else {"event": "clip", "by": _CLIPS[code]}
        if code in _BACKWARDS:
            return {"event": "backward", "by": _BACKWARDS[code]}
        if code is _FORWARD or code is self._forward_code:
            target = frame.f_locals.get("self")
            if target is self._model:
                return None if "forward" in inside else {"event": "forward"}
            if code is _FORWARD and not inside and self._is_whole_model(target):
                self.foreign.add("forward")
            return None
        if code in _ZERO_GRADS:
            return {"event": "zero_grad"} if self._ours(frame, "zero_grad") else None
        if code is self._step_code or code.co_name == "step":
            target = frame.f_locals.get("self")
            if target is self._optimizer:
                return {"event": "step", "by": "optimizer"} if code is self._step_code else None
            if isinstance(target, torch.optim.Optimizer):
                self.foreign.add("step")
        return None

    def _ours(self, frame: FrameType, event: str) -> bool:
        target = frame.f_locals.get("self")
        if target is self._model or target is self._optimizer:
            return True
        self.foreign.add(event)
        return False

    def _is_whole_model(self, target: object) -> bool:
        """A model of its own: neither a part of the one handed in nor a loss function (which has no parameters)."""
        return (
            isinstance(target, torch.nn.Module)
            and not any(target is part for part in self._model.modules())
            and next(target.parameters(), None) is not None
        )

    def _close(self, frame: FrameType, returned: object) -> None:
        _, seen = self._open.pop()
        self._state = self._look()
        norm = self._norm()
        if seen["event"] == "clip":
            seen["on"], seen["max_norm"] = self._clipped(frame)
        elif seen["event"] == "backward" and isinstance(returned, tuple):  # torch.autograd.grad returns its gradients
            norm = _norm_of_tensors(returned)
        self._add({**seen, "grad_norm": norm})

    def _clipped(self, frame: FrameType) -> tuple[str, float | None]:
        given = frame.f_locals.get("parameters")
        tensors = [given] if isinstance(given, torch.Tensor) else given if isinstance(given, list) else []
        limit = frame.f_locals.get("max_norm", frame.f_locals.get("clip_value"))
        ours = {id(p) for p in self._parameters}
        hit = {id(t) for t in tensors} & ours
        on = "parameters" if hit == ours else "some-parameters" if hit else "other-tensors" if tensors else "nothing"
        try:
            return on, plain(float(limit))
        except (TypeError, ValueError):
            return on, None

    # -- what changes by hand ----------------------------------------------------------------------------------

    def _look(self) -> tuple[list, list]:
        grads = [memory.read(p.grad) for p, memory in zip(self._parameters, self._grad_memory, strict=True)]
        return grads, [memory.read(p) for p, memory in zip(self._parameters, self._weight_memory, strict=True)]

    def _compare(self) -> None:
        state = self._look()
        if state == self._state:
            return
        (grads, weights), (new_grads, new_weights) = self._state, state
        self._state = state
        if grads != new_grads:
            changed = [(old, new) for old, new in zip(grads, new_grads, strict=True) if old != new]
            seen = self._name_edit(changed, _norm_of_bytes(grads), _norm_of_bytes(new_grads))
            self._add({**seen, "grad_norm": self._norm()})
        if weights != new_weights:
            stepped = any(seen["event"] == "step" for seen in self.events[:-1]) or self._last() == "step by optimizer"
            self._add({"event": "edit_weights" if stepped else "step", "by": "hand", "grad_norm": self._norm()})

    def _name_edit(self, changed: list[tuple], before: float | None, after: float | None) -> dict:
        """The event that changed gradients by hand: pairs of old and new bytes, the global norm before and after."""
        if not any(new and any(new) for _, new in changed):
            return {"event": "zero_grad"}
        if before is None or after is None or after > before:
            return {"event": "edit_gradients"}
        return {"event": "clip", "by": "hand", "on": "parameters"}

    def _norm(self) -> float | None:
        return _norm_of_bytes(self._state[0])

    def _last(self) -> str:
        last = self.events[-1] if self.events else {}
        return f"{last.get('event')} by {last.get('by')}"

    def _add(self, seen: dict) -> None:
        """Append an event; pieces of the same work by hand (a loop over the parameters) are one event."""
        last = self.events[-1] if self.events else {}
        by_hand = seen.get("by", "hand") == "hand" and last.get("by", "hand") == "hand"
        if by_hand and seen["event"] == last.get("event") and seen["event"] not in ("forward", "backward"):
            last.update(seen)
        else:
            self.events.append(seen)


class CopyRecorder(Recorder):
    """A recorder that also looks at each operation, which doubles the time: `scaled_copies` says whether gradients were
    scaled or clamped into a copy, `measured` whether one was ever measured."""

    def __init__(self, model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
        super().__init__(model, optimizer)
        self._copies = ScaledCopies(self._parameters)

    @property
    def scaled_copies(self) -> bool:
        return self._copies.seen

    @property
    def measured(self) -> bool:
        return self._copies.measured

    def __enter__(self) -> Self:
        self._copies.__enter__()
        return super().__enter__()

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        self._copies.__exit__(*exception)


class Looking(TorchDispatchMode):
    """A mode that looks at each operation, and changes none."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Nothing is compiled here, and torch's guard against it takes longer than the operations themselves."""
        return False


class ScaledCopies(Looking):
    """Notices operations that scale or clamp a gradient into a new tensor, or scale or clamp a copy of one (`seen`),
    and whether a gradient was ever `measured`."""

    _COPIES = ("clone", "_to_copy", "cat", "stack", "view", "_unsafe_view", "detach", "alias")
    _SCALES = ("mul", "div", "clamp", "clamp_min", "clamp_max", "minimum", "_foreach_mul", "_foreach_div")
    _SCALES += tuple(f"{name}_" for name in _SCALES)
    _MEASURES = ("linalg_vector_norm", "norm", "_foreach_norm", "pow", "sum", "dot", "cat")

    def __init__(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        super().__init__()
        self._parameters = list(parameters)
        self._copies: list[torch.Tensor] = []
        self.seen = self.measured = False

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = function(*args, **(kwargs or {}))
        name = function.overloadpacket.__name__
        measures = not self.measured and name in self._MEASURES
        if not args or not (measures or name in self._SCALES + self._COPIES):
            return result
        first = args[0] if isinstance(args[0], list | tuple) else [args[0]]
        second = args[1] if len(args) > 1 else None
        grads = {p.grad.data_ptr() for p in self._parameters if p.grad is not None}
        copies = {t.data_ptr() for t in self._copies} - grads
        touched = {t.data_ptr() for t in first if isinstance(t, torch.Tensor)}
        if measures:
            self.measured = bool(touched & (grads | copies))
        if name in self._COPIES:
            if touched & (grads | copies) and isinstance(result, torch.Tensor):
                self._copies.append(result)
        elif name in self._SCALES and (not isinstance(second, torch.Tensor) or second.numel() == 1):
            self.seen = self.seen or bool(touched & (copies if name.endswith("_") else grads | copies))
        return result


def _is_spent(value: object) -> bool:
    return isinstance(value, GeneratorType) and value.gi_frame is None


class _Memory:
    """Reads a tensor's bytes without asking torch more often than needed (looking must stay cheap)."""

    def __init__(self) -> None:
        self._address, self._view = None, None

    def read(self, tensor: torch.Tensor | None) -> bytes | None:
        if tensor is None:
            return None
        address = tensor.data_ptr()
        if address != self._address or self._view is None:
            # The view keeps the memory alive, so that an equal address means the same tensor.
            self._address, self._view = address, np.asarray(tensor.detach())
        return self._view.tobytes()


def _norm_of_tensors(tensors: tuple) -> float | None:
    try:
        return _global_norm([np.asarray(t.detach()) for t in tensors if isinstance(t, torch.Tensor)])
    except RuntimeError:  # inside torch.func the tensors are wrapped, without values to look at
        return None


def _norm_of_bytes(grads: list[bytes | None]) -> float | None:
    return _global_norm([np.frombuffer(g, dtype=np.float32) for g in grads if g is not None])


def _global_norm(arrays: list[np.ndarray]) -> float | None:
    if not arrays:
        return None
    norm = math.sqrt(sum(float(np.square(a, dtype=np.float64).sum()) for a in arrays))
    return norm if math.isfinite(norm) else None
