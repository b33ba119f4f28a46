"""What was seen of a training step with a scaler, call by call, beside what the reference did. Only compares."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...kinds.trajectories import as_array, close

_STEP = 1e-4  # right spellings deviate by rounding only
_ROUNDING = 1e-6
_UNIFORM = 5e-4  # what a gradient left over from the call before adds is more than that


@dataclass(frozen=True)
class Fault:
    """An exception: in which call of its run, and what `answers.raised` says of it."""

    call: int
    fault: dict


class Call:
    """One call that came to its end.

    `on_track` says whether the weights before it are the reference's, `overflowed` whether an earlier call of its run
    overflowed. In a call on track whose gradient is finite, `used` is the gradient by which the weights moved and
    `true` the raw one (flat arrays), `pieces` the slices that make up the parameters ("tensors") and their "rows",
    `norm` the true global norm, `scale` the scale that the student's scaler had before, `state` its state afterwards.
    """

    def __init__(self, seen: dict, wanted: dict, call: dict, probe: dict, before: np.ndarray, state: list) -> None:
        self.overflows, self.max_norm = call["overflows"], call["max_norm"]
        self.scale = state[0] if state[0] > 0 else math.nan
        self.returned, self.left = seen["returned"], seen["left"]
        self.weights, self.wanted = as_array(seen["weights"]), as_array(wanted["weights"])
        self.state_before, self.state, self.right_state = state, _numbers(seen["state"]), wanted["state"]
        self.norm, self.loss = wanted["returned"].get("grad_norm"), call["loss"]
        self.lr, self.pieces = probe["lr"], _pieces(probe)
        self.before = before
        self.index, self.on_track, self.overflowed, self.state_before_is_right = 0, True, False, True

    @property
    def moves_right(self) -> bool:
        return same(self.weights, self.wanted, float(np.linalg.norm(self.wanted - self.before)))

    @property
    def kept(self) -> bool:
        """Whether the weights are as they were before the call."""
        return same(self.weights, self.before, 0.0)

    @property
    def returns_right(self) -> bool:
        return "other" not in self.returned and close(self.returned.get("grad_norm"), self.norm)

    @property
    def state_is_right(self) -> bool:
        return all(close(mine, its) for mine, its in zip(self.state, self.right_state, strict=True))

    @property
    def state_is_the_same(self) -> bool:
        """Whether the scaler is as it was before the call."""
        return all(close(mine, its) for mine, its in zip(self.state, self.state_before, strict=True))

    @property
    def counted_as_ordinary(self) -> bool:
        """Whether the scaler took the call for one without overflow: it counted it, or grew."""
        counted = self.state[0] == self.scale and self.state[1] == self.state_before[1] + 1
        return counted or self.state[0] > 1.5 * self.scale

    @cached_property
    def used(self) -> np.ndarray:
        return (self.before - self.weights) / self.lr

    @cached_property
    def true(self) -> np.ndarray:
        return (self.before - self.wanted) / self.lr * max(1.0, self.norm / self.max_norm)

    def is_multiple(self, factor: float, part: slice = slice(None)) -> bool:
        """Whether the gradient used is this many times the true one, as far as weights in float32 can tell."""
        used, true = self.used[part], factor * self.true[part]
        return bool(np.linalg.norm(used - true) <= _UNIFORM * np.linalg.norm(true) + self.noise)

    def factor(self, part: slice = slice(None)) -> float | None:
        """c with used = c * true, or None if there is no such number."""
        used, true = self.used[part], self.true[part]
        size = float(true @ true)
        if not np.isfinite(used).all() or size == 0:
            return None
        c = float(used @ true / size)
        return c if self.is_multiple(c, part) else None

    @property
    def noise(self) -> float:
        """What the rounding of weights makes of a gradient that is computed back from them."""
        return 3e-7 * (1 + float(np.linalg.norm(self.before))) / self.lr


class Seen:
    """All calls of an answer.

    `early_fault` is the earliest exception before any overflow, `late_fault` one at or after it, and `late_at_overflow`
    says whether one came in the first call that overflowed. `norms` are the true gradient norms of the first run.
    """

    def __init__(self, observations: dict, reference: dict, given: dict) -> None:
        self.evidence = observations["evidence"]
        self.observations = observations
        self.runs: list[list[Call]] = []
        self.early_fault: Fault | None = None
        self.late_fault: Fault | None = None
        self.late_at_overflow = False
        for run, wanted, probe in zip(observations["runs"], reference["runs"], given["probes"], strict=True):
            self.runs.append(_calls(run, wanted, probe))
            if run["fault"]:
                fault = Fault(len(run["calls"]), run["fault"])
                if any(call["overflows"] for call in probe["calls"][: fault.call + 1]):
                    first = not any(call["overflows"] for call in probe["calls"][: fault.call])
                    self.late_at_overflow = self.late_at_overflow or first
                    self.late_fault = self.late_fault or fault
                else:
                    self.early_fault = min(self.early_fault or fault, fault, key=lambda each: each.call)
        self.norms = [call["returned"]["grad_norm"] for call in reference["runs"][0]["calls"]]
        self.calls = [call for run in self.runs for call in run]
        self.overflows = [call for call in self.calls if call.overflows]
        self.ordinary = [call for call in self.calls if not call.overflows and call.on_track]

    @property
    def misreturned(self) -> dict:
        """What was returned by the first call whose returned value is not right, in words."""
        for call in self.ordinary:
            if not call.returns_right:
                got = call.returned.get("grad_norm")
                return {"got": call.returned.get("other", "not a finite number" if got is None else f"{got:.4g}")}
        return {}


def same(weights: np.ndarray, wanted: np.ndarray, step: float) -> bool:
    """Whether weights are equal within rounding and a ten-thousandth of the step that led to them."""
    limit = _STEP * min(step, 0.1) + _ROUNDING * (1 + float(np.linalg.norm(wanted)))
    if np.isnan(weights).any() or np.isnan(wanted).any():
        return bool(np.isnan(weights).any() and np.isnan(wanted).any())
    return weights.shape == wanted.shape and bool(np.linalg.norm(weights - wanted) <= limit)


def near(a: float, b: float) -> bool:
    """Equal within what is lost when an update is read from weights kept in float32."""
    return abs(a - b) <= 5e-3 * abs(b)


def _calls(run: dict, wanted_run: dict, probe: dict) -> list[Call]:
    before = np.concatenate([np.ravel(t) for layer in probe["layers"] for t in layer])
    state, on_track, overflowed, calls = [probe["scale"], 0, 1], True, False, []
    for index, (seen, wanted, call) in enumerate(zip(run["calls"], wanted_run["calls"], probe["calls"], strict=False)):
        made = Call(seen, wanted, call, probe, before, state)
        made.index, made.on_track, made.overflowed = index, on_track, overflowed
        made.state_before_is_right = index == 0 or calls[-1].state_is_right
        calls.append(made)
        overflowed = overflowed or made.overflows is not None
        on_track = on_track and (made.kept if made.overflows else made.moves_right)
        before, state = made.weights, made.state
    return calls


def _numbers(state: list[float | None]) -> list[float]:
    return [math.nan if number is None else number for number in state]


def _pieces(probe: dict) -> dict[str, list[slice]]:
    """Where the trainable parameters, and the rows of those that are matrices, stand in the flat weights."""
    tensors, rows, start = [], [], 0
    for number, tensor in enumerate(tensor for layer in probe["layers"] for tensor in layer):
        size, width = np.size(tensor), np.shape(tensor)[-1]
        if number not in probe["frozen"]:
            tensors.append(slice(start, start + size))
            rows += [slice(first, first + width) for first in range(start, start + size, width)]
        start += size
    return {"tensors": tensors, "rows": rows}
