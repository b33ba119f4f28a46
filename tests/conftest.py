"""One thread for each process that the tests start: with more, tiny networks on a busy machine wait for each other.
And no verdict of a property test depends on how busy the machine is.
"""

import os

from hypothesis import HealthCheck, settings

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported

settings.register_profile("however busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("however busy")
