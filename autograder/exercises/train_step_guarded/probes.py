"""Probes for a guarded step: like those of a training step, but the gradients of some calls are not finite.

    {"layers": ..., "lr": ..., "groups": ..., "frozen": ..., (as in `autograder.probing.training`)
     "loss": "mean" or "sum" or "huber" or "masked",
     "calls": [{"inputs": ..., "targets": ..., "max_norm": float}, ...]}

A number that is not finite is a text in `inputs` and `targets`: "nan" or "inf". Noted of each call for explanations is
what has `broken` its gradient: None, or one of `diagnosis.BROKEN`.
"""

import numpy as np
import torch

from ...probing import answers, training


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
