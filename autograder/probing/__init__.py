"""Observe what an answer does. All of this but `patience`, `handover` and `answers` imports torch.

Judging needs no torch, and torch takes seconds to import; so what both probes and judges names a module of this package
by `probing.training`, which imports it when it is first used.
"""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType


def __getattr__(name: str) -> ModuleType:
    if name.startswith("_") or not find_spec(f"{__name__}.{name}"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
