"""Exercise: one clipped training step whose gradient is accumulated over micro-batches.

The probe, and nothing else: this module is all of the exercise that a student's process imports, apart from the
comparison in `judge.py`.
"""

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
    """What `making.challenge` makes; there is no such module where students' code is run."""
    from . import making

    return making.challenge(seed)


def probe(answer: object, given: dict) -> dict:
    """Observe a student's training step (see `autograder.probing.training.observe`).

    `evidence` holds also `numbers`, those in the answer's code: any could stand for the number of micro-batches.
    """
    from .probes import FORM

    observations = probing.training.observe(answer, given["probes"], FORM, _WATCHED)
    return observations | {"evidence": observations["evidence"] | {"numbers": probing.isolation.numbers_in(answer)}}
