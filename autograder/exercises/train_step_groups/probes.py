"""Probes for a step with parameter groups: like those of a training step, but each call has a threshold per group.

    {"layers": ..., "lr": ..., "frozen": ..., "loss": ..., (as in `autograder.probing.training`)
     "members": [numbers of the parameters in the optimizer's first group, those in its second],
     "calls": [{"inputs": ..., "targets": ..., "max_norms": [float, float]}, ...]}

Noted of each call for explanations is the flat `gradient` of its loss along the right trajectory.
"""

import numpy as np
import torch

from ...probing import answers, training


def _lasting(probe: dict) -> dict:
    kept = training.lasting({**probe, "groups": 1})
    parameters = list(kept["model"].parameters())
    pieces = [[parameters[number] for number in numbers] for numbers in probe["members"]]
    optimizer = torch.optim.SGD([{"params": piece} for piece in pieces], lr=probe["lr"])
    return kept | {"optimizer": optimizer}


def _arguments(call: dict) -> dict:
    tensors = {name: torch.tensor(call[name]) for name in ("inputs", "targets")}
    return tensors | {"max_norms": list(call["max_norms"])}


def _two_norms(value: object) -> dict:
    """`first` and `second`; for anything else than two numbers `other`, and `one` if it is a number."""
    is_row = isinstance(value, list | tuple) or (isinstance(value, torch.Tensor | np.ndarray) and value.ndim == 1)
    norms = [answers.as_number(norm) for norm in value] if is_row else []
    if len(norms) == 2 and None not in norms:
        return dict(zip(("first", "second"), map(answers.plain, norms), strict=True))
    if None in norms:
        return {"other": f"{answers.describe(value)}, among them {answers.describe(value[norms.index(None)])}"}
    one = answers.as_number(norms[0] if len(norms) == 1 else value)
    return {"other": answers.describe(value)} | ({} if one is None else {"one": answers.plain(one)})


FORM = training.Form(
    arguments=("model", "optimizer", "loss_fn", "inputs", "targets", "max_norms"),
    call=_arguments,
    lasting=_lasting,
    returned=_two_norms,
)
