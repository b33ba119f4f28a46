"""Exercise: train a recurrent network on a sequence by truncated backpropagation through time, with clipping.

Challenge and probe, nothing else: this module is all of the exercise that a student's process imports, apart from
the comparison in `judge.py`.
"""

import numpy as np

from ... import probing
from ..train_step import task as train_step
from .judge import judge

__all__ = ["ID", "JUDGED_AS", "KIND", "MISCONCEPTIONS", "PARTS", "SHOWS_ORDER", "TITLE", "challenge", "judge", "probe"]

ID = "train_tbptt"
KIND = "code"
TITLE = "Truncated backpropagation through time"
PARTS = {"update": "how the weights move", "returns": "what is returned"}
MISCONCEPTIONS = (__package__, train_step.__package__)
JUDGED_AS = ID
SHOWS_ORDER = True  # two chunks are watched: ten events

# Which of the probes is watched for the order of events: a sequence of one chunk, then one of two.
_WATCHED = 0


def challenge(seed: int) -> dict:
    """Six tiny probes. Together they tell every known mutant from the reference; the seed varies all numbers.

    Sequences of one chunk show what is wrong with the step, longer ones what is wrong between the chunks. The last
    chunk is shorter than the others or as long; chunks of one time step occur; thresholds lie on both sides of 1 and of
    the norms, so that within one sequence some chunks are clipped and others not.
    """
    rng = np.random.default_rng(seed)
    s = [int(x) for x in rng.integers(0, 2**31, 6)]
    v = [float(x) for x in rng.uniform(0.9, 1.1, 6)]  # gradient norms and thresholds move together by up to a tenth
    plans = [
        # (chunk, length of the last chunk, threshold, gradient norm of each chunk) for each call
        {"lr": 0.21, "calls": [(3, 2, 1.7, [6.1]), (3, 2, 1.7, [4.3, 2.6]), (2, 1, 1.7, [0.9, 3.1])]},
        {"lr": 0.27, "calls": [(4, 4, 0.73, [0.66]), (2, 1, 0.73, [3.9, 0.41, 2.2]), (3, 3, 0.91, [0.52, 2.7])]},
        {"lr": 0.013, "calls": [(4, 3, 37.0, [1.9, 0.8, 2.4]), (3, 1, 29.0, [0.7, 1.3])], "loss": "sum"},
        {"lr": 0.037, "calls": [(4, 4, 4.6, [40.0, 3.1, 12.0]), (5, 2, 6.3, [5.9, 21.0])]},
        {"lr": 0.37, "calls": [(5, 3, 0.067, [2.3]), (4, 1, 0.31, [0.19, 1.7])]},
        {"lr": 0.023, "calls": [(1, 1, 2.1, [5.2, 1.4, 3.3]), (2, 2, 1.2, [2.9, 0.7])], "loss": "sum"},
    ]
    for plan, factor in zip(plans, v, strict=True):
        plan["calls"] = [
            (k, last, m * factor, [norm * factor for norm in norms]) for k, last, m, norms in plan["calls"]
        ]
    from .probes import make_probe

    return {"given": {"probes": [make_probe(s[k], **plan) for k, plan in enumerate(plans)]}, "withheld": {}}


def probe(answer: object, given: dict) -> dict:
    """Observe a student's training function (see `autograder.probing.training.observe`).

    `evidence` holds also `pieces`: for each call, [time steps, batch] of everything that the model was given to read.
    """
    from .probes import form

    pieces: list[list[list[int]]] = []
    observations = probing.training.observe(answer, given["probes"], form(pieces), _WATCHED)
    calls = sum(len(tiny["calls"]) for tiny in given["probes"])  # those after them were watched once more
    return observations | {"evidence": observations["evidence"] | {"pieces": pieces[:calls]}}
