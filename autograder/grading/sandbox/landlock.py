"""A second lock on files and signals, where the kernel of Linux has it: Landlock, by the package sandlock.

The view of files (`view.py`) holds without it; this one would hold if a way were found around a mount.
"""

from . import view


def works() -> bool:
    """Whether the package is installed and this kernel's Landlock is new enough for it."""
    try:
        import sandlock
    except (ImportError, OSError, RuntimeError):  # not installed; not for this machine; or a user without a home
        return False
    return sandlock.landlock_abi_version() >= sandlock.min_landlock_abi()


def lock() -> None:
    """Lock this process, for good: it reads what it sees, writes to its own folder, and signals only its own."""
    if works():
        import sandlock

        sandlock.confine(sandlock.Sandbox(fs_readable=["/"], fs_writable=[view.HOME, "/dev", view.SOCKETS]))
