"""Leave a process as it was found, whatever a student's code does to it while it is probed."""

import copy
import dis
import functools
import io
import random
import sys
import threading
import types
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout

import numpy as np
import torch
from torch.nn.modules import module as _module
from torch.optim import optimizer as _optimizer

from .answers import plain_function

# Every registry of hooks that act on all modules or all optimizers.
_GLOBAL_HOOKS = [
    value
    for namespace in (_module, _optimizer)
    for name, value in vars(namespace).items()
    if name.startswith("_global_") and isinstance(value, dict)
]


@contextmanager
def undisturbed(answer: object = None) -> Iterator[None]:
    """Run a block on one thread in float32, quietly, with gradients and without autocast or anomaly mode, and restore
    what it may have changed.

    Restored, also after an exception: the random states of torch, numpy and random; default dtype; gradient
    mode; thread count; anomaly mode; global module and optimizer hooks; profile and trace functions;
    warning filters; and every `nn.Module` and `Optimizer` that `answer` reaches through its globals or closure.
    """
    with ExitStack() as stack:
        restore = stack.callback
        restore(torch.set_rng_state, torch.get_rng_state())
        restore(np.random.set_state, np.random.get_state())
        restore(random.setstate, random.getstate())
        restore(torch.set_default_dtype, torch.get_default_dtype())
        restore(torch.set_grad_enabled, torch.is_grad_enabled())
        restore(_set_threads, torch.get_num_threads())
        _set_threads(1)
        restore(torch.autograd.set_detect_anomaly, torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled())
        restore(sys.setprofile, sys.getprofile())
        restore(threading.setprofile, threading.getprofile())
        restore(sys.settrace, sys.gettrace())
        for hooks in _GLOBAL_HOOKS:
            restore(_refill, hooks, dict(hooks))
        for thing in reachable(answer, (torch.nn.Module, torch.optim.Optimizer)):
            restore(_remember(thing))
        restore(torch.use_deterministic_algorithms, torch.are_deterministic_algorithms_enabled())
        if torch.get_default_device().type != "cpu":
            stack.enter_context(torch.device("cpu"))
        if torch.is_inference_mode_enabled():
            stack.enter_context(torch.inference_mode(False))
        if torch.is_autocast_enabled("cpu"):
            stack.enter_context(torch.autocast("cpu", enabled=False))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(redirect_stdout(io.StringIO()))
        stack.enter_context(redirect_stderr(io.StringIO()))
        sys.setprofile(None)
        torch.autograd.set_detect_anomaly(False)
        torch.set_default_dtype(torch.float32)
        torch.set_grad_enabled(True)
        torch.default_generator.manual_seed(0)  # torch.manual_seed also formats a traceback, for a GPU that may come
        yield


def reachable(answer: object, kinds: type | tuple[type, ...]) -> list:
    """Objects of these kinds that an answer names in its globals, closure, defaults or attributes.

    Followed are only names that the code really mentions, through functions that share the answer's globals: an
    unrelated large model in a notebook costs nothing.
    """
    home = getattr(plain_function(answer), "__globals__", None)
    found, seen, queue = [], set(), [answer, *(vars(answer).values() if hasattr(answer, "__dict__") else ())]
    queue += [plain_function(answer), getattr(answer, "__self__", None)]
    queue += answer.args if isinstance(answer, functools.partial) else ()
    while queue:
        thing = queue.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, kinds):
            found.append(thing)
        elif isinstance(thing, types.FunctionType) and thing.__globals__ is home:
            queue += (home[name] for name in _names(thing.__code__) if name in home)
            queue += (cell.cell_contents for cell in thing.__closure__ or () if cell != types.CellType())
            queue += thing.__defaults__ or ()
            queue += (thing.__kwdefaults__ or {}).values()
    return found


def mentions(answer: object, names: tuple[str, ...]) -> bool:
    """Whether an answer's own code uses one of these names (to word an explanation, never to decide)."""
    code = getattr(plain_function(answer), "__code__", None)
    return code is not None and not _names(code).isdisjoint(names)


def numbers_in(answer: object) -> list[float]:
    """Numbers that an answer's own code holds or names, in order (to word an explanation, never to decide)."""
    code = getattr(plain_function(answer), "__code__", None)
    held = (_numbers(code) if code is not None else []) + reachable(answer, (int, float))
    return sorted({float(x) for x in held if abs(x) < 1e9})


def _numbers(code: types.CodeType) -> list[float]:
    numbers: list[float] = []
    for instruction in dis.get_instructions(code):
        if instruction.opname.startswith(("LOAD_", "RETURN_CONST")):
            if isinstance(instruction.argval, types.CodeType):
                numbers += _numbers(instruction.argval)
            elif isinstance(instruction.argval, int | float) and not isinstance(instruction.argval, bool):
                numbers.append(instruction.argval)
    return numbers


def _names(code: types.CodeType) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names(constant)
    return names


def _remember(thing: torch.nn.Module | torch.optim.Optimizer) -> Callable[[], None]:
    """A function that puts a model or an optimizer back into its present state, in place."""
    if isinstance(thing, torch.optim.Optimizer):
        state = copy.deepcopy(thing.state_dict())
        return lambda: thing.load_state_dict(state)
    tensors = [(t, t.detach().clone(), None if t.grad is None else t.grad.clone()) for t in _tensors(thing)]
    modes = [(module, module.training) for module in thing.modules()]

    def restore() -> None:
        with torch.no_grad():
            for tensor, value, grad in tensors:
                tensor.data = value if tensor.shape != value.shape else tensor.data.copy_(value)
                tensor.grad = grad
        for module, training in modes:
            module.training = training

    return restore


def _tensors(model: torch.nn.Module) -> list[torch.Tensor]:
    return [*model.parameters(), *model.buffers()]


def _set_threads(number: int) -> None:
    if torch.get_num_threads() != number:  # setting it is not free, and a grading kernel has one thread already
        torch.set_num_threads(number)


def _refill(target: dict, content: dict) -> None:
    if target or content:
        target.clear()
        target.update(content)
