"""How the four logs were recorded: real training runs, each with its own trouble (or none). Authors only.

`python -m autograder.exercises.read_log.solutions` records them anew.
"""

import json
import math

import torch
from torch import nn

from .task import PATH

_STEPS = 120


def record() -> dict[str, list[dict]]:
    """The logs by letter: for each step its number, the loss and the total norm (not finite: as text)."""
    torch.set_num_threads(1)
    runs = {"A": _rate_too_large(), "B": _vanishing(), "C": _exploding(), "D": _calm()}
    return {run: [_row(number, *measured) for number, measured in enumerate(log, 1)] for run, log in runs.items()}


def _row(step: int, loss: float, norm: float) -> dict:
    return {"step": step, "loss": _plain(loss), "norm": _plain(norm)}


def _plain(value: float) -> float | str:
    return float(f"{value:.3g}") if math.isfinite(value) else str(value)


def _train(model: nn.Module, batch, lr: float) -> list[tuple[float, float]]:
    """Plain SGD without clipping, until the loss is no number any more."""
    optimizer, log = torch.optim.SGD(model.parameters(), lr=lr), []
    for _ in range(_STEPS):
        inputs, targets = batch()
        loss = nn.functional.mse_loss(model(inputs), targets)
        optimizer.zero_grad()
        loss.backward()
        log.append(
            (loss.item(), nn.utils.get_total_norm(p.grad for p in model.parameters() if p.grad is not None).item())
        )
        if not math.isfinite(log[-1][0]):
            break
        optimizer.step()
    return log


def _regression(seed: int, lr: float) -> list[tuple[float, float]]:
    torch.manual_seed(seed)
    true = torch.randn(4, 1)

    def batch():
        inputs = torch.randn(64, 4)
        return inputs, inputs @ true + 0.1 * torch.randn(64, 1)

    return _train(nn.Linear(4, 1), batch, lr)


def _calm() -> list[tuple[float, float]]:
    return _regression(seed=3, lr=0.05)


def _rate_too_large() -> list[tuple[float, float]]:
    """The curvature is near 2, so that a rate above 1 lengthens the error at every step by the same factor."""
    return _regression(seed=4, lr=1.02)


def _vanishing() -> list[tuple[float, float]]:
    """Twelve layers of sigmoids; only the first is trained, whose gradient has to come all the way."""
    torch.manual_seed(5)
    layers = [piece for _ in range(12) for piece in (nn.Linear(8, 8), nn.Sigmoid())]
    model = nn.Sequential(*layers, nn.Linear(8, 1)).requires_grad_(False)
    model[0].requires_grad_(True)

    def batch():
        inputs = torch.randn(64, 8)
        return inputs, inputs[:, :1]

    return _train(model, batch, lr=0.05)


class _Memory(nn.Module):
    """A linear recurrent network that says at the end of a sequence what its first input was."""

    def __init__(self, gain: float) -> None:
        super().__init__()
        self.recurrent = nn.Parameter(gain * torch.linalg.qr(torch.randn(8, 8))[0])
        self.entrance, self.exit = nn.Parameter(torch.randn(8, 1) / 2), nn.Parameter(torch.randn(1, 8) / 2)

    def forward(self, sequence: torch.Tensor) -> torch.Tensor:
        state = torch.zeros(sequence.shape[1], 8)
        for inputs in sequence:
            state = state @ self.recurrent.T + inputs @ self.entrance.T
        return state @ self.exit.T


def _exploding() -> list[tuple[float, float]]:
    """Learning to remember makes the recurrent weights longer, until the product over 15 steps runs away."""
    torch.manual_seed(0)

    def batch():
        sequence = torch.randn(15, 16, 1)
        return sequence, sequence[0]

    return _train(_Memory(gain=0.7), batch, lr=0.05)


if __name__ == "__main__":
    PATH.write_text(json.dumps(record(), separators=(",", ":")) + "\n", encoding="utf-8")
