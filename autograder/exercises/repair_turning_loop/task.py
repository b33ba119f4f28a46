"""Exercise: repair a loop that clips every parameter on its own.

Judged like `train_step`: what counts is what the repaired loop does.
"""

from ..train_step.task import JUDGED_AS, KIND, MISCONCEPTIONS, PARTS, SHOWS_ORDER, challenge, judge, probe

__all__ = ["ID", "JUDGED_AS", "KIND", "MISCONCEPTIONS", "PARTS", "SHOWS_ORDER", "TITLE", "challenge", "judge", "probe"]

ID = "repair_turning_loop"
TITLE = "Repair 3, the loop that turns the gradient"
