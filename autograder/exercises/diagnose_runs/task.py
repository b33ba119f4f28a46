"""Exercise: say of six recorded training runs what went wrong, which sign shows it, and what to do about it."""

from ...kinds import choices
from ...kinds.choices import judge, probe

__all__ = [
    "CAUSES",
    "FIXES",
    "ID",
    "JUDGED_AS",
    "KIND",
    "MISCONCEPTIONS",
    "PARTS",
    "REASONS",
    "SHOWS_ORDER",
    "TITLE",
    "challenge",
    "judge",
    "probe",
]

ID = JUDGED_AS = "diagnose_runs"
KIND = "choice"
TITLE = "Diagnosing runs"
MISCONCEPTIONS = (__package__, choices.__package__)
SHOWS_ORDER = False

CAUSES = "ABCDEFGHI"
REASONS = "1234"
FIXES = "ABCDEFGHIJ"
_RUNS = range(1, 7)
PARTS = {f"run_{n}": f"cause and reason of run {n}" for n in _RUNS} | {f"run_{n}_fix": f"fix of run {n}" for n in _RUNS}


def challenge(seed: int) -> dict:
    """The options of each part. The runs are recorded (`runs.json`), so that every student sees the same six.

    `given["tiers"]` maps each part to its tiers, and each tier to its options.
    """
    diagnosis = {"cause": list(CAUSES), "reason": list(REASONS)}
    tiers = {part: {"fix": list(FIXES)} if part.endswith("_fix") else diagnosis for part in PARTS}
    return {"given": {"tiers": tiers}, "withheld": {}}
