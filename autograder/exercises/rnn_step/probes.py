"""Probes for the step of a recurrent network: those of a training step, with sequences for inputs.

`layers` are those of `autograder.probing.recurrent`, and `inputs` have the shape (batch, time, features).
"""

import numpy as np
import torch

from ...probing import recurrent, training

_BATCH, _LENGTH, _FEATURES, _UNITS = 4, 5, 2, 3


def _lasting(probe: dict) -> dict:
    others = training.lasting({**probe, "layers": [[[[0.0]], [0.0]]], "groups": 1})
    model = recurrent.network(probe["layers"])
    parameters = list(model.parameters())
    pieces = [parameters] if probe["groups"] == 1 else [parameters[:2], parameters[2:]]
    optimizer = torch.optim.SGD([{"params": piece} for piece in pieces], lr=probe["lr"])
    return others | {"model": model, "optimizer": optimizer}


FORM = training.Form(
    arguments=("model", "optimizer", "loss_fn", "sequence", "targets", "max_norm"),
    call=lambda call: {"sequence": torch.tensor(call["inputs"])} | training.one_batch(call),
    lasting=_lasting,
)


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
    kept = _lasting(probe)
    model, optimizer, loss_fn = kept["model"], kept["optimizer"], kept["loss_fn"]
    for norm, max_norm in calls:
        inputs = torch.tensor(rng.normal(0, 1, (_BATCH, _LENGTH, _FEATURES)), dtype=torch.float32)
        direction = torch.tensor(rng.normal(0, 1, _BATCH) + 0.5, dtype=torch.float32)
        scale = training.scale_for(norm, model, loss_fn, inputs, direction)
        targets = model(inputs).detach() + scale * direction
        probe["calls"].append({"inputs": inputs.tolist(), "targets": targets.tolist(), "max_norm": max_norm})
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
    return probe
