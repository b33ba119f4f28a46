"""Exercise: repair a loop whose parameters are used up before it clips.

Judged like `train_step`: what counts is what the repaired loop does.
"""

from ..train_step.task import JUDGED_AS, KIND, MISCONCEPTIONS, PARTS, SHOWS_ORDER, challenge, judge, probe

__all__ = ["ID", "JUDGED_AS", "KIND", "MISCONCEPTIONS", "PARTS", "SHOWS_ORDER", "TITLE", "challenge", "judge", "probe"]

ID = "repair_logging_loop"
TITLE = "Repair 2, the loop that measures but does not clip"
