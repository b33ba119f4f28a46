"""Probes for truncated backpropagation through time: a small recurrent network, and a sequence for each call.

    {"layers": [[the recurrent layer's four parameters], [weight, bias] of the readout], "lr": float,
     "loss": "mean" or "sum",
     "calls": [{"sequence": [time][batch][feature], "targets": the same form, "chunk": int, "max_norm": float,
                "losses": [the loss of each chunk]}, ...]}

Losses are those along the right trajectory. They serve explanations only.
"""

import numpy as np
import torch

from ...probing import answers, training

_INPUTS, _HIDDEN, _OUTPUTS, _BATCH = 2, 3, 2, 3


class Recurrent(torch.nn.Module):
    """`model(inputs, hidden)` gives `(outputs, hidden)`, for (time, batch, features); a `hidden` of None is zeros."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = torch.nn.RNN(_INPUTS, _HIDDEN)
        self.readout = torch.nn.Linear(_HIDDEN, _OUTPUTS)

    def forward(self, inputs: torch.Tensor, hidden: torch.Tensor | None = None) -> tuple[torch.Tensor, torch.Tensor]:
        outputs, hidden = self.rnn(inputs, hidden)
        return self.readout(outputs), hidden


def _lasting(probe: dict) -> dict:
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
        kept = _lasting(probe)
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


def make_probe(seed: int, *, lr: float, calls: list[tuple[int, int, float, list[float]]], loss: str = "mean") -> dict:
    """A probe with calls of chosen (chunk, length of the last chunk, max_norm, gradient norm of each chunk).

    The norms are those along the right trajectory.
    """
    rng = np.random.default_rng(seed)
    shapes = [(_HIDDEN, _INPUTS), (_HIDDEN, _HIDDEN), (_HIDDEN,), (_HIDDEN,), (_OUTPUTS, _HIDDEN), (_OUTPUTS,)]
    values = [rng.normal(0, 0.7 if len(shape) > 1 else 0.3, shape).tolist() for shape in shapes]
    probe = {"layers": [values[:4], values[4:]], "lr": lr, "loss": loss, "calls": []}
    model, optimizer, loss_fn = _lasting(probe).values()
    for chunk, last, max_norm, norms in calls:
        hidden, pieces, losses = None, [], []
        for number, norm in enumerate(norms, 1):
            length = last if number == len(norms) else chunk
            inputs = torch.tensor(rng.normal(0, 1.5, (length, _BATCH, _INPUTS)), dtype=torch.float32)
            direction = torch.tensor(rng.normal(0, 1, (length, _BATCH, _OUTPUTS)) + 0.5, dtype=torch.float32)
            optimizer.zero_grad()
            outputs, new = model(inputs, hidden)
            loss_fn(outputs, outputs.detach() + direction).backward(retain_graph=True)
            # A squared error's gradient is proportional to how far the targets are off.
            targets = outputs.detach() + norm / training.grad_norm_of(model) * direction
            optimizer.zero_grad()
            value = loss_fn(outputs, targets)
            value.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
            hidden = new.detach()
            pieces.append((inputs, targets))
            losses.append(value.item())
        sequence, targets = (torch.cat(tensors).tolist() for tensors in zip(*pieces, strict=True))
        call = {"sequence": sequence, "targets": targets, "chunk": chunk, "max_norm": max_norm, "losses": losses}
        probe["calls"].append(call)
    return probe
