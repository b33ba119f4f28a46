"""Run a student's training step with a gradient scaler on tiny models; note where weights and scale go.

A *probe* is one model, one plain-SGD optimizer, one scaler, and a few consecutive calls of the step:

    {"layers": [[weight, bias], ...], "frozen": [index of a parameter, ...], "lr": float, "groups": 1 or 2,
     "loss": "mean" or "sum" or "huber", "activation": "tanh" or "leaky", "scale": float, "growth_interval": int,
     "calls": [{"inputs": [[...]], "targets": [[...]], "max_norm": float, "times": float, "steep": bool}, ...]}

`times` multiplies a call's loss, or its gradient alone where it is `steep` (by 1 in an ordinary call). In a call that
overflows, it is chosen so that the scaled gradients are infinite in float32. Noted for explanations are the kind in
which it `overflows`, or None, and the `loss` without `times`, along the right trajectory.

A *run* is what was observed of it: for each call the flat `weights` afterwards, what was `returned`, the gradient norm
`left` behind, and the scaler's `state`: [scale, its count of steps since the last change, 1 if its settings are as they
were and 0 otherwise]; and the `fault` that ended the run early, or None.
"""

from collections.abc import Callable
from types import CodeType, FrameType

import numpy as np
import torch

from . import answers, training
from .recorder import CopyRecorder, Recorder, code_of

ARGUMENTS = ("model", "optimizer", "scaler", "loss_fn", "inputs", "targets", "max_norm")

# Huge inputs leave tanh without a gradient.
_ACTIVATIONS = {"tanh": torch.nn.Tanh, "leaky": torch.nn.LeakyReLU}


