"""Call a student's answer and say in plain data what went wrong, if something did."""

import functools
import inspect
import math
import numbers
import sys
import traceback
import types
from collections.abc import Sequence

import numpy as np

_LONGEST_MESSAGE = 300


def fault(code: str, **details: object) -> dict:
    """Why an answer could not be observed (any further): a finding's code and the details that its text names."""
    return {"code": code, **details}


def signature_fault(answer: object, names: Sequence[str]) -> dict | None:
    """Whether `answer` is a function that takes these arguments, by position and in this order."""
    if isinstance(answer, type) or not callable(answer):
        return fault("not-a-function", got=describe(answer))
    try:
        signature = inspect.signature(answer)
    except (TypeError, ValueError):  # some callables do not tell: calling them will
        return None
    wanted = f"({', '.join(names)})"
    try:
        signature.bind(*names)
    except TypeError:
        return fault("wrong-signature", got=_shown(signature), wanted=wanted)
    taken = [p.name for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD][: len(names)]
    if sorted(taken) == sorted(names) and taken != list(names):
        return fault("wrong-signature", got=_shown(signature), wanted=wanted)
    return None


def _shown(signature: inspect.Signature) -> str:
    return f"({', '.join(str(p).split(':')[0].split('=')[0].strip() for p in signature.parameters.values())})"


def raised(error: BaseException, answer: object) -> dict:
    """The fault of an answer that raised: what, and the student's own line that did it.

    A student's file is the one that defines `answer`; the innermost frame in it is the line to look at.
    """
    if isinstance(error, NotImplementedError):
        return fault("not-implemented")
    line = _own_line(error, answer)
    message = " ".join(str(error).split())[:_LONGEST_MESSAGE]
    return fault("raises", error=type(error).__name__, message=message, **line)


def _own_line(error: BaseException, answer: object) -> dict:
    code = getattr(plain_function(answer), "__code__", None)
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if code is not None and frame.filename == code.co_filename
    ]
    if not own:
        return {}
    return {"line": own[-1].line, "line_number": own[-1].lineno}


def plain_function(answer: object) -> object:
    """The plain function behind a decorator, a partial, a bound method or a callable object."""
    while isinstance(answer, functools.partial):
        answer = answer.func
    if not isinstance(answer, types.FunctionType | types.MethodType | type):
        answer = vars(type(answer)).get("__call__", answer)
    return inspect.unwrap(getattr(answer, "__func__", answer))


def describe(value: object) -> str:
    """A value in a few words that a beginner understands."""
    if value is None:
        return "None"
    if _is_tensor(value):
        return f"a tensor of shape {tuple(value.shape)}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)} values"
    if isinstance(value, bool | int | float):
        return f"the {type(value).__name__} {value}"
    article = "an" if type(value).__name__[:1].lower() in "aeiou" else "a"
    return f"{article} {type(value).__name__}"


def as_number(value: object) -> float | None:
    """A number, or a one-element tensor or array, as a float (which may be nan or inf); None for anything else."""
    if isinstance(value, bool):
        return None
    try:
        if isinstance(value, numbers.Real):
            return float(value)
        if _is_tensor(value) and value.numel() == 1:
            return float(value.item())
        if isinstance(value, np.ndarray) and value.size == 1:
            return float(value.item())
    except OverflowError:
        return math.inf
    except (TypeError, ValueError, RuntimeError):
        return None
    return None


def plain(number: float | None) -> float | None:
    """A float as JSON can hold it: None where it is not finite."""
    return number if number is not None and math.isfinite(number) else None


def _is_tensor(value: object) -> bool:
    torch = sys.modules.get("torch")  # where it has not been imported, nothing is a tensor
    return torch is not None and isinstance(value, torch.Tensor)
