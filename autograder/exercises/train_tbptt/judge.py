"""Judge truncated backpropagation: right is what matches the reference's trajectory; `diagnosis` names the rest."""

from ...judging import Verdict
from ...kinds import trajectories
from .diagnosis import name_returned, name_update


def judge(observations: dict, expected: dict) -> Verdict:
    """Verdict over the parts `update` (the weights after every call) and `returns` (the norm of each chunk)."""
    return trajectories.judge(
        _comparable(observations, expected["reference"]),
        expected,
        lambda _, expected: name_update(observations, expected),
        name_returned,
    )


def _comparable(observations: dict, reference: dict) -> dict:
    """The observations without the norms that cannot be right: in the first call of a run in which the weights went
    astray, those of all chunks but the first."""
    runs = []
    for run, right in zip(observations["runs"], reference["runs"], strict=False):
        calls, astray = list(run["calls"]), trajectories.matching_calls(run, right)
        if astray < len(calls):
            wanted = right["calls"][astray]["returned"]
            later = {name: norm for name, norm in wanted.items() if name not in ("count", "1")}
            calls[astray] = {**calls[astray], "returned": calls[astray]["returned"] | later}
        runs.append({**run, "calls": calls})
    return {**observations, "runs": runs}
