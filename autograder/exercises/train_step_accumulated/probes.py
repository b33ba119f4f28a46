"""Probes for a step over micro-batches: like those of a training step, but each call has a list of them.

    {"layers": ..., "lr": ..., "groups": ..., "frozen": ..., "loss": ..., (as in `autograder.probing.training`)
     "calls": [{"micro_batches": [[inputs, targets], ...], "max_norm": float}, ...]}

Noted of each call for explanations are the micro-batches' `losses` and the flat `gradients` of each, along the right
trajectory.
"""

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
