"""Exercise: work out by hand what clipping makes of a few small gradients."""

from ...kinds.values import judge, probe

__all__ = [
    "ID", "JUDGED_AS", "KIND", "MISCONCEPTIONS", "PARTS", "SHOWS_ORDER", "TITLE", "challenge", "judge", "probe",
]  # fmt: skip

ID = "predict_clipped"
KIND = "value"
TITLE = "Clipped by hand"
PARTS = {
    "returned": "what clipping by norm returns",
    "entry": "one entry, clipped by norm",
    "weight": "a weight after the step",
    "small": "the norm of a small gradient",
    "per_tensor": "the norm after clipping each tensor on its own",
    "by_value": "the norm after clipping by value",
}
MISCONCEPTIONS = (__package__, "autograder.kinds")
JUDGED_AS = ID
SHOWS_ORDER = False


def challenge(seed: int) -> dict:
    """The gradients stand in the assignment, and are the same for everybody."""
    given = {
        "tolerance": 0.005,
        "forms": {part: {"low": -1000, "high": 1000} for part in PARTS},
        "large": [[6.0, -8.0], [24.0]],
        "small": [[0.3, -0.4]],
        "max_norm": 13.0,
        "clip_value": 7.0,
        "weight": 1.0,
        "lr": 0.1,
    }
    return {"given": given, "withheld": {}}
