"""Exercise: a clipped training step that is left out when the total norm of its gradient is not finite.

Challenge and probe, nothing else: this module is all of the exercise that a student's process imports, apart from
the comparison in `judge.py`.
"""

import numpy as np

from ... import probing
from ..train_step import task as train_step
from .judge import judge

__all__ = ["ID", "JUDGED_AS", "KIND", "MISCONCEPTIONS", "PARTS", "SHOWS_ORDER", "TITLE", "challenge", "judge", "probe"]

ID = "train_step_guarded"
KIND = "code"
TITLE = "Guarded training step"
PARTS = {"update": "how the weights move", "returns": "what is returned"}
MISCONCEPTIONS = (__package__, train_step.__package__)
JUDGED_AS = ID
SHOWS_ORDER = True

# Which of the probes is watched for the order of events: its first two calls are ordinary, the second is clipped.
_WATCHED = 0


def challenge(seed: int) -> dict:
    """Seven tiny probes. Together they tell every known mutant from the reference; the seed varies all numbers.

    Calls whose gradient is nan or infinite come first, between ordinary ones and twice in a row; with a loss that is
    broken as well and with one that is not; with all parameters broken and with one alone.
    """
    rng = np.random.default_rng(seed)
    s = [int(x) for x in rng.integers(0, 2**31, 7)]
    v = [float(x) for x in rng.uniform(0.9, 1.1, 7)]  # gradient norms and thresholds move together by up to a tenth
    plans = [
        {"lr": 0.21, "calls": [(0.9, 1.7), (7.1, 1.7), ("nan-input", 1.7), (4.3, 1.7)]},
        {"lr": 0.31, "calls": [("inf-target", 0.73), (6.3, 0.73), (0.66, 0.73)], "groups": 2},
        {"lr": 0.47, "calls": [(0.41, 37.0), ("missing-target", 37.0), (0.28, 37.0)], "loss": "masked"},
        {"lr": 0.13, "calls": [("overflow", 2.6), (11.7, 2.6), (0.7, 2.6)], "loss": "sum", "groups": 2},
        {
            "lr": 0.83,
            "calls": [(1.9, 0.064), ("inf-target", 0.064), ("nan-input", 0.064), (2.7, 0.064)],
            "frozen": (1,),
        },
        {"lr": 0.017, "calls": [(310.0, 23.0), ("missing-target", 23.0), (5.9, 17.0)], "loss": "masked", "groups": 2},
        {"lr": 0.057, "calls": [("nan-input", 2.3), (3.8, 1.4), ("inf-target", 1.4), (0.5, 1.4)], "loss": "sum"},
    ]
    for plan, factor in zip(plans, v, strict=True):
        plan["calls"] = [(n if isinstance(n, str) else n * factor, max_norm * factor) for n, max_norm in plan["calls"]]
    from .probes import make_probe

    return {"given": {"probes": [make_probe(s[k], **plan) for k, plan in enumerate(plans)]}, "withheld": {}}


def probe(answer: object, given: dict) -> dict:
    """Observe a student's training step (see `autograder.probing.training.observe`)."""
    from .probes import FORM

    return probing.training.observe(answer, given["probes"], FORM, _WATCHED)
