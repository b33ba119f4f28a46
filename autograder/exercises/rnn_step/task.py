"""Exercise: one training step of a recurrent network, with gradient clipping; judged by where the weights go.

The step is the one of `train_step`, and so are its mistakes: what names them is used as it is. Challenge and probe
are its own, since everything else about the network is different.
"""

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
    """What `making.challenge` makes; there is no such module where students' code is run."""
    from . import making

    return making.challenge(seed)


def probe(answer: object, given: dict) -> dict:
    """Observe a student's training step (see `autograder.probing.training.observe`)."""
    from .probes import FORM

    return probing.training.observe(answer, given["probes"], FORM, _WATCHED)
