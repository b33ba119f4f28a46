"""Exercise: one training step with two parameter groups, each clipped by its own norm to its own threshold.

Challenge and probe, nothing else: this module is all of the exercise that a student's process imports, apart from
the comparison in `judge.py`.
"""

import numpy as np

from ... import probing
from ..train_step import task as train_step
from .judge import judge

__all__ = ["ID", "JUDGED_AS", "KIND", "MISCONCEPTIONS", "PARTS", "SHOWS_ORDER", "TITLE", "challenge", "judge", "probe"]

ID = "train_step_groups"
KIND = "code"
TITLE = "Training step with two parameter groups"
PARTS = {"update": "how the weights move", "returns": "what is returned"}
MISCONCEPTIONS = (__package__, train_step.__package__)
JUDGED_AS = ID
SHOWS_ORDER = True

# Which of the probes is watched for the order of events: both groups are clipped in its second call.
_WATCHED = 1


def challenge(seed: int) -> dict:
    """Six tiny probes. Together they tell every known mutant from the reference; the seed varies all numbers.

    The groups cut through the layers, come in any order and have different sizes. Both, one or none of them are
    clipped; the larger threshold is the first or the second; some norms lie just below theirs, where a wrong norm (a
    sum of norms, or that of all gradients) already clips.
    """
    rng = np.random.default_rng(seed)
    s = [int(x) for x in rng.integers(0, 2**31, 6)]
    v = [float(x) for x in rng.uniform(0.9, 1.1, 6)]
    w = [float(x) for x in rng.uniform(0.97, 1.04, 6)]  # thresholds move less, so that those just above stay there
    plans = [
        # (norm of the whole gradient, each group's threshold as a multiple of its own norm) for each call
        {"lr": 0.21, "members": [[0, 2], [1, 3]], "calls": [(5.1, 0.41, 3.2), (0.83, 2.9, 3.7), (2.6, 1.07, 0.23)]},
        {"lr": 0.17, "members": [[2, 3], [0, 1]], "calls": [(3.7, 1.06, 1.09), (9.3, 0.37, 0.19), (4.4, 0.29, 2.3)]},
        {"lr": 0.11, "members": [[3, 1], [2, 0]], "calls": [(13.0, 0.53, 0.11), (7.9, 0.13, 0.61)], "loss": "sum"},
        {"lr": 0.39, "members": [[0, 1, 3], [2]], "calls": [(0.61, 31.0, 17.0), (0.47, 1.08, 23.0)], "loss": "huber"},
        {"lr": 0.27, "members": [[1], [3, 0, 2]], "calls": [(4.9, 2.7, 0.31), (6.7, 0.17, 0.43)]},
        {"lr": 0.33, "members": [[2, 1], [0, 3]], "calls": [(3.3, 0.47, 0.29), (2.9, 0.21, 1.09)], "frozen": (1,)},
    ]
    for plan, norm, threshold in zip(plans, v, w, strict=True):
        plan["calls"] = [(n * norm, a * threshold, b * threshold) for n, a, b in plan["calls"]]
    from .probes import make_probe

    return {"given": {"probes": [make_probe(s[k], **plan) for k, plan in enumerate(plans)]}, "withheld": {}}


def probe(answer: object, given: dict) -> dict:
    """Observe a student's training step (see `autograder.probing.training.observe`).

    The events of `trace` name no threshold: there are two.
    """
    from .probes import FORM

    observations = probing.training.observe(answer, given["probes"], FORM, _WATCHED)
    trace = [{key: its for key, its in event.items() if key != "max_norm"} for event in observations["trace"]]
    return observations | {"trace": trace}
