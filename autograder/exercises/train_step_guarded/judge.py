"""Judge a guarded step: right is what matches the reference's trajectory; `diagnosis` names what does not."""

from ...judging import Verdict
from ...kinds import trajectories
from .diagnosis import name_returned, name_update


def judge(observations: dict, expected: dict) -> Verdict:
    """Verdict over the parts `update` (the weights after every call) and `returns` (the norm before clipping)."""
    return trajectories.judge(observations, expected, name_update, name_returned)
