"""Probes for truncated backpropagation through time: a small recurrent network, and a sequence for each call.

    {"layers": [[the recurrent layer's four parameters], [weight, bias] of the readout], "lr": float,
     "loss": "mean" or "sum",
     "calls": [{"sequence": [time][batch][feature], "targets": the same form, "chunk": int, "max_norm": float}, ...]}

Noted of each call for explanations are the `losses` of its chunks along the right trajectory.
"""

import numpy as np
import torch

from ...probing import answers, training

INPUTS, HIDDEN, OUTPUTS, BATCH = 2, 3, 2, 3


class Recurrent(torch.nn.Module):
    """`model(inputs, hidden)` gives `(outputs, hidden)`, for (time, batch, features); a `hidden` of None is zeros."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = torch.nn.RNN(INPUTS, HIDDEN)
        self.readout = torch.nn.Linear(HIDDEN, OUTPUTS)

    def forward(self, inputs: torch.Tensor, hidden: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        outputs, hidden = self.rnn(inputs, hidden)
        return self.readout(outputs), hidden


def build(probe: dict) -> dict:
    """The model, optimizer and loss function of a probe, by name, with no gradients yet."""
    model = Recurrent()
    values = [value for layer in probe["layers"] for value in layer]
    for parameter, value in zip(model.parameters(), values, strict=True):
        parameter.data = torch.tensor(value)
    optimizer = torch.optim.SGD(model.parameters(), lr=probe["lr"])
    return {"model": model, "optimizer": optimizer, "loss_fn": torch.nn.MSELoss(reduction=probe["loss"])}


def _arguments(call: dict) -> dict:
    tensors = {name: torch.tensor(call[name]) for name in ("sequence", "targets")}
    return tensors | {"chunk": call["chunk"], "max_norm": call["max_norm"]}


def _norms(value: object) -> dict:
    """`count`, and the norms as "1", "2", ...; for anything else `other`, and `one` if it is a number."""
    is_row = isinstance(value, list | tuple) or (isinstance(value, torch.Tensor | np.ndarray) and value.ndim == 1)
    norms = [answers.as_number(norm) for norm in value] if is_row else []
    if is_row and None not in norms:
        return {"count": float(len(norms))} | {str(k): answers.plain(norm) for k, norm in enumerate(norms, 1)}
    if is_row:
        return {"other": f"{answers.describe(value)}, among them {answers.describe(value[norms.index(None)])}"}
    one = answers.as_number(value)
    return {"other": answers.describe(value)} | ({} if one is None else {"one": answers.plain(one)})


ARGUMENTS = ("model", "optimizer", "loss_fn", "sequence", "targets", "chunk", "max_norm")


def form(pieces: list[list[list[int]]]) -> training.Form:
    """How the function is called. Each call adds to `pieces` what the model is given to read: [time steps, batch]."""

    def lasting(probe: dict) -> dict:
        kept = build(probe)
        kept["model"].register_forward_pre_hook(note, with_kwargs=True)
        return kept

    def note(model: torch.nn.Module, arguments: tuple, named: dict) -> None:
        inputs = arguments[0] if arguments else named.get("inputs")
        if isinstance(inputs, torch.Tensor):
            pieces[-1].append(list(inputs.shape[:2]))

    def call(its: dict) -> dict:
        pieces.append([])
        return _arguments(its)

    return training.Form(ARGUMENTS, call, _norms, lasting)
