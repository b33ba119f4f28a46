"""Make the probes of training steps.

For authors and graders only, like every `making.py`: to know its gradients, it takes the right steps.
"""

import numpy as np
import torch

from . import training


def challenge_of(probes: list[dict], *noted: str) -> dict:
    """The challenge of these probes. What calls hold by the names `noted` is not given: only explanations need it."""
    given = [
        probe | {"calls": [{name: its for name, its in call.items() if name not in noted} for call in probe["calls"]]}
        for probe in probes
    ]
    notes = [{"calls": [{name: call[name] for name in noted} for call in probe["calls"]]} for probe in probes]
    return {"given": {"probes": given}, "withheld": {}, "notes": {"probes": notes}}


def make_layers(rng: np.random.Generator) -> list:
    """Weights and biases of a small network: three inputs, four hidden values, two outputs."""
    return [[rng.normal(0, 0.8, (out, n)).tolist(), rng.normal(0, 0.3, out).tolist()] for n, out in [(3, 4), (4, 2)]]


def make_probe(seed: int, *, lr: float, loss: str, calls: list[tuple[float, float]], groups: int = 1) -> dict:
    """A probe whose calls have gradients of chosen global norm, each given as (gradient norm, max_norm).

    The layers differ much in gradient scale, so that clipping them one by one is not the same as clipping them
    together. The norms are those along the right trajectory, found by scaling how far the targets are off.
    """
    rng = np.random.default_rng(seed)
    probe = {"layers": make_layers(rng), "lr": lr, "groups": groups, "loss": loss, "calls": []}
    model, optimizer, loss_fn = training.build(probe)
    for norm, max_norm in calls:
        inputs = torch.tensor(rng.normal(0, 1.5, (4, 3)), dtype=torch.float32)
        direction = torch.tensor(rng.normal(0, 1, (4, 2)) + 0.5, dtype=torch.float32)
        scale = scale_for(norm, model, loss_fn, inputs, direction)
        targets = model(inputs).detach() + scale * direction
        call = {"inputs": inputs.tolist(), "targets": targets.tolist(), "max_norm": max_norm}
        probe["calls"].append(call)
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
    return probe


def scale_for(norm: float, model, loss_fn, inputs: torch.Tensor, direction: torch.Tensor) -> float:
    """How far off the targets must be for the gradient to have this global norm, to six digits.

    It grows with the distance, with most losses in proportion: so that is tried first, and bisection where it misses.
    """
    low, high, scale = 0.0, 1e4, 1.0
    for _ in range(60):
        model.zero_grad()
        outputs = model(inputs)
        loss_fn(outputs, outputs.detach() + scale * direction).backward()
        reached = training.grad_norm_of(model)
        if abs(reached - norm) <= 1e-6 * norm:
            break
        low, high = (scale, high) if reached < norm else (low, scale)
        proportional = scale * norm / reached if reached else high
        scale = proportional if low < proportional < high else (low + high) / 2
    model.zero_grad()
    return scale
