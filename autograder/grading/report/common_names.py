"""The names that everybody's code has: Python's and torch's, those of arguments included.

Torch's are kept in a file: to import torch takes longer than to write a report. `python -m
autograder.grading.report.common_names` writes it anew.
"""

import builtins
import contextlib
import inspect
import math
from functools import cache
from pathlib import Path

_TORCHS = Path(__file__).with_name("torch_names.txt")
_PLACES = (builtins, list, dict, str, math)


@cache
def common() -> frozenset[str]:
    """All of them."""
    return frozenset({"numpy", "np", *_names_in(*_PLACES), *_TORCHS.read_text(encoding="utf-8").split()})


def torchs() -> list[str]:
    """Torch's, as they are now."""
    import torch

    places = (
        torch, torch.nn, torch.nn.functional, torch.nn.utils, torch.nn.init, torch.optim, torch.autograd, torch.amp,
        torch.linalg, torch.Tensor, torch.nn.Module, torch.optim.Optimizer, torch.amp.GradScaler,
    )  # fmt: skip
    return sorted({"torch", "math", "nn", "F", *_names_in(*places)})


def _names_in(*places: object) -> set[str]:
    names: set[str] = set()
    for place in places:
        for name in dir(place):
            names.add(name)
            with contextlib.suppress(Exception):  # many have no signature, and say so in many ways
                names |= inspect.signature(getattr(place, name)).parameters.keys()
    return names


if __name__ == "__main__":
    _TORCHS.write_text("\n".join(torchs()) + "\n", encoding="utf-8")
