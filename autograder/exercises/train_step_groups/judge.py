"""Judge a step with parameter groups: right is what matches the reference's trajectory; `diagnosis` names the rest."""

from ...judging import Verdict
from ...kinds import trajectories
from .diagnosis import name_returned, name_update


def judge(observations: dict, expected: dict) -> Verdict:
    """Verdict over the parts `update` (the weights after every call) and `returns` (each group's norm)."""
    return trajectories.judge(observations, expected, name_update, name_returned)
