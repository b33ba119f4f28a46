"""Probes for the step of a recurrent network: those of a training step, with sequences for inputs.

`layers` are those of `autograder.probing.recurrent`, and `inputs` have the shape (batch, time, features).
"""

import torch

from ...probing import recurrent, training


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
