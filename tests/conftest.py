"""One thread for each process that the tests start: with more, tiny networks on a busy machine wait for each other."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported
