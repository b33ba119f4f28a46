"""Probes for a step over micro-batches: like those of a training step, but each call has a list of them.

    {"layers": ..., "lr": ..., "groups": ..., "frozen": ..., "loss": ..., (as in `autograder.probing.training`)
     "calls": [{"micro_batches": [[inputs, targets], ...], "max_norm": float,
                "gradients": [flat gradient of each micro-batch's loss], "losses": [the losses]}, ...]}

Gradients and losses are those along the right trajectory. They serve explanations only.
"""

import numpy as np
import torch

from ...probing import training


def _arguments(call: dict) -> dict:
    pairs = [(torch.tensor(inputs), torch.tensor(targets)) for inputs, targets in call["micro_batches"]]
    return {"micro_batches": pairs, "max_norm": call["max_norm"]}


FORM = training.Form(
    arguments=("model", "optimizer", "loss_fn", "micro_batches", "max_norm"),
    call=_arguments,
    returned=training.norm_alone,
)


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
    probe = {"layers": training.make_layers(rng), "lr": lr, "groups": groups, "frozen": list(frozen), "loss": loss}
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
