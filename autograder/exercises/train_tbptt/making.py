"""Make the challenges of truncated backpropagation through time."""

import numpy as np
import torch

from ...probing.making import challenge_of
from ...probing.training import grad_norm_of
from .probes import BATCH, HIDDEN, INPUTS, OUTPUTS, build


def challenge(seed: int) -> dict:
    """Six tiny probes. Together they tell every known mutant from the reference; the seed varies all numbers.

    Sequences of one chunk show what is wrong with the step, longer ones what is wrong between the chunks. The last
    chunk is shorter than the others or as long; chunks of one time step occur; thresholds lie on both sides of 1 and of
    the norms, so that within one sequence some chunks are clipped and others not.
    """
    rng = np.random.default_rng(seed)
    s = [int(x) for x in rng.integers(0, 2**31, 6)]
    v = [float(x) for x in rng.uniform(0.9, 1.1, 6)]  # gradient norms and thresholds move together by up to a tenth
    plans = [
        # (chunk, length of the last chunk, threshold, gradient norm of each chunk) for each call
        {"lr": 0.21, "calls": [(3, 2, 1.7, [6.1]), (3, 2, 1.7, [4.3, 2.6]), (2, 1, 1.7, [0.9, 3.1])]},
        {"lr": 0.27, "calls": [(4, 4, 0.73, [0.66]), (2, 1, 0.73, [3.9, 0.41, 2.2]), (3, 3, 0.91, [0.52, 2.7])]},
        {"lr": 0.013, "calls": [(4, 3, 37.0, [1.9, 0.8, 2.4]), (3, 1, 29.0, [0.7, 1.3])], "loss": "sum"},
        {"lr": 0.037, "calls": [(4, 4, 4.6, [40.0, 3.1, 12.0]), (5, 2, 6.3, [5.9, 21.0])]},
        {"lr": 0.37, "calls": [(5, 3, 0.067, [2.3]), (4, 1, 0.31, [0.19, 1.7])]},
        {"lr": 0.023, "calls": [(1, 1, 2.1, [5.2, 1.4, 3.3]), (2, 2, 1.2, [2.9, 0.7])], "loss": "sum"},
    ]
    for plan, factor in zip(plans, v, strict=True):
        plan["calls"] = [
            (k, last, m * factor, [norm * factor for norm in norms]) for k, last, m, norms in plan["calls"]
        ]
    return challenge_of([make_probe(s[k], **plan) for k, plan in enumerate(plans)], "losses")


def make_probe(seed: int, *, lr: float, calls: list[tuple[int, int, float, list[float]]], loss: str = "mean") -> dict:
    """A probe with calls of chosen (chunk, length of the last chunk, max_norm, gradient norm of each chunk).

    The norms are those along the right trajectory.
    """
    rng = np.random.default_rng(seed)
    shapes = [(HIDDEN, INPUTS), (HIDDEN, HIDDEN), (HIDDEN,), (HIDDEN,), (OUTPUTS, HIDDEN), (OUTPUTS,)]
    values = [rng.normal(0, 0.7 if len(shape) > 1 else 0.3, shape).tolist() for shape in shapes]
    probe = {"layers": [values[:4], values[4:]], "lr": lr, "loss": loss, "calls": []}
    model, optimizer, loss_fn = build(probe).values()
    for chunk, last, max_norm, norms in calls:
        hidden, pieces, losses = None, [], []
        for number, norm in enumerate(norms, 1):
            length = last if number == len(norms) else chunk
            inputs = torch.tensor(rng.normal(0, 1.5, (length, BATCH, INPUTS)), dtype=torch.float32)
            direction = torch.tensor(rng.normal(0, 1, (length, BATCH, OUTPUTS)) + 0.5, dtype=torch.float32)
            optimizer.zero_grad()
            outputs, new = model(inputs, hidden)
            loss_fn(outputs, outputs.detach() + direction).backward(retain_graph=True)
            # A squared error's gradient is proportional to how far the targets are off.
            targets = outputs.detach() + norm / grad_norm_of(model) * direction
            optimizer.zero_grad()
            value = loss_fn(outputs, targets)
            value.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            hidden = new.detach()
            pieces.append((inputs, targets))
            losses.append(value.item())
        sequence, targets = (torch.cat(tensors).tolist() for tensors in zip(*pieces, strict=True))
        call = {"sequence": sequence, "targets": targets, "chunk": chunk, "max_norm": max_norm, "losses": losses}
        probe["calls"].append(call)
    return probe
