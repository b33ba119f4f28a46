"""Exercise: when would an alarm on the gradient norm have warned of the explosion in run C of the four logs?"""

from ...kinds.values import judge, probe
from ..read_log.task import LOGS

__all__ = [
    "FACTOR", "ID", "JUDGED_AS", "KIND", "MISCONCEPTIONS", "PARTS", "RUN", "SHOWS_ORDER", "TITLE",
    "challenge", "judge", "probe",
]  # fmt: skip

ID = "first_alarm"
KIND = "value"
TITLE = "The first alarm"
PARTS = {"alarm_step": "the step of the first alarm", "steps_of_warning": "how many steps it comes before the nan"}
MISCONCEPTIONS = (__package__, "autograder.kinds")
JUDGED_AS = ID
SHOWS_ORDER = False

RUN, FACTOR = "C", 10  # the alarm: a norm above FACTOR times the median of all norms before it


def challenge(seed: int) -> dict:
    """The log is recorded, and the same for everybody."""
    forms = {"alarm_step": {"low": 1, "high": 1000}, "steps_of_warning": {"low": 0, "high": 1000}}
    return {"given": {"tolerance": 1e-3, "forms": forms, "log": LOGS[RUN], "factor": FACTOR}, "withheld": {}}
