"""Exercise: train a recurrent network on a sequence by truncated backpropagation through time, with clipping.

The probe, and nothing else: this module is all of the exercise that a student's process imports, apart from the
comparison in `judge.py`.
"""

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
    """What `making.challenge` makes; there is no such module where students' code is run."""
    from . import making

    return making.challenge(seed)


def probe(answer: object, given: dict) -> dict:
    """Observe a student's training function (see `autograder.probing.training.observe`).

    `evidence` holds also `pieces`: for each call, [time steps, batch] of everything that the model was given to read.
    """
    from .probes import form

    pieces: list[list[list[int]]] = []
    observations = probing.training.observe(answer, given["probes"], form(pieces), _WATCHED)
    calls = sum(len(tiny["calls"]) for tiny in given["probes"])  # those after them were watched once more
    return observations | {"evidence": observations["evidence"] | {"pieces": pieces[:calls]}}
