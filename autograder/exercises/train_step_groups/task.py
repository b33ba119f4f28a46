"""Exercise: one training step with two parameter groups, each clipped by its own norm to its own threshold.

The probe, and nothing else: this module is all of the exercise that a student's process imports, apart from the
comparison in `judge.py`.
"""

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
    """What `making.challenge` makes; there is no such module where students' code is run."""
    from . import making

    return making.challenge(seed)


def probe(answer: object, given: dict) -> dict:
    """Observe a student's training step (see `autograder.probing.training.observe`).

    The events of `trace` name no threshold: there are two.
    """
    from .probes import FORM

    observations = probing.training.observe(answer, given["probes"], FORM, _WATCHED)
    trace = [{key: its for key, its in event.items() if key != "max_norm"} for event in observations["trace"]]
    return observations | {"trace": trace}
