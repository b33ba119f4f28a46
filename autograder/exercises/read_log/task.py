"""Exercise: say of four training logs which one explodes, and what ails the others."""

import json
from pathlib import Path

from ...kinds.choices import judge, probe

__all__ = [
    "ID", "JUDGED_AS", "KIND", "LOGS", "MISCONCEPTIONS", "PARTS", "PATH", "SHOWS_ORDER", "TITLE",
    "challenge", "judge", "probe",
]  # fmt: skip

ID = "read_log"
KIND = "choice"
TITLE = "Four logs"
PARTS = {
    "explodes": "the run whose gradients explode",
    "rate_too_large": "the run whose learning rate is too large",
    "vanishes": "the run whose gradients vanish",
}
MISCONCEPTIONS = (__package__, "autograder.kinds")
JUDGED_AS = ID
SHOWS_ORDER = False

PATH = Path(__file__).with_name("logs.json")

# For each run the rows of its log: step, loss and total norm (what is not finite stands there as text).
LOGS: dict[str, list[dict]] = json.loads(PATH.read_text(encoding="utf-8")) if PATH.exists() else {}


def challenge(seed: int) -> dict:
    """The logs are recorded, and the same for everybody."""
    return {"given": {"tiers": {part: {"run": sorted(LOGS)} for part in PARTS}}, "withheld": {}}
