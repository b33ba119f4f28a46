"""Which kernels submissions run in."""

from .sandbox import available
from .warm.manager import WarmKernelManager
from .warm.talking import DirectKernelManager


def kernel_manager() -> type[WarmKernelManager]:
    """The kernel manager for the quickest sandbox that there can be here. Raises CourseError if there can be none."""
    available.require()
    return DirectKernelManager if available.kind() == available.WARM else WarmKernelManager
