"""Make the challenges of a step with parameter groups."""

import numpy as np
import torch

from ...probing.making import challenge_of, make_layers, scale_for
from .probes import FORM


def challenge(seed: int) -> dict:
    """Six tiny probes. Together they tell every known mutant from the reference; the seed varies all numbers.

    The groups cut through the layers, come in any order and have different sizes. Both, one or none of them are
    clipped; the larger threshold is the first or the second; some norms lie just below theirs, where a wrong norm (a
    sum of norms, or that of all gradients) already clips.
    """
    rng = np.random.default_rng(seed)
    s = [int(x) for x in rng.integers(0, 2**31, 6)]
    v = [float(x) for x in rng.uniform(0.9, 1.1, 6)]
    w = [float(x) for x in rng.uniform(0.97, 1.04, 6)]  # thresholds move less, so that those just above stay there
    plans = [
        # (norm of the whole gradient, each group's threshold as a multiple of its own norm) for each call
        {"lr": 0.21, "members": [[0, 2], [1, 3]], "calls": [(5.1, 0.41, 3.2), (0.83, 2.9, 3.7), (2.6, 1.07, 0.23)]},
        {"lr": 0.17, "members": [[2, 3], [0, 1]], "calls": [(3.7, 1.06, 1.09), (9.3, 0.37, 0.19), (4.4, 0.29, 2.3)]},
        {"lr": 0.11, "members": [[3, 1], [2, 0]], "calls": [(13.0, 0.53, 0.11), (7.9, 0.13, 0.61)], "loss": "sum"},
        {"lr": 0.39, "members": [[0, 1, 3], [2]], "calls": [(0.61, 31.0, 17.0), (0.47, 1.08, 23.0)], "loss": "huber"},
        {"lr": 0.27, "members": [[1], [3, 0, 2]], "calls": [(4.9, 2.7, 0.31), (6.7, 0.17, 0.43)]},
        {"lr": 0.33, "members": [[2, 1], [0, 3]], "calls": [(3.3, 0.47, 0.29), (2.9, 0.21, 1.09)], "frozen": (1,)},
    ]
    for plan, norm, threshold in zip(plans, v, w, strict=True):
        plan["calls"] = [(n * norm, a * threshold, b * threshold) for n, a, b in plan["calls"]]
    return challenge_of([make_probe(s[k], **plan) for k, plan in enumerate(plans)], "gradient")


def make_probe(
    seed: int,
    *,
    lr: float,
    members: list[list[int]],
    calls: list[tuple[float, float, float]],
    loss: str = "mean",
    frozen: tuple[int, ...] = (),
) -> dict:
    """A probe with calls of chosen (norm of the whole gradient, and for each group its threshold as a multiple of its
    own gradient's norm)."""
    rng = np.random.default_rng(seed)
    probe = {"layers": make_layers(rng), "lr": lr, "members": members, "frozen": list(frozen), "loss": loss}
    probe["calls"] = []
    model, optimizer, loss_fn = FORM.lasting(probe).values()
    for norm, *multiples in calls:
        inputs = torch.tensor(rng.normal(0, 1.5, (4, 3)), dtype=torch.float32)
        direction = torch.tensor(rng.normal(0, 1, (4, 2)) + 0.5, dtype=torch.float32)
        targets = model(inputs).detach() + scale_for(norm, model, loss_fn, inputs, direction) * direction
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        gradient = torch.cat(
            [(torch.zeros_like(p) if p.grad is None else p.grad).flatten() for p in model.parameters()]
        )
        max_norms = []
        for group, multiple in zip(optimizer.param_groups, multiples, strict=True):
            its = torch.nn.utils.get_total_norm([p.grad for p in group["params"] if p.grad is not None])
            max_norms.append(multiple * its.item())
            torch.nn.utils.clip_grad_norm_(group["params"], max_norms[-1])
        optimizer.step()
        call = {"inputs": inputs.tolist(), "targets": targets.tolist(), "max_norms": max_norms}
        probe["calls"].append(call | {"gradient": [round(x, 7) for x in gradient.tolist()]})
    return probe
