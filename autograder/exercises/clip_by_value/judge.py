"""Judge clamping: right is what leaves the reference's gradients; what is returned does not matter.

`observations` are what `task.probe` gave, `expected` what the reference and the mutants give. Nothing is run here.
"""

from ...judging import Verdict
from ...kinds import casewise
from .diagnosis import explain

PARTS = ("clamps", "robust")


def judge(observations: dict, expected: dict) -> Verdict:
    """Verdict over `clamps` (ordinary lists of gradients) and `robust` (the same where some are missing, come from a
    generator, or have unusual shapes)."""
    cases = expected["given"]["cases"]

    def part_of(name: str, aspect: str) -> str | None:
        if aspect in ("grads", "moved"):
            return "clamps" if cases[name]["has"] == ["plain"] else "robust"
        return None

    return casewise.judge(observations, expected, part_of, PARTS, explain)
