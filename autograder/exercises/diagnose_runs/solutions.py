"""How the recorded runs came about, and what becomes of each with another fix. Authors and graders only.

`python -m autograder.exercises.diagnose_runs.solutions` trains them all and writes what students see of them,
`runs.json`. The right options are in the key.
"""

import json
import math
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_, get_total_norm

RECORD = Path(__file__).with_name("runs.json")
STEPS = 120
_AFTER_THE_END = 3  # steps recorded after the first loss that is not finite
_DIGITS = 4

Batch = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class Run:
    """One training run with plain SGD, and what students are told of it.

    `network` and `batches` are called anew for each training, after `torch.manual_seed(seed)`. A network maps inputs to
    its outputs and the list of its states: one for each layer, or for each time step.
    """

    told: str
    network: Callable[[], nn.Module]
    batches: Callable[[], list[Batch]]
    lr: float
    seed: int = 0
    max_norm: float | None = None
    scale: float | None = None
    clips_late: bool = False
    unscales: bool = True
    empties: bool = True
    mended_network: Callable[[], nn.Module] | None = None
    broken_step: int | None = None


# -- networks --------------------------------------------------------------------------------------------------------


class Layers(nn.Module):
    """tanh layers and a linear one; its states are the layers' outputs."""

    def __init__(self, *sizes: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))

    def forward(self, inputs: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        states = [inputs]
        for layer in self.layers[:-1]:
            states.append(torch.tanh(layer(states[-1])))
        states.append(self.layers[-1](states[-1]))
        return states[-1], states[1:]


class Summing(nn.Module):
    """h_t = W h_{t-1} + x_t; gives the last state. Right for sums if W is the identity."""

    def __init__(self, diagonal: float, size: int = 4) -> None:
        super().__init__()
        self.W = nn.Parameter(diagonal * torch.eye(size) + 0.05 * torch.randn(size, size))

    def forward(self, inputs: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        state, states = torch.zeros_like(inputs[:, 0]), []
        for x in inputs.unbind(1):
            state = state @ self.W.T + x
            states.append(state)
        return state, states


class Recalling(nn.Module):
    """A tanh RNN whose recurrent matrix is `gain` times an orthogonal one, at first or (`fixed`) for good."""

    def __init__(self, gain: float, size: int = 12, fixed: bool = False) -> None:
        super().__init__()
        self.W = nn.Parameter(gain * nn.init.orthogonal_(torch.empty(size, size)), requires_grad=not fixed)
        self.read = nn.Linear(2, size, bias=False)
        nn.init.normal_(self.read.weight, std=0.5)
        self.read.requires_grad_(not fixed)
        self.write = nn.Linear(size, 2)

    def forward(self, inputs: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        state, states = torch.zeros(len(inputs), len(self.W), requires_grad=True), []
        for x in inputs.unbind(1):
            state = torch.tanh(state @ self.W.T + self.read(x))
            states.append(state)
        return self.write(states[-1]), states


# -- data ------------------------------------------------------------------------------------------------------------


def rule(noise: float = 0.1, steps: int = STEPS, size: int = 32) -> list[Batch]:
    """Batches of a linear rule from 8 numbers to one, with noise in the targets."""
    weights, batches = torch.randn(8, 1) / math.sqrt(8), []
    for _ in range(steps):
        inputs = torch.randn(size, 8)
        batches.append((inputs, inputs @ weights + noise * torch.randn(size, 1)))
    return batches


def rule_with_a_gap(step: int) -> list[Batch]:
    """The same, where one input of the batch of this step is missing (nan)."""
    batches = rule()
    batches[step - 1][0][3, 0] = math.nan
    return batches


def sums(length: int = 30, size: int = 4) -> list[Batch]:
    """Sequences, and the sum over each."""
    drawn = [torch.randn(16, length, size) for _ in range(STEPS)]
    return [(inputs, inputs.sum(1)) for inputs in drawn]


def recall(length: int = 20) -> list[Batch]:
    """Sequences of noise after a first entry, and that first entry."""
    batches = []
    for _ in range(STEPS):
        inputs = 0.1 * torch.randn(32, length, 2)
        inputs[:, 0] = torch.randn(32, 2)
        batches.append((inputs, inputs[:, 0].clone()))
    return batches


def follow(length: int = 20) -> list[Batch]:
    """Noise, and its last entry but one."""
    drawn = [torch.randn(128, length, 2) for _ in range(STEPS)]
    return [(inputs, inputs[:, -2]) for inputs in drawn]


# -- the runs --------------------------------------------------------------------------------------------------------

RUNS = {
    "healthy": Run("two tanh layers", lambda: Layers(8, 16, 16, 1), rule, lr=0.1, max_norm=0.5),
    "worked": Run(
        "three tanh layers", lambda: Layers(8, 16, 16, 16, 1), rule, lr=0.1, seed=1, max_norm=1.0, scale=65536.0,
        unscales=False,
    ),
    "faded": Run("two tanh layers", lambda: Layers(8, 12, 12, 1), rule, lr=0.05, seed=2, empties=False),
    "run_1": Run(
        "a recurrent network over 20 time steps; only its last, linear layer is trained",
        lambda: Recalling(1.0, size=24, fixed=True), follow, lr=0.8, seed=3,
    ),
    "run_2": Run(
        "a recurrent network over 20 time steps", lambda: Recalling(0.5), recall, lr=0.1, seed=0, max_norm=1.0,
        scale=65536.0, mended_network=lambda: Recalling(1.0),
    ),
    "run_3": Run("a recurrent network over 30 time steps", lambda: Summing(0.55), sums, lr=0.0015, seed=2),
    "run_4": Run(
        "three tanh layers", lambda: Layers(8, 16, 16, 16, 1), rule, lr=0.1, seed=4, max_norm=0.01, scale=65536.0
    ),
    "run_5": Run(
        "two tanh layers", lambda: Layers(8, 16, 16, 1), lambda: rule_with_a_gap(74), lr=0.1, seed=5, max_norm=0.5,
        broken_step=74,
    ),
    "run_6": Run(
        "a recurrent network over 30 time steps", lambda: Summing(0.65), sums, lr=0.001, seed=8, max_norm=10.0,
        clips_late=True,
    ),
}  # fmt: skip

FIXES: dict[str, Callable[[Run], Run]] = {
    "A": lambda run: replace(run, lr=run.lr / 10),
    "B": lambda run: replace(run, max_norm=run.max_norm and run.max_norm / 10),
    "C": lambda run: replace(run, max_norm=run.max_norm or calm_norm(run)),
    "D": lambda run: replace(run, max_norm=run.max_norm and max(run.max_norm, calm_norm(run))),
    "E": lambda run: replace(run, clips_late=False),
    "F": lambda run: replace(run, unscales=True),
    "G": lambda run: replace(run, empties=True),
    "H": lambda run: replace(run, batches=lambda: _without(run.batches(), run.broken_step), broken_step=None),
    "I": lambda run: replace(run, network=run.mended_network or run.network),
    "J": lambda run: replace(run, batches=lambda: 2 * run.batches()),
}


def calm_norm(run: Run) -> float:
    """The median norm of the first ten steps: what is ordinary before any trouble."""
    return statistics.median(train(replace(run, max_norm=None, scale=None))["norm"][:10])


def _without(batches: list[Batch], step: int | None) -> list[Batch]:
    return [batch for number, batch in enumerate(batches, 1) if number != step]


# -- recording -------------------------------------------------------------------------------------------------------


def train(run: Run) -> dict[str, list[float]]:
    """Train, and log for each step (see `COLUMNS` in `autograder.learning.runs`) what students see of it.

    In double precision, so that the log is the same on every machine, and with one thread, which is faster for
    networks as small as these. The log ends soon after the loss is not finite.
    """
    before = torch.get_default_dtype(), torch.get_num_threads()
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    try:
        steps = list(_steps(run))
    finally:
        torch.set_default_dtype(before[0])
        torch.set_num_threads(before[1])
    return {name: [step[name] for step in steps] for name in steps[0]}


def _steps(run: Run) -> Iterator[dict[str, float]]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(run.seed)
        model = run.network()
        batches = run.batches()
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(parameters, lr=run.lr)
    scaler = torch.amp.GradScaler("cpu", init_scale=run.scale or 1.0, enabled=run.scale is not None)
    lost = 0
    for inputs, targets in batches:
        if run.empties:
            optimizer.zero_grad()
        outputs, states = model(inputs)
        loss = nn.functional.mse_loss(outputs, targets)
        *own, front, back = torch.autograd.grad(loss, [*parameters, states[0], states[-1]], retain_graph=True)
        scaler.scale(loss).backward()
        if run.unscales:
            scaler.unscale_(optimizer)
        norm = get_total_norm([p.grad for p in parameters])
        if run.max_norm and not run.clips_late:
            clip_grad_norm_(parameters, run.max_norm)
        weights = [p.detach().clone() for p in parameters]
        scaler.step(optimizer)
        scaler.update()
        moved = get_total_norm([p.detach() - w for p, w in zip(parameters, weights, strict=True)])
        if run.max_norm and run.clips_late:
            clip_grad_norm_(parameters, run.max_norm)
        left = get_total_norm([p.grad for p in parameters])
        numbers = {
            "loss": loss, "own": get_total_norm(own), "norm": norm, "used": moved / run.lr, "left": left,
            "front": front.norm(), "back": back.norm(),
        }  # fmt: skip
        yield {name: number.item() for name, number in numbers.items()}
        lost += not loss.isfinite().item()
        if lost > _AFTER_THE_END:
            return


def ends_at(run: Run) -> float:
    """The mean loss of the last twenty steps; inf if it is not finite at the end."""
    losses = train(run)["loss"]
    end = sum(losses[-20:]) / 20
    return end if math.isfinite(end) else math.inf


def record() -> dict[str, dict]:
    """What students see of the runs, as plain data; numbers beyond all bounds as text ("inf", "nan")."""
    return {
        name: {
            "network": run.told,
            "max_norm": run.max_norm,
            "scale": run.scale,
            "log": {column: [_plain(number) for number in numbers] for column, numbers in train(run).items()},
        }
        for name, run in RUNS.items()
    }


def _plain(number: float) -> float | str:
    return float(f"{number:.{_DIGITS}g}") if math.isfinite(number) else str(number)


if __name__ == "__main__":
    RECORD.write_text(json.dumps(record(), separators=(",", ":"), allow_nan=False) + "\n", encoding="utf-8")
    print(f"recorded {len(RUNS)} runs, {RECORD.stat().st_size // 1000} kB")
