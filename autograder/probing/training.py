"""Run a student's training step on tiny models and note where the weights go.

A *probe* is one model, one plain-SGD optimizer, one loss function, and a few consecutive calls of the step:

    {"layers": [[weight, bias], ...], "lr": float, "groups": 1 or 2, "loss": "mean" or "sum" or "huber",
     "calls": [{"inputs": [[...]], "targets": [[...]], "max_norm": float}, ...]}

A *run* is what was observed of it: for each call the flat `weights` afterwards, the `returned` pair (`loss`,
`grad_norm`; or `other`, a description of something else), `left`, the global norm of the gradients left behind, and
whether the optimizer still has the `same_lr`.
"""

from collections.abc import Callable

import numpy as np
import torch

from . import answers
from .recorder import Recorder

ARGUMENTS = ("model", "optimizer", "loss_fn", "inputs", "targets", "max_norm")

_LOSSES = {
    "mean": torch.nn.MSELoss,
    "sum": lambda: torch.nn.MSELoss(reduction="sum"),
    "huber": torch.nn.SmoothL1Loss,
}


def make_probe(seed: int, *, lr: float, loss: str, calls: list[tuple[float, float]], groups: int = 1) -> dict:
    """A probe whose calls have gradients of chosen global norm, each given as (gradient norm, max_norm).

    The layers differ much in gradient scale, so that clipping them one by one is not the same as clipping them
    together. The norms are those along the right trajectory, found by scaling how far the targets are off.
    """
    rng = np.random.default_rng(seed)
    sizes = [(3, 4), (4, 2)]
    layers = [[rng.normal(0, 0.8, (out, n)).tolist(), rng.normal(0, 0.3, out).tolist()] for n, out in sizes]
    probe = {"layers": layers, "lr": lr, "groups": groups, "loss": loss, "calls": []}
    model, optimizer, loss_fn = build(probe)
    for norm, max_norm in calls:
        inputs = torch.tensor(rng.normal(0, 1.5, (4, 3)), dtype=torch.float32)
        direction = torch.tensor(rng.normal(0, 1, (4, 2)) + 0.5, dtype=torch.float32)
        scale = _scale_for(norm, model, loss_fn, inputs, direction)
        targets = model(inputs).detach() + scale * direction
        call = {"inputs": inputs.tolist(), "targets": targets.tolist(), "max_norm": max_norm}
        probe["calls"].append(call)
        optimizer.zero_grad()
        loss_fn(model(inputs), targets).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
        optimizer.step()
    return probe


def _scale_for(norm: float, model, loss_fn, inputs: torch.Tensor, direction: torch.Tensor) -> float:
    """How far off the targets must be for the gradient to have this global norm (by bisection: it grows with it)."""
    low, high = 0.0, 1e4
    for _ in range(60):
        middle = (low + high) / 2
        model.zero_grad()
        outputs = model(inputs)
        loss_fn(outputs, outputs.detach() + middle * direction).backward()
        low, high = (middle, high) if _grad_norm(model) < norm else (low, middle)
    model.zero_grad()
    return high


def build(probe: dict) -> tuple[torch.nn.Module, torch.optim.Optimizer, torch.nn.Module]:
    """The model, optimizer and loss function of a probe, with no gradients yet."""
    layers: list[torch.nn.Module] = []
    for weight, bias in probe["layers"]:
        layer = torch.nn.Linear(len(weight[0]), len(weight))
        layer.weight.data = torch.tensor(weight)
        layer.bias.data = torch.tensor(bias)
        layers += [layer, torch.nn.Tanh()]
    model = torch.nn.Sequential(*layers[:-1])
    parameters = list(model.parameters())
    cut = len(parameters) // 2
    pieces = [parameters] if probe["groups"] == 1 else [parameters[:cut], parameters[cut:]]
    optimizer = torch.optim.SGD([{"params": piece} for piece in pieces], lr=probe["lr"])
    return model, optimizer, _LOSSES[probe["loss"]]()


def run(answer: Callable, probe: dict, recorders: list[Recorder] | None = None) -> tuple[dict, dict | None]:
    """Make the calls of one probe; returns the run and the fault that ended it early, if any.

    With a list of `recorders`, each call is also watched, and its recorder is appended to the list.
    """
    model, optimizer, loss_fn = build(probe)
    calls: list[dict] = []
    for call in probe["calls"]:
        inputs, targets = torch.tensor(call["inputs"]), torch.tensor(call["targets"])
        arguments = (model, optimizer, loss_fn, inputs, targets, call["max_norm"])
        try:
            with torch.enable_grad():
                if recorders is None:
                    returned = answer(*arguments)
                else:
                    recorders.append(Recorder(model, optimizer))
                    with recorders[-1]:
                        returned = answer(*arguments)
            calls.append(_observe(returned, model, optimizer, probe["lr"]))
        except (Exception, SystemExit) as error:
            return {"calls": calls}, answers.raised(error, answer)
    return {"calls": calls}, None


def _observe(returned: object, model: torch.nn.Module, optimizer: torch.optim.Optimizer, lr: float) -> dict:
    same_lr = all(group["lr"] == lr for group in optimizer.param_groups)
    seen = {"weights": weights_of(model), "returned": _returned(returned), "left": _grad_norm(model)}
    return seen | {"same_lr": same_lr}


def weights_of(model: torch.nn.Module) -> list[float | None]:
    """All parameters as one flat list; None where a weight is not finite."""
    flat = torch.cat([p.detach().reshape(-1).float() for p in model.parameters()])
    values = [round(x, 9) for x in flat.tolist()]
    return values if torch.isfinite(flat).all() else [answers.plain(x) for x in values]


def _grad_norm(model: torch.nn.Module) -> float | None:
    grads = [p.grad.reshape(-1).double() for p in model.parameters() if p.grad is not None]
    return answers.plain(float(torch.cat(grads).norm())) if grads else 0.0


def _returned(value: object) -> dict:
    if isinstance(value, tuple | list) and len(value) == 2:
        loss, norm = (answers.as_number(part) for part in value)
        if loss is not None and norm is not None:
            return {"loss": answers.plain(loss), "grad_norm": answers.plain(norm)}
        odd = value[0] if loss is None else value[1]
        return {"other": f"{'loss' if loss is None else 'grad_norm'} is {answers.describe(odd)}"}
    return {"other": answers.describe(value)}
