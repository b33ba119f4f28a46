"""Exercise: a clipped training step that is left out when the total norm of its gradient is not finite.

The probe, and nothing else: this module is all of the exercise that a student's process imports, apart from the
comparison in `judge.py`.
"""

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
    """What `making.challenge` makes; there is no such module where students' code is run."""
    from . import making

    return making.challenge(seed)


def probe(answer: object, given: dict) -> dict:
    """Observe a student's training step (see `autograder.probing.training.observe`)."""
    from .probes import FORM

    return probing.training.observe(answer, given["probes"], FORM, _WATCHED)