class TimesLoss(torch.nn.Module):
    """A loss function whose result is multiplied by a number, or only its gradient (where it is steep)."""

    def __init__(self, loss_fn: torch.nn.Module, times: float, steep: bool) -> None:
        super().__init__()
        self.loss_fn, self.times, self.steep = loss_fn, times, steep

    def forward(self, outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        loss = self.loss_fn(outputs, targets)
        return loss + (loss - loss.detach()) * self.times if self.steep else loss * self.times


def build(probe: dict) -> tuple[torch.nn.Module, torch.optim.Optimizer, torch.amp.GradScaler]:
    """The model, optimizer and scaler of a probe, with no gradients yet and the scaler unused."""
    model, optimizer, _ = training.build(probe)
    model[1] = _ACTIVATIONS[probe["activation"]]()
    interval = probe["growth_interval"]
    return model, optimizer, torch.amp.GradScaler("cpu", init_scale=probe["scale"], growth_interval=interval)


def loss_of(probe: dict, call: dict) -> torch.nn.Module:
    """The loss function that a call gets."""
    plain = training.build(probe)[2]
    return plain if call["times"] == 1.0 else TimesLoss(plain, call["times"], call["steep"])


def run(answer: Callable, probe: dict, recorders: list[Recorder] | None = None) -> dict:
    """Make the calls of one probe; with a list of `recorders`, each call is also watched by one appended to it."""
    model, optimizer, scaler = build(probe)
    settings = _settings(scaler)
    calls: list[dict] = []
    for call in probe["calls"]:
        inputs, targets = torch.tensor(call["inputs"]), torch.tensor(call["targets"])
        arguments = (model, optimizer, scaler, loss_of(probe, call), inputs, targets, call["max_norm"])
        try:
            with torch.enable_grad():
                if recorders is None:
                    returned = answer(*arguments)
                else:
                    recorders.append(ScalingRecorder(model, optimizer, scaler))
                    with recorders[-1]:
                        returned = answer(*arguments)
            seen = {"weights": training.weights_of(model), "state": _state(scaler, settings)}
            seen |= {"left": training.grad_norm_of(model), "returned": training.norm_alone(returned)}
            calls.append(seen)
        except (Exception, SystemExit) as error:
            return {"calls": calls, "fault": answers.raised(error, answer)}
    return {"calls": calls, "fault": None}


def _settings(scaler: torch.amp.GradScaler) -> list:
    state = scaler.state_dict()
    return [state.get(name) for name in ("growth_factor", "backoff_factor", "growth_interval")]


def _state(scaler: torch.amp.GradScaler, settings: list) -> list[float | None]:
    state = scaler.state_dict()
    numbers = [answers.as_number(state.get(name)) for name in ("scale", "_growth_tracker")]
    return [*map(answers.plain, numbers), float(_settings(scaler) == settings)]


_SCALE = code_of(torch.amp.GradScaler.scale)
_UNSCALE = code_of(torch.amp.GradScaler.unscale_)
_STEP = code_of(torch.amp.GradScaler.step)
_UPDATE = code_of(torch.amp.GradScaler.update)
_EVENTS = {_SCALE: "scale", _UNSCALE: "unscale", _STEP: "step", _UPDATE: "update"}


class ScalingRecorder(CopyRecorder):
    """A recorder that also sees what is asked of the scaler: scale, unscale, step (by "scaler"), update.

    A `scale` has `on` (loss or outputs), an `update` has `by` "value" if a new scale was handed in. Gradients divided
    by the scale by hand are an `unscale` too; it has `measured`, whether a gradient was measured before it. `foreign`
    also names calls of another scaler, as "scaler".
    """

    _KNOWN = (*Recorder._KNOWN, *_EVENTS)

    def __init__(self, model: torch.nn.Module, optimizer: torch.optim.Optimizer, scaler: torch.amp.GradScaler) -> None:
        super().__init__(model, optimizer)
        self._scaler = scaler
        self._scale = scaler.get_scale()
        self._inner_steps = 0

    def _recognise(self, code: CodeType, frame: FrameType) -> dict | None:
        if code not in _EVENTS:
            seen = super()._recognise(code, frame)
            return {**seen, "by": "scaler"} if seen and seen["event"] == "step" and self._asked_the_scaler() else seen
        given = frame.f_locals
        if given.get("self") is not self._scaler:
            self.foreign.add("scaler")
            return None
        if self._asked_the_scaler() or given.get("optimizer", self._optimizer) is not self._optimizer:
            return None
        seen = {"event": _EVENTS[code], "by": "scaler"}
        if code is _SCALE:
            scaled = given.get("outputs")
            seen["on"] = "outputs" if isinstance(scaled, torch.Tensor) and scaled.numel() > 1 else "loss"
        if code is _UPDATE and given.get("new_scale") is not None:
            seen["by"] = "value"
        return seen

    def _add(self, seen: dict) -> None:
        """Of a step by the scaler and the optimizer's step inside it, the inner one counts, if it came to that."""
        outer = seen["event"] == "step" and seen.get("by") == "scaler" and not self._asked_the_scaler()
        if outer and self._inner_steps:
            self._inner_steps = 0
            return
        if seen["event"] == "unscale":
            seen["measured"] = self.measured
        self._inner_steps += seen["event"] == "step" and seen.get("by") == "scaler" and not outer
        super()._add(seen)

    def _compare(self) -> None:
        if not self._asked_the_scaler():  # what it does itself is no work by hand
            super()._compare()

    def _asked_the_scaler(self) -> bool:
        return any(seen.get("by") in ("scaler", "value") for _, seen in self._open)

    def _name_edit(self, changed: list[tuple], before: float | None, after: float | None) -> dict:
        ratios = [_ratio(old, new) for old, new in changed]
        for factor in (self._scale, self._scaler.get_scale()):
            if ratios and all(ratio is not None and abs(ratio * factor - 1) < 1e-4 for ratio in ratios):
                return {"event": "unscale", "by": "hand"}
        return super()._name_edit(changed, before, after)


def _ratio(old: bytes | None, new: bytes | None) -> float | None:
    """The number that turns one tensor into the other, or None if there is no such number."""
    if not old or not new or len(old) != len(new):
        return None
    a, b = (np.frombuffer(x, dtype=np.float32).astype(np.float64) for x in (old, new))
    size = float(a @ a)
    if not 0 < size < np.inf:
        return None
    ratio = float(a @ b) / size
    return ratio if np.allclose(b, ratio * a, rtol=1e-4, atol=0) else None
