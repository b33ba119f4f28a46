"""Make the challenges of a step over micro-batches."""

import numpy as np
import torch

from ...probing import training
from ...probing.making import challenge_of, make_layers


def challenge(seed: int) -> dict:
    """Nine tiny probes. Together they tell every known mutant from the reference; the seed varies all numbers.

    Calls have 1, 2, 3, 4, 5, 7 and 9 micro-batches, each number also in a call after another one.
    The threshold lies above the norm of the micro-batches' sum, between sum and mean, or below the mean, and changes
    from call to call; micro-batches that pull in different directions have norms above it when that of their mean is
    below. Frozen parameters come last, so that an answer that stops there has shown what else it does.
    """
    rng = np.random.default_rng(seed)
    s = [int(x) for x in rng.integers(0, 2**31, 9)]
    v = [float(x) for x in rng.uniform(0.9, 1.1, 9)]  # gradient norms and thresholds move together by up to a tenth
    plans = [
        # (micro-batches, norm of the mean gradient, threshold) for each call
        {"lr": 0.31, "size": 3, "calls": [(4, 0.61, 1.37), (2, 6.3, 1.37), (1, 0.43, 1.12), (1, 4.4, 1.12)]},
        {"lr": 0.053, "size": 5, "calls": [(2, 0.83, 2.9), (5, 9.1, 2.9), (1, 1.6, 3.7)], "loss": "sum", "groups": 2},
        {"lr": 0.11, "size": 2, "calls": [(5, 0.74, 1.13), (2, 0.52, 0.81)], "loss": "sum", "spread": 6.0},
        # small, then large, then small, with the threshold in between
        {"lr": 0.19, "size": 5, "calls": [(3, 0.29, 1.71), (2, 7.7, 1.71), (4, 0.37, 1.53)]},
        # far above a threshold far below 1
        {"lr": 0.71, "size": 4, "calls": [(3, 3.1, 0.067), (2, 4.7, 0.067), (3, 2.6, 0.31)], "groups": 2},
        # all below a huge threshold
        {"lr": 0.043, "size": 3, "calls": [(2, 2.3, 29.0), (9, 1.27, 41.0)], "loss": "sum"},
        {
            "lr": 0.037,
            "size": 4,
            "calls": [(1, 5.3, 0.79), (3, 0.57, 0.79), (1, 2.9, 0.96)],
            "loss": "sum",
            "spread": 4.0,
        },
        {"lr": 0.23, "size": 2, "calls": [(2, 8.2, 4.3), (7, 1.9, 4.3)], "groups": 2, "frozen": [0]},
        {"lr": 0.17, "size": 3, "calls": [(2, 310.0, 23.0), (3, 5.9, 17.0)], "frozen": [1, 2]},
    ]
    for plan, factor in zip(plans, v, strict=True):
        plan["calls"] = [(n, norm * factor, max_norm * factor) for n, norm, max_norm in plan["calls"]]
    return challenge_of([make_probe(s[k], **plan) for k, plan in enumerate(plans)], "gradients", "losses")


def make_probe(
    seed: int,
    *,
    lr: float,
    size: int,
    calls: list[tuple[int, float, float]],
    loss: str = "mean",
    groups: int = 1,
    frozen: tuple[int, ...] = (),
    spread: float = 1.0,
) -> dict:
    """A probe with calls of chosen (number of micro-batches, norm of the mean gradient, max_norm).

    `size` is the number of examples in a micro-batch. The larger `spread`, the more the micro-batches pull in
    different directions. The norms are those along the right trajectory.
    """
    rng = np.random.default_rng(seed)
    probe = {"layers": make_layers(rng), "lr": lr, "groups": groups, "frozen": list(frozen), "loss": loss}
    probe["calls"] = []
    model, optimizer, loss_fn = training.build(probe)

    def mean_loss(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """The mean of the micro-batches' losses; their number is the first dimension."""
        return sum(loss_fn(*pair) for pair in zip(outputs, targets, strict=True)) / len(outputs)

    for number, norm, max_norm in calls:
        inputs = torch.tensor(rng.normal(0, 1.5, (number, size, 3)), dtype=torch.float32)
        common = 0.5 + rng.normal(0, 1, 2)
        direction = rng.normal(0, 0.6, (number, size, 2)) + common + spread * rng.normal(0, 0.5, (number, 1, 2))
        direction = torch.tensor(direction, dtype=torch.float32)
        targets = _targets_for(norm, model, mean_loss, inputs, direction)
        pairs = list(zip(inputs, targets, strict=True))
        gradients, losses = _gradients(model, loss_fn, pairs)
        model.zero_grad()
        mean_loss(model(inputs), targets).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
        call = {"micro_batches": [[x.tolist(), y.tolist()] for x, y in pairs], "max_norm": max_norm}
        probe["calls"].append(call | {"gradients": gradients, "losses": losses})
    return probe


def _targets_for(norm: float, model, mean_loss, inputs: torch.Tensor, direction: torch.Tensor) -> torch.Tensor:
    """Targets off in this direction by so much that the gradient has this norm: a squared error's is proportional."""
    outputs = model(inputs)
    model.zero_grad()
    mean_loss(outputs, outputs.detach() + direction).backward()
    return outputs.detach() + norm / training.grad_norm_of(model) * direction


def _gradients(model, loss_fn, pairs: list) -> tuple[list[list[float]], list[float]]:
    """The flat gradient of each micro-batch's loss, and the losses. A frozen parameter has a gradient of zeros."""
    gradients, losses = [], []
    for inputs, targets in pairs:
        model.zero_grad()
        loss = loss_fn(model(inputs), targets)
        loss.backward()
        parts = [torch.zeros_like(p) if p.grad is None else p.grad for p in model.parameters()]
        gradients.append([round(x, 7) for x in torch.cat([part.flatten() for part in parts]).tolist()])
        losses.append(round(loss.item(), 7))
    return gradients, losses
