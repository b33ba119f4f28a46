"""Exercise: repair a loop that clips after the step.

Judged like `train_step`: what counts is what the repaired loop does.
"""

from ..train_step.task import JUDGED_AS, KIND, MISCONCEPTIONS, PARTS, SHOWS_ORDER, challenge, judge, probe

__all__ = ["ID", "JUDGED_AS", "KIND", "MISCONCEPTIONS", "PARTS", "SHOWS_ORDER", "TITLE", "challenge", "judge", "probe"]

ID = "repair_exploding_loop"
TITLE = "Repair 1, the loop that blows up all the same"
