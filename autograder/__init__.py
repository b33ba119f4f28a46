"""What a notebook of the course may import: `from autograder import check, hint`.

Everything is loaded at first use, so that the import itself costs nothing beside torch's.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .checking import CheckFailed, check
    from .hinting import hint
    from .learning.explaining import explain

_HOMES = {"check": "checking", "CheckFailed": "checking", "explain": "learning.explaining", "hint": "hinting"}

__all__ = ["CheckFailed", "check", "explain", "hint"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
