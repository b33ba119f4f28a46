"""How the update of one call relates to the gradient that it should have followed.

Plain SGD moves the weights by -lr times a gradient, so that the gradient really used can be read from the weights,
wherever those before are known: in the first call of each run.
"""

import numpy as np


class Step:
    """One call: the gradient that the weights really moved by, beside the true one.

    Args:
        layers: the weights before, as in a probe.
        weights: those after, flat.
        lr: the learning rate.
        true: the true gradient before clipping, flat.
        max_norm: the threshold.
        pieces: gradients that the true one is the mean of (those of the micro-batches), each flat; none by default.

    Attributes: `known` says whether the update can be read at all, the others exist only then. `used` (the gradient
    really used), `norm` (of the true gradient), `length` (of the used one), `lengths` (of the used one, parameter by
    parameter), `factor` and `factors` (used = factor * true, all in one or parameter by parameter; None where no
    number fits), `shares` (used = sum of share * piece; None if no numbers fit), `is_right`, `is_raw`.
    """

    def __init__(
        self,
        layers: list,
        weights: list[float | None],
        lr: float,
        true: np.ndarray,
        max_norm: float,
        pieces: list[np.ndarray] | None = None,
    ) -> None:
        start = flat(layers)
        self.known = len(weights) == len(start) and None not in weights
        if not self.known:
            return
        self.used, self.max_norm = (start - np.array(weights)) / lr, max_norm
        sizes = np.cumsum([np.size(t) for layer in layers for t in layer])[:-1]
        pairs = list(zip(np.split(self.used, sizes), np.split(true, sizes), strict=True))
        self.norm, self.length = float(np.linalg.norm(true)), float(np.linalg.norm(self.used))
        self.lengths = [float(np.linalg.norm(u)) for u, _ in pairs]
        self.factor = _factor(self.used, true)
        factors = [_factor(u, t) for u, t in pairs]
        self.factors = None if None in factors else factors
        self.is_right = self.factor is not None and near(self.factor, min(1.0, self.max_norm / self.norm))
        self.is_raw = self.factor is not None and near(self.factor, 1)
        self.shares = _shares(self.used, pieces) if pieces else None


def flat(layers: list) -> np.ndarray:
    """A probe's weights, or gradients of the same form, as one flat array."""
    return np.concatenate([np.ravel(t) for layer in layers for t in layer])


def near(a: float, b: float) -> bool:
    """Equal within what is lost when an update is read from weights kept in float32."""
    return abs(a - b) <= 5e-3 * abs(b) + 2e-5


def _factor(used: np.ndarray, true: np.ndarray) -> float | None:
    """c with used = c * true, or None if there is no such number. A parameter without gradient has any factor: 1."""
    if not np.any(true):
        return None if np.linalg.norm(used) > 2e-5 else 1.0
    c = float(used @ true / (true @ true))
    return c if np.linalg.norm(used - c * true) <= 2e-3 * np.linalg.norm(true) * max(abs(c), 0.01) else None


def _shares(used: np.ndarray, pieces: list[np.ndarray]) -> list[float] | None:
    """Numbers c with used = c[0] * pieces[0] + c[1] * pieces[1] + ..., or None if there are none."""
    shares, *_ = np.linalg.lstsq(np.stack(pieces, axis=1), used, rcond=None)
    rest = np.linalg.norm(used - np.stack(pieces, axis=1) @ shares)
    return [float(c) for c in shares] if rest <= 2e-3 * np.linalg.norm(used) + 2e-5 else None
