"""Run a student's training step on tiny models and note where the weights go.

A *probe* is one model, one plain-SGD optimizer, one loss function, and a few consecutive calls of the step:

    {"layers": [[weight, bias], ...], "lr": float, "groups": 1 or 2, "loss": "mean" or "sum" or "huber",
     "frozen": [numbers of parameters without gradient] (may be left out),
     "calls": [{"inputs": [[...]], "targets": [[...]], "max_norm": float}, ...]}

A *run* is what was observed of it: for each call the flat `weights` afterwards, the `returned` numbers by name (or
`other`, a description of something else), `left`, the global norm of the gradients left behind, and whether the
optimizer still has the `same_lr`. Where a `Form` says so, also `state`: further numbers that have to be right.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TypeVar

import torch

from . import answers
from .isolation import mentions, reachable, undisturbed
from .recorder import Recorder, ScaledCopies

Watcher = TypeVar("Watcher", bound=AbstractContextManager)

_LOSSES = {
    "mean": torch.nn.MSELoss,
    "sum": lambda: torch.nn.MSELoss(reduction="sum"),
    "huber": torch.nn.SmoothL1Loss,
}


# -- how a step is called --------------------------------------------------------------------------------------------


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
    for number in probe.get("frozen", []):
        parameters[number].requires_grad_(False)
    cut = len(parameters) // 2
    pieces = [parameters] if probe["groups"] == 1 else [parameters[:cut], parameters[cut:]]
    optimizer = torch.optim.SGD([{"params": piece} for piece in pieces], lr=probe["lr"])
    return model, optimizer, _LOSSES[probe["loss"]]()


def lasting(probe: dict) -> dict:
    """The arguments that stay the same objects for all calls of a run, by name."""
    model, optimizer, loss_fn = build(probe)
    return {"model": model, "optimizer": optimizer, "loss_fn": loss_fn}


def one_batch(call: dict) -> dict:
    """The arguments of one call of a step on one batch, by name."""
    tensors = {name: torch.tensor(call[name]) for name in ("inputs", "targets")}
    return tensors | {"max_norm": call["max_norm"]}


def loss_and_norm(value: object) -> dict:
    """What was returned, where (loss, grad_norm) is asked for."""
    if isinstance(value, tuple | list) and len(value) == 2:
        loss, norm = (answers.as_number(part) for part in value)
        if loss is not None and norm is not None:
            return {"loss": answers.plain(loss), "grad_norm": answers.plain(norm)}
        odd = value[0] if loss is None else value[1]
        return {"other": f"{'loss' if loss is None else 'grad_norm'} is {answers.describe(odd)}"}
    return {"other": answers.describe(value)}


def norm_alone(value: object) -> dict:
    """What was returned, where the gradient norm alone is asked for."""
    norm = answers.as_number(value)
    return {"other": answers.describe(value)} if norm is None else {"grad_norm": answers.plain(norm)}


@dataclass(frozen=True)
class Form:
    """One kind of training step: how it is called, and what is noted of it.

    Args:
        arguments: the names of its arguments, in order.
        call: the arguments that are new in each call, by name, from a probe's call.
        returned: the value returned as plain data (numbers by name, or `other`).
        lasting: the arguments that live as long as a run, by name, from a probe; `model` and `optimizer` among them.
        state: further numbers that have to be right after each call, from the lasting arguments.
    """

    arguments: tuple[str, ...]
    call: Callable[[dict], dict] = one_batch
    returned: Callable[[object], dict] = loss_and_norm
    lasting: Callable[[dict], dict] = lasting
    state: Callable[[dict], list[float | None]] | None = None


TRAIN_STEP = Form(("model", "optimizer", "loss_fn", "inputs", "targets", "max_norm"))


# -- what is observed ------------------------------------------------------------------------------------------------


def observe(answer: object, probes: list[dict], form: Form, watched: int) -> dict:
    """Observe a student's training step on all probes.

    Returns `runs`, `fault` (why observing ended early, or None), `evidence` (what was seen when the first two calls of
    the probe number `watched` were run once more, for explanations) and `trace` (the events of the second of them).
    """
    observations: dict = {"runs": [], "fault": answers.signature_fault(answer, form.arguments)}
    observations |= {"evidence": {}, "trace": []}
    if observations["fault"]:
        return observations
    with undisturbed(answer):
        for probe in probes:
            seen, fault = run(answer, probe, form)
            observations["runs"].append(seen)
            observations["fault"] = observations["fault"] or fault
            if fault:
                break
        observations["evidence"], observations["trace"] = _watch(answer, probes[watched], form)
    observations["evidence"]["mentions_backward"] = mentions(answer, ("backward", "autograd"))
    numbers = (x for x in reachable(answer, (int, float)) if abs(x) < 1e9)  # any of them could serve as a threshold
    observations["evidence"]["global_numbers"] = sorted({float(x) for x in numbers})
    return observations


def _watch(answer: object, probe: dict, form: Form) -> tuple[dict, list[dict]]:
    """Run two calls of one probe once more under observation; what is done there never counts for or against it.

    Where nothing was clipped, once more again: was it a copy that was?
    """
    probe = {**probe, "calls": probe["calls"][:2]}
    recorders: list[Recorder] = []
    copies: list[ScaledCopies] = []
    run(answer, probe, form, lambda kept: _kept(recorders, Recorder(kept["model"], kept["optimizer"])))
    if not any(event["event"] == "clip" for seen in recorders for event in seen.events):
        run(answer, probe, form, lambda kept: _kept(copies, ScaledCopies(kept["model"].parameters())))
    evidence = {
        "order": [[event["event"] for event in seen.events] for seen in recorders],
        "clips": [
            [[event["by"], event["on"]] for event in seen.events if event["event"] == "clip"] for seen in recorders
        ],
        "foreign": sorted(set().union(*(seen.foreign for seen in recorders))),
        "backward_by": sorted({e["by"] for seen in recorders for e in seen.events if e["event"] == "backward"}),
        "backward_norms": [e["grad_norm"] for seen in recorders[:1] for e in seen.events if e["event"] == "backward"],
        "spent_generator": any(seen.spent_generator for seen in recorders),
        "scaled_copies": any(looked.seen for looked in copies),
    }
    return evidence, recorders[min(1, len(recorders) - 1)].events if recorders else []


def _kept(watchers: list[Watcher], watcher: Watcher) -> Watcher:
    watchers.append(watcher)
    return watcher


def run(
    answer: Callable,
    probe: dict,
    form: Form = TRAIN_STEP,
    watch: Callable[[dict], AbstractContextManager] = lambda kept: nullcontext(),
) -> tuple[dict, dict | None]:
    """Make the calls of one probe; returns the run and the fault that ended it early, if any.

    Each call is inside what `watch` makes of the lasting arguments.
    """
    kept = form.lasting(probe)
    calls: list[dict] = []
    for call in probe["calls"]:
        by_name = kept | form.call(call)
        arguments = [by_name[name] for name in form.arguments]
        try:
            with torch.enable_grad(), watch(kept):
                returned = answer(*arguments)
            calls.append(_observe_call(returned, kept, form, probe["lr"]))
        except (Exception, SystemExit) as error:
            return {"calls": calls}, answers.raised(error, answer)
    return {"calls": calls}, None


def _observe_call(returned: object, kept: dict, form: Form, lr: float) -> dict:
    model, optimizer = kept["model"], kept["optimizer"]
    same_lr = all(group["lr"] == lr for group in optimizer.param_groups)
    seen = {"weights": weights_of(model), "returned": form.returned(returned), "left": grad_norm_of(model)}
    return seen | {"same_lr": same_lr} | ({"state": form.state(kept)} if form.state else {})


def weights_of(model: torch.nn.Module) -> list[float | None]:
    """All parameters as one flat list; None where a weight is not finite."""
    with torch.no_grad():
        flat = torch.cat([p.reshape(-1) for p in model.parameters()])
    return [answers.plain(round(x, 9)) for x in flat.float().tolist()]


def grad_norm_of(model: torch.nn.Module) -> float | None:
    """The global norm of the gradients that a model has: 0 without any, None if it is not finite."""
    grads = [p.grad.reshape(-1).double() for p in model.parameters() if p.grad is not None]
    return answers.plain(float(torch.cat(grads).norm())) if grads else 0.0
