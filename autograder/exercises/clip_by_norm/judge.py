"""Judge clipping by norm: right is what leaves the reference's gradients and returns its norm.

`observations` are what `task.probe` gave, `expected` what the reference and the mutants give. Nothing is run here.
"""

from ...judging import Verdict
from ...kinds import casewise
from .diagnosis import explain

PARTS = ("clips", "returns", "robust")


def judge(observations: dict, expected: dict) -> Verdict:
    """Verdict over `clips` and `returns` (ordinary lists of gradients) and `robust` (the same where some are missing,
    come from a generator, or are all zero).

    An answer that already returns something else for ordinary gradients is not blamed for that a second time; and a
    case that is generous (beyond what the exercise speaks of) blames no answer for raising, only for a wrong result.
    """
    cases, reference = expected["given"]["cases"], expected["reference"]["outcomes"]

    def ordinary(name: str) -> bool:
        return cases[name]["has"] == ["plain"]

    returns_norm = all(
        casewise.same(outcome.get("returned"), reference[name]["returned"])
        for name, outcome in observations["outcomes"].items()
        if ordinary(name) and "raised" not in outcome and len(cases[name]["thresholds"]) == 1
    )

    def part_of(name: str, aspect: str) -> str | None:
        if cases[name].get("generous") and "raised" in observations["outcomes"].get(name, {}):
            return None
        if aspect in ("grads", "moved"):
            return "clips" if ordinary(name) else "robust"
        if aspect == "returned" and len(cases[name]["thresholds"]) == 1:  # later calls see what earlier ones left
            return "returns" if ordinary(name) else "robust" if returns_norm else None
        return None

    return casewise.judge(observations, expected, part_of, PARTS, explain)
