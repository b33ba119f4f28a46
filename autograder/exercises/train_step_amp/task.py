"""Exercise: a clipped training step with a gradient scaler, judged by where the weights and the scale go.

The probe, and nothing else: this module is all of the exercise that a student's process imports, apart from the
comparison in `judge.py`.
"""

from ... import probing
from .judge import judge

__all__ = ["ID", "JUDGED_AS", "KIND", "MISCONCEPTIONS", "PARTS", "SHOWS_ORDER", "TITLE", "challenge", "judge", "probe"]

ID = "train_step_amp"
KIND = "code"
TITLE = "Training step with a gradient scaler"
PARTS = {
    "update": "how the weights move",
    "scaler": "the scaler's state, and what happens when a gradient overflows",
    "returns": "what is returned",
}
MISCONCEPTIONS = (__package__,)
JUDGED_AS = ID
SHOWS_ORDER = True

# So many calls of the first probe are watched for the order of events: a small gradient, then a large one.
_WATCHED = 2


def challenge(seed: int) -> dict:
    """What `making.challenge` makes; there is no such module where students' code is run."""
    from . import making

    return making.challenge(seed)


def probe(answer: object, given: dict) -> dict:
    """Observe a student's training step.

    Returns `runs` (see `autograder.probing.scaling`), `fault` (why nothing could be observed, or None; what ends one
    run stands in that run), `evidence` (what was seen in the watched calls, for explanations) and `trace` (the events
    of a watched call with a large gradient).
    """
    observations: dict = {"runs": [], "fault": probing.answers.signature_fault(answer, probing.scaling.ARGUMENTS)}
    observations |= {"evidence": {}, "trace": []}
    if observations["fault"]:
        return observations
    with probing.isolation.undisturbed(answer):
        observations["runs"] = [probing.scaling.run(answer, tiny) for tiny in given["probes"]]
        recorders: list = []
        first = given["probes"][0]
        probing.scaling.run(answer, {**first, "calls": first["calls"][:_WATCHED]}, recorders)
    observations["evidence"] = {
        "events": [seen.events for seen in recorders],
        "foreign": sorted(set().union(*(seen.foreign for seen in recorders))),
        "mentions_backward": probing.isolation.mentions(answer, ("backward", "autograd")),
        "mentions_step": probing.isolation.mentions(answer, ("step",)),
        "mentions_autocast": probing.isolation.mentions(answer, ("autocast", "half", "float16", "bfloat16")),
    }
    observations["trace"] = recorders[-1].events if recorders else []
    return observations
