"""Exercise: one training step with gradient clipping, judged by where the weights go.

The probe, and nothing else: this module is all of the exercise that a student's process imports, apart from the
comparison in `judge.py`.
"""

from ... import probing
from .judge import judge

__all__ = ["ID", "JUDGED_AS", "KIND", "MISCONCEPTIONS", "PARTS", "SHOWS_ORDER", "TITLE", "challenge", "judge", "probe"]

ID = "train_step"
KIND = "code"
TITLE = "Training step"
PARTS = {"update": "how the weights move", "returns": "what is returned"}
MISCONCEPTIONS = (__package__,)
JUDGED_AS = ID
SHOWS_ORDER = True  # the timeline has a second row: the order that works

# Which of the probes is watched for the order of events: small gradient, large gradient, small gradient.
_WATCHED = 4


def challenge(seed: int) -> dict:
    """What `making.challenge` makes; there is no such module where students' code is run."""
    from . import making

    return making.challenge(seed)


def probe(answer: object, given: dict) -> dict:
    """Observe a student's training step (see `autograder.probing.training.observe`)."""
    return probing.training.observe(answer, given["probes"], probing.training.TRAIN_STEP, _WATCHED)
