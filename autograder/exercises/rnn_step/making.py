"""Make the challenges of a step of a recurrent network."""

import numpy as np
import torch

from ...probing.making import scale_for
from .probes import FORM

_BATCH, _LENGTH, _FEATURES, _UNITS = 4, 5, 2, 3


def challenge(seed: int) -> dict:
    """Five tiny probes: thresholds on both sides of 1 and of the gradient norms, one norm just below its threshold,
    one that is many thousand times as large as it, as when a recurrent network explodes."""
    rng = np.random.default_rng(seed)
    s = [int(x) for x in rng.integers(0, 2**31, 5)]
    v = [float(x) for x in rng.uniform(0.9, 1.1, 8)]  # gradient norms and thresholds move together by up to a tenth
    plans = [
        {"lr": 0.23, "calls": [(7.1 * v[0], 0.77 * v[0]), (0.7 * v[0], 0.77 * v[0])]},
        {"lr": 0.39, "loss": "huber", "calls": [(0.39 * v[1], 41.0 * v[1]), (0.27 * v[1], 41.0 * v[1])]},
        {"lr": 0.11, "loss": "sum", "groups": 2, "calls": [(9600.0 * v[2], 2.3 * v[3]), (8.3 * v[2], 2.3 * v[3])]},
        {"lr": 0.87, "calls": [(1.7 * v[4], 0.067 * v[5]), (2.9 * v[4], 0.067 * v[5])]},
        {"lr": 0.19, "groups": 2, "calls": [(0.9 * v[6], 1.6 * v[7]), (6.7 * v[6], 1.6 * v[7]), (0.8, 1.6 * v[7])]},
    ]
    return {"given": {"probes": [make_probe(s[k], **plan) for k, plan in enumerate(plans)]}, "withheld": {}}


def make_probe(seed: int, *, lr: float, calls: list[tuple[float, float]], loss: str = "mean", groups: int = 1) -> dict:
    """A probe whose calls have gradients of chosen global norm, each given as (gradient norm, max_norm)."""
    rng = np.random.default_rng(seed)
    turning, _ = np.linalg.qr(rng.normal(size=(_UNITS, _UNITS)))
    layers = [
        [rng.normal(0, 0.6, (_UNITS, _FEATURES)).tolist(), rng.normal(0, 0.3, _UNITS).tolist()],
        [(1.1 * turning).tolist()],
        [rng.normal(0, 0.6, (1, _UNITS)).tolist(), rng.normal(0, 0.3, 1).tolist()],
    ]
    probe = {"layers": layers, "lr": lr, "groups": groups, "loss": loss, "calls": []}
    kept = FORM.lasting(probe)
    model, optimizer, loss_fn = kept["model"], kept["optimizer"], kept["loss_fn"]
    for norm, max_norm in calls:
        inputs = torch.tensor(rng.normal(0, 1, (_BATCH, _LENGTH, _FEATURES)), dtype=torch.float32)
        direction = torch.tensor(rng.normal(0, 1, _BATCH) + 0.5, dtype=torch.float32)
        scale = scale_for(norm, model, loss_fn, inputs, direction)
        targets = model(inputs).detach() + scale * direction
        probe["calls"].append({"inputs": inputs.tolist(), "targets": targets.tolist(), "max_norm": max_norm})
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
    return probe
