"""Exercise: one training step of a recurrent network, with gradient clipping; judged by where the weights go.

The step is the one of `train_step`, and so are its mistakes: what names them is used as it is. Challenge and probe
are its own, since everything else about the network is different.
"""

import numpy as np

from ... import probing
from ..train_step import task as train_step
from ..train_step.judge import judge

__all__ = ["ID", "JUDGED_AS", "KIND", "MISCONCEPTIONS", "PARTS", "SHOWS_ORDER", "TITLE", "challenge", "judge", "probe"]

ID = "rnn_step"
KIND = "code"
TITLE = "Training step of the recurrent network"
PARTS = train_step.PARTS
MISCONCEPTIONS = (__package__, train_step.__package__)
JUDGED_AS = ID
SHOWS_ORDER = True

# Which of the probes is watched for the order of events: small gradient, large gradient, small gradient.
_WATCHED = 4


def challenge(seed: int) -> dict:
    """Five tiny probes: thresholds on both sides of 1 and of the gradient norms, one norm just below its threshold,
    one that is many thousand times as large as it, as when a recurrent network explodes."""
    rng = np.random.default_rng(seed)
    s = [int(x) for x in rng.integers(0, 2**31, 5)]
    v = [float(x) for x in rng.uniform(0.9, 1.1, 8)]  # gradient norms and thresholds move together by up to a tenth
    plans = [
        {"lr": 0.23, "calls": [(7.1 * v[0], 0.77 * v[0]), (0.7 * v[0], 0.77 * v[0])]},
        {"lr": 0.39, "loss": "huber", "calls": [(0.39 * v[1], 41.0 * v[1]), (0.27 * v[1], 41.0 * v[1])]},
        {"lr": 0.11, "loss": "sum", "groups": 2, "calls": [(9600.0 * v[2], 2.3 * v[3]), (8.3 * v[2], 2.3 * v[3])]},
        {"lr": 0.87, "calls": [(1.7 * v[4], 0.067 * v[5]), (2.9 * v[4], 0.067 * v[5])]},
        {"lr": 0.19, "groups": 2, "calls": [(0.9 * v[6], 1.6 * v[7]), (6.7 * v[6], 1.6 * v[7]), (0.8, 1.6 * v[7])]},
    ]
    from .probes import make_probe

    return {"given": {"probes": [make_probe(s[k], **plan) for k, plan in enumerate(plans)]}, "withheld": {}}


def probe(answer: object, given: dict) -> dict:
    """Observe a student's training step (see `autograder.probing.training.observe`)."""
    from .probes import FORM

    return probing.training.observe(answer, given["probes"], FORM, _WATCHED)
