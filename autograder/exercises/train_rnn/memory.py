"""The task of remembering the first number, and the network's loss on it: all in numpy, so that whoever judges
weights needs nothing of what a student's process has touched.

A sequence has a *signal* in its first step and *noise* in all others. Both are spread over all features, along two
directions at right angles (the `mixing`) that differ from challenge to challenge: weights trained on one task are no
good at another.
"""

import numpy as np

FEATURES, UNITS, LENGTH, BATCH = 4, 8, 22, 32
GAIN, READING = 1.2, 0.3  # of the first weights: all singular values of W; the standard deviation of the others

# The shapes of the weights, by their names in `torch`, in the order of `model.parameters()`.
SHAPES = {
    "read_in.weight": (UNITS, FEATURES),
    "read_in.bias": (UNITS,),
    "recur.weight": (UNITS, UNITS),
    "read_out.weight": (1, UNITS),
    "read_out.bias": (1,),
}


def first_layers(rng: np.random.Generator) -> list:
    """Weights for training to start from, as `autograder.probing.recurrent` wants them."""
    turning, _ = np.linalg.qr(rng.normal(size=(UNITS, UNITS)))
    read_in, read_out = rng.normal(0, READING, (UNITS, FEATURES)), rng.normal(0, READING, (1, UNITS))
    return [[read_in.tolist(), [0.0] * UNITS], [(GAIN * turning).tolist()], [read_out.tolist(), [0.0]]]


def mixing(rng: np.random.Generator) -> np.ndarray:
    """The directions of signal and noise: two rows of length 1, at right angles."""
    return np.linalg.qr(rng.normal(size=(FEATURES, 2)))[0].T


def sequences(rng: np.random.Generator, count: int, mixed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sequences of shape (count, LENGTH, FEATURES) and their targets: the signal."""
    targets, both = rng.normal(size=count), rng.normal(size=(count, LENGTH, 2))
    both[:, :, 0] = 0
    both[:, 0] = 0
    both[:, 0, 0] = targets
    return both @ mixed, targets


def loss(weights: dict[str, np.ndarray], inputs: np.ndarray, targets: np.ndarray) -> float:
    """The mean squared error of the network with these weights; not finite where its numbers overflow."""
    with np.errstate(all="ignore"):
        seen = inputs @ weights["read_in.weight"].T + weights["read_in.bias"]
        state = seen[:, 0]
        for step in range(1, seen.shape[1]):
            state = state @ weights["recur.weight"].T + seen[:, step]
        outputs = (state @ weights["read_out.weight"].T + weights["read_out.bias"])[:, 0]
        return float(np.mean((outputs - targets) ** 2))
