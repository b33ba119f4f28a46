"""Folders for sockets of the grader's."""

import tempfile

_LONGEST = 60  # characters: a socket's path has at most 107


def socket_folder() -> str:
    """A new temporary folder that nobody else can enter, with a path short enough for sockets."""
    usual = tempfile.gettempdir()
    return tempfile.mkdtemp(prefix="autograder_", dir=usual if len(usual) < _LONGEST else "/tmp")
