"""The practice problem whose answer is code: one training step of a small recurrent network, clipped to norm 5.

A step is judged by what it does. It is called a few times in a row on a tiny network; afterwards its weights are those
of a right step, or those of a step with one of the usual mistakes, which is run beside it.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from io import StringIO
from itertools import combinations
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss
from torch.nn.utils import clip_grad_norm_, clip_grad_value_

from ...probing.patience import TooSlow, within

MAX_NORM = 5.0
RIGHT, UNANSWERED, STOPPED, UNKNOWN = "right", "unanswered", "stopped", "unknown"

_SECONDS = 10
_RATE = 0.05
_SPREADS = (8.0, 0.3, 5.0, 0.5)  # of the targets, one for each call: gradients above and below the threshold
_STEPS, _BATCH, _INPUTS, _UNITS = 6, 5, 3, 4


@dataclass(frozen=True)
class _Seen:
    """What is seen after each call: all weights, the norm of what is left in .grad, and what was returned."""

    weights: list[Tensor]
    left: list[float]
    returned: list[Any]


def judge(stage: str, answer: Any) -> tuple[str, str]:
    """What a function does on the network of a stage: RIGHT, the code of a mistake, or UNANSWERED, STOPPED, UNKNOWN.

    The second text says with which error it stopped, if it did.
    """
    try:
        with redirect_stdout(StringIO()):
            seen = within(_SECONDS, lambda: _observe(stage, answer))
    except TooSlow:
        return STOPPED, f"it was still running after {_SECONDS} seconds"
    except Exception as error:
        said = " ".join(str(error).split())
        return STOPPED, f"{type(error).__name__}: {said[:200]}"
    if any(returned is ... for returned in seen.returned):
        return UNANSWERED, ""
    right = _expected(stage)[RIGHT][0]
    if _moved_alike(seen, right):
        return _judge_returned(seen, right), ""
    matches = []
    for code, simulations in _expected(stage).items():
        for simulated in simulations:
            if _moved_alike(seen, simulated):
                left = _all_close(seen.left, simulated.left)
                matches.append((left + 2 * _all_close(seen.returned, simulated.returned), code))
    return (max(matches, key=lambda match: match[0])[1] if matches else UNKNOWN), ""


@cache
def _expected(stage: str) -> dict[str, list[_Seen]]:
    """What is seen of the right step, and of a step with each mistake, under its code."""
    expected = {RIGHT: [_observe(stage, _step(stage))]}
    for code, variant in _variants(stage):
        expected.setdefault(code, []).append(_observe(stage, _step(stage, **variant)))
    return expected


# ----------------------------------------------------------------------------------------------- right and wrong steps


def _each_step(modules: Sequence[nn.Module], inputs: Tensor, targets: Tensor, in_loop: Callable[[], None]) -> Tensor:
    """A loss at each time step."""
    cell, readout = modules
    state, loss = None, torch.zeros(())
    for x, target in zip(inputs, targets, strict=True):
        state = cell(x, state)
        loss = loss + mse_loss(readout(state), target)
        in_loop()
    return loss


def _at_the_end(modules: Sequence[nn.Module], inputs: Tensor, targets: Tensor, in_loop: Callable[[], None]) -> Tensor:
    """One loss, after the last time step."""
    cell, readout = modules
    state = None
    for x in inputs:
        state = cell(x, state)
        in_loop()
    return mse_loss(readout(state), targets)


def _two_layers(modules: Sequence[nn.Module], inputs: Tensor, targets: Tensor, in_loop: Callable[[], None]) -> Tensor:
    """Two recurrent layers, one above the other, and one loss at the end."""
    lower, upper, readout = modules
    low = high = None
    for x in inputs:
        low = lower(x, low)
        high = upper(low, high)
        in_loop()
    return mse_loss(readout(high), targets)


_FORWARD = {"worked": _each_step, "faded": _at_the_end, "whole": _two_layers}


def _by_norm(modules: Sequence[nn.Module], max_norm: float = MAX_NORM) -> float:
    return float(clip_grad_norm_(_parameters(modules), max_norm))


def _by_value(modules: Sequence[nn.Module]) -> float:
    if any(p.grad is not None for p in _parameters(modules)):
        clip_grad_value_(_parameters(modules), MAX_NORM)
    return math.nan


def _one_by_one(modules: Sequence[nn.Module]) -> float:
    return [_by_norm([module]) for module in modules][-1]


def _tensor_by_tensor(modules: Sequence[nn.Module]) -> float:
    return [float(clip_grad_norm_(p, MAX_NORM)) for p in _parameters(modules)][-1]


def _always(modules: Sequence[nn.Module]) -> float:
    total = _by_norm(modules, math.inf)
    for p in _parameters(modules):
        if p.grad is not None:
            p.grad.mul_(MAX_NORM / total)
    return total


def _step(
    stage: str, clip: Callable[[Sequence[nn.Module]], float] = _by_norm, place: str = "between", zero: str = "first"
) -> Callable[..., float]:
    """A training step that clips so, at this place; zero_grad comes "first", "late" (before the step) or "never"."""

    def step(*arguments: Any) -> float:
        *modules, optimizer, inputs, targets = arguments
        returned = math.nan

        def clip_if(here: str) -> None:
            nonlocal returned
            if here == place:
                returned = clip(modules)

        if zero == "first":
            optimizer.zero_grad()
        loss = _FORWARD[stage](modules, inputs, targets, lambda: clip_if("in the loop"))
        clip_if("before backward")
        loss.backward()
        clip_if("between")
        if zero == "late":
            optimizer.zero_grad()
        optimizer.step()
        clip_if("after step")
        return returned

    return step


def _variants(stage: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The code of each usual mistake and what is different then; those that leave the same weights, likeliest first."""
    yield "clip-missing", {"place": "nowhere"}
    yield "clip-before-backward", {"place": "before backward"}
    yield "clip-before-backward", {"place": "in the loop"}
    yield "clip-after-step", {"place": "after step"}
    yield "clip-by-value", {"clip": _by_value}
    yield "clip-per-module", {"clip": _one_by_one}
    yield "clip-per-module", {"clip": _tensor_by_tensor}
    yield "always-rescales", {"clip": _always}
    for max_norm in (0.5, 1.0, 25.0):
        yield "wrong-threshold", {"clip": lambda modules, m=max_norm: _by_norm(modules, m)}
    count = len(_network(stage)[0])
    for size in range(1, count):
        for some in combinations(range(count), size):
            yield "misses-parameters", {"clip": lambda modules, s=some: _by_norm([modules[i] for i in s])}
    yield "missing-zero-grad", {"zero": "never"}
    yield "missing-zero-grad", {"zero": "never", "place": "nowhere"}
    yield "no-movement", {"zero": "late"}


