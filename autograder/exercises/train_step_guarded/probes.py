"""Probes for a guarded step: like those of a training step, but the gradients of some calls are not finite.

    {"layers": ..., "lr": ..., "groups": ..., "frozen": ..., (as in `autograder.probing.training`)
     "loss": "mean" or "sum" or "huber" or "masked",
     "calls": [{"inputs": ..., "targets": ..., "max_norm": float, "broken": None or one of `diagnosis.BROKEN`}, ...]}

A number that is not finite is a text in `inputs` and `targets`: "nan" or "inf".
"""

import numpy as np
import torch

from ...probing import answers, training

# A large input times an ordinary gradient is beyond float32; times a weight of zero it disturbs nobody.
_HUGE = 3e38


class MaskedLoss(torch.nn.Module):
    """The mean squared error over the targets that are there. A missing one (nan) is left out of the loss, but not of
    the gradient: behind `torch.where`, 0 times nan is nan."""

    def forward(self, outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        return torch.where(targets.isnan(), 0.0, (outputs - targets) ** 2).mean()


def _lasting(probe: dict) -> dict:
    masked = probe["loss"] == "masked"
    kept = training.lasting({**probe, "loss": "mean"} if masked else probe)
    return kept | ({"loss_fn": MaskedLoss()} if masked else {})


def _one_batch(call: dict) -> dict:
    numbers = {name: np.array(call[name], dtype=float).tolist() for name in ("inputs", "targets")}
    return training.one_batch(call | numbers)


def _norm_and_whether_finite(value: object) -> dict:
    norm = answers.as_number(value)
    if norm is None:
        return {"other": answers.describe(value)}
    return {"grad_norm": answers.plain(norm), "finite": float(answers.plain(norm) is not None)}


FORM = training.Form(
    arguments=("model", "optimizer", "loss_fn", "inputs", "targets", "max_norm"),
    call=_one_batch,
    lasting=_lasting,
    returned=_norm_and_whether_finite,
)


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
    probe = {"layers": training.make_layers(rng), "lr": lr, "groups": groups, "frozen": list(frozen), "loss": loss}
    probe["calls"] = []
    if calls[0][0] == "overflow":
        for row in probe["layers"][0][0]:
            row[0] = 0.0
    model, optimizer, loss_fn = _lasting(probe).values()
    for norm, max_norm in calls:
        inputs = torch.tensor(rng.normal(0, 1.5, (4, 3)), dtype=torch.float32)
        direction = torch.tensor(rng.normal(0, 1, (4, 2)) + 0.5, dtype=torch.float32)
        broken = norm if isinstance(norm, str) else None
        off = 100.0 if broken else training.scale_for(norm, model, loss_fn, inputs, direction)
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
