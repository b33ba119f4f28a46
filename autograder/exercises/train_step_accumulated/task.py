"""Exercise: one clipped training step whose gradient is accumulated over micro-batches.

Challenge and probe, nothing else: this module is all of the exercise that a student's process imports, apart from
the comparison in `judge.py`.
"""

import numpy as np

from ... import probing
from ..train_step import task as train_step
from .judge import judge

__all__ = ["ID", "JUDGED_AS", "KIND", "MISCONCEPTIONS", "PARTS", "SHOWS_ORDER", "TITLE", "challenge", "judge", "probe"]

ID = "train_step_accumulated"
KIND = "code"
TITLE = "Training step over micro-batches"
PARTS = {"update": "how the weights move", "returns": "what is returned"}
MISCONCEPTIONS = (__package__, train_step.__package__)
JUDGED_AS = ID
SHOWS_ORDER = True  # two micro-batches are watched: seven events

# Which of the probes is watched for the order of events: two steps that are clipped.
_WATCHED = 4


def challenge(seed: int) -> dict:
    """Nine tiny probes. Together they tell every known mutant from the reference; the seed varies all numbers.

    Calls have 1, 2, 3, 4, 5, 7 and 9 micro-batches, each number also in a call after another one.
    The threshold lies above the norm of the micro-batches' sum, between sum and mean, or below the mean, and changes
    from call to call; micro-batches that pull in different directions have norms above it when that of their mean is
    below. Frozen parameters come last, so that an answer that stops there has shown what else it does.
    """
    rng = np.random.default_rng(seed)
    s = [int(x) for x in rng.integers(0, 2**31, 9)]
    v = [float(x) for x in rng.uniform(0.9, 1.1, 9)]  # gradient norms and thresholds move together by up to a tenth
    plans = [
        # (micro-batches, norm of the mean gradient, threshold) for each call
        {"lr": 0.31, "size": 3, "calls": [(4, 0.61, 1.37), (2, 6.3, 1.37), (1, 0.43, 1.12), (1, 4.4, 1.12)]},
        {"lr": 0.053, "size": 5, "calls": [(2, 0.83, 2.9), (5, 9.1, 2.9), (1, 1.6, 3.7)], "loss": "sum", "groups": 2},
        {"lr": 0.11, "size": 2, "calls": [(5, 0.74, 1.13), (2, 0.52, 0.81)], "loss": "sum", "spread": 6.0},
        # small, then large, then small, with the threshold in between
        {"lr": 0.19, "size": 5, "calls": [(3, 0.29, 1.71), (2, 7.7, 1.71), (4, 0.37, 1.53)]},
        # far above a threshold far below 1
        {"lr": 0.71, "size": 4, "calls": [(3, 3.1, 0.067), (2, 4.7, 0.067), (3, 2.6, 0.31)], "groups": 2},
        # all below a huge threshold
        {"lr": 0.043, "size": 3, "calls": [(2, 2.3, 29.0), (9, 1.27, 41.0)], "loss": "sum"},
        {
            "lr": 0.037,
            "size": 4,
            "calls": [(1, 5.3, 0.79), (3, 0.57, 0.79), (1, 2.9, 0.96)],
            "loss": "sum",
            "spread": 4.0,
        },
        {"lr": 0.23, "size": 2, "calls": [(2, 8.2, 4.3), (7, 1.9, 4.3)], "groups": 2, "frozen": [0]},
        {"lr": 0.17, "size": 3, "calls": [(2, 310.0, 23.0), (3, 5.9, 17.0)], "frozen": [1, 2]},
    ]
    for plan, factor in zip(plans, v, strict=True):
        plan["calls"] = [(n, norm * factor, max_norm * factor) for n, norm, max_norm in plan["calls"]]
    from .probes import make_probe

    return {"given": {"probes": [make_probe(s[k], **plan) for k, plan in enumerate(plans)]}, "withheld": {}}


def probe(answer: object, given: dict) -> dict:
    """Observe a student's training step (see `autograder.probing.training.observe`).

    `evidence` holds also `numbers`, those in the answer's code: any could stand for the number of micro-batches.
    """
    from .probes import FORM

    observations = probing.training.observe(answer, given["probes"], FORM, _WATCHED)
    return observations | {"evidence": observations["evidence"] | {"numbers": probing.isolation.numbers_in(answer)}}
