"""Make the challenges of a guarded step."""

import numpy as np
import torch

from ...probing.making import challenge_of, make_layers, scale_for
from .probes import FORM

# A large input times an ordinary gradient is beyond float32; times a weight of zero it disturbs nobody.
_HUGE = 3e38


def challenge(seed: int) -> dict:
    """Seven tiny probes. Together they tell every known mutant from the reference; the seed varies all numbers.

    Calls whose gradient is nan or infinite come first, between ordinary ones and twice in a row; with a loss that is
    broken as well and with one that is not; with all parameters broken and with one alone.
    """
    rng = np.random.default_rng(seed)
    s = [int(x) for x in rng.integers(0, 2**31, 7)]
    v = [float(x) for x in rng.uniform(0.9, 1.1, 7)]  # gradient norms and thresholds move together by up to a tenth
    plans = [
        {"lr": 0.21, "calls": [(0.9, 1.7), (7.1, 1.7), ("nan-input", 1.7), (4.3, 1.7)]},
        {"lr": 0.31, "calls": [("inf-target", 0.73), (6.3, 0.73), (0.66, 0.73)], "groups": 2},
        {"lr": 0.47, "calls": [(0.41, 37.0), ("missing-target", 37.0), (0.28, 37.0)], "loss": "masked"},
        {"lr": 0.13, "calls": [("overflow", 2.6), (11.7, 2.6), (0.7, 2.6)], "loss": "sum", "groups": 2},
        {
            "lr": 0.83,
            "calls": [(1.9, 0.064), ("inf-target", 0.064), ("nan-input", 0.064), (2.7, 0.064)],
            "frozen": (1,),
        },
        {"lr": 0.017, "calls": [(310.0, 23.0), ("missing-target", 23.0), (5.9, 17.0)], "loss": "masked", "groups": 2},
        {"lr": 0.057, "calls": [("nan-input", 2.3), (3.8, 1.4), ("inf-target", 1.4), (0.5, 1.4)], "loss": "sum"},
    ]
    for plan, factor in zip(plans, v, strict=True):
        plan["calls"] = [(n if isinstance(n, str) else n * factor, max_norm * factor) for n, max_norm in plan["calls"]]
    return challenge_of([make_probe(s[k], **plan) for k, plan in enumerate(plans)], "broken")


def make_probe(
    seed: int,
    *,
    lr: float,
    calls: list[tuple[float | str, float]],
    loss: str = "mean",
    groups: int = 1,
    frozen: tuple[int, ...] = (),
) -> dict:
    """A probe with calls of chosen (gradient norm, max_norm); a name in `diagnosis.BROKEN` may stand for the norm.

    The norms are those along the right trajectory, on which broken calls change nothing.
    """
    rng = np.random.default_rng(seed)
    probe = {"layers": make_layers(rng), "lr": lr, "groups": groups, "frozen": list(frozen), "loss": loss}
    probe["calls"] = []
    if calls[0][0] == "overflow":
        for row in probe["layers"][0][0]:
            row[0] = 0.0
    model, optimizer, loss_fn = FORM.lasting(probe).values()
    for norm, max_norm in calls:
        inputs = torch.tensor(rng.normal(0, 1.5, (4, 3)), dtype=torch.float32)
        direction = torch.tensor(rng.normal(0, 1, (4, 2)) + 0.5, dtype=torch.float32)
        broken = norm if isinstance(norm, str) else None
        off = 100.0 if broken else scale_for(norm, model, loss_fn, inputs, direction)
        targets = model(inputs).detach() + off * direction
        if not broken:
            optimizer.zero_grad()
            loss_fn(model(inputs), targets).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
        call = {"inputs": inputs.tolist(), "targets": targets.tolist(), "max_norm": max_norm, "broken": broken}
        probe["calls"].append(_break(call))
    return probe


def _break(call: dict) -> dict:
    match call["broken"]:
        case "nan-input":
            call["inputs"][0][0] = "nan"
        case "inf-target":  # a hidden value of exactly 1 has slope 0, and 0 times inf is nan: its inputs are small
            call["inputs"][0] = [x / 4 for x in call["inputs"][0]]
            call["targets"][0][0] = "inf"
        case "missing-target":
            call["targets"][0][0] = "nan"
        case "overflow":
            call["inputs"][0][0] = _HUGE
    return call