# ---------------------------------------------------------------------------------------------------------- observing


def _network(stage: str) -> tuple[list[nn.Module], list[tuple[Tensor, Tensor]]]:
    """The modules in the order of the arguments, and for each call a batch (time x batch x features) and targets.

    Targets are time x batch x 1 where each time step has a loss, batch x 1 where only the last one has.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(len(stage))
        cells = [nn.RNNCell(_INPUTS, _UNITS)] + [nn.RNNCell(_UNITS, _UNITS)] * (stage == "whole")
        modules: list[nn.Module] = [*cells, nn.Linear(_UNITS, 1)]
        inputs = torch.randn(len(_SPREADS), _STEPS, _BATCH, _INPUTS)
        targets = torch.randn(len(_SPREADS), _STEPS, _BATCH, 1) + 1
    if stage != "worked":  # one loss at the end
        targets = targets[:, -1]
    return modules, [(x, spread * y) for x, y, spread in zip(inputs, targets, _SPREADS, strict=True)]


def _observe(stage: str, step: Callable[..., Any]) -> _Seen:
    modules, batches = _network(stage)
    optimizer = torch.optim.SGD(_parameters(modules), lr=_RATE)
    seen = _Seen([], [], [])
    for inputs, targets in batches:
        returned = step(*modules, optimizer, inputs, targets)
        seen.returned.append(returned.item() if isinstance(returned, Tensor) and returned.numel() == 1 else returned)
        seen.weights.append(torch.cat([p.detach().flatten() for p in _parameters(modules)]).clone())
        seen.left.append(math.hypot(*(float(p.grad.norm()) for p in _parameters(modules) if p.grad is not None)))
    return seen


def _parameters(modules: Sequence[nn.Module]) -> list[nn.Parameter]:
    return [p for module in modules for p in module.parameters()]


def _moved_alike(one: _Seen, other: _Seen) -> bool:
    return all(
        a.shape == b.shape and bool((a - b).norm() <= 1e-4 * b.norm())
        for a, b in zip(one.weights, other.weights, strict=True)
    )


def _all_close(one: Sequence[Any], other: Sequence[Any]) -> bool:
    return all(
        isinstance(a, int | float)
        and (math.isclose(a, b, rel_tol=1e-3, abs_tol=1e-6) or (math.isnan(a) and math.isnan(b)))
        for a, b in zip(one, other, strict=True)
    )


def _judge_returned(seen: _Seen, right: _Seen) -> str:
    if _all_close(seen.returned, right.returned):
        return RIGHT
    clipped = [min(norm, MAX_NORM) for norm in right.returned]
    return "returns-clipped-norm" if _all_close(seen.returned, clipped) else "returns-something-else"
