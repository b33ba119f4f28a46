"""Right and wrong answers to `predict_clipped`, each computed from the gradients by doing what it stands for."""

import torch

from ...public import PUBLIC_SEED
from ..solutions import Answers
from .task import challenge

answers = Answers()

_GIVEN = challenge(PUBLIC_SEED)["given"]
_LARGE = [torch.tensor(piece, dtype=torch.float64) for piece in _GIVEN["large"]]
_SMALL = [torch.tensor(piece, dtype=torch.float64) for piece in _GIVEN["small"]]
_MAX_NORM, _CLIP_VALUE = _GIVEN["max_norm"], _GIVEN["clip_value"]


def _norm(pieces: list[torch.Tensor]) -> float:
    return torch.cat(pieces).norm().item()


def _scaled(pieces: list[torch.Tensor], factor: float) -> list[torch.Tensor]:
    return [factor * piece for piece in pieces]


def _by_norm(pieces: list[torch.Tensor]) -> list[torch.Tensor]:
    return _scaled(pieces, min(1.0, _MAX_NORM / _norm(pieces)))


def _each_by_norm(pieces: list[torch.Tensor]) -> list[torch.Tensor]:
    return [_by_norm([piece])[0] for piece in pieces]


def _by_value(pieces: list[torch.Tensor]) -> list[torch.Tensor]:
    return [piece.clamp(-_CLIP_VALUE, _CLIP_VALUE) for piece in pieces]


def _weight(entry: float) -> float:
    return _GIVEN["weight"] - _GIVEN["lr"] * entry


def _answer(**changed: float) -> dict[str, float]:
    """The right answers, but for some."""
    entry = _by_norm(_LARGE)[0][1].item()
    right = {
        "returned": _norm(_LARGE),
        "entry": entry,
        "weight": _weight(entry),
        "small": _norm(_by_norm(_SMALL)),
        "per_tensor": _norm(_each_by_norm(_LARGE)),
        "by_value": _norm(_by_value(_LARGE)),
    }
    return right | changed


_sum_of_norms = sum(piece.norm().item() for piece in _LARGE)
_by_sum_of_norms = _scaled(_LARGE, _MAX_NORM / _sum_of_norms)[0][1].item()
_entry, _raw = _by_norm(_LARGE)[0][1].item(), _LARGE[0][1].item()

answers.right_value("reference", _answer())
answers.right_value("rounded", {name: round(value, 2) for name, value in _answer().items()})

answers.wrong_value("returns-clipped-norm", "returns_after", _answer(returned=_norm(_by_norm(_LARGE))))
answers.wrong_value(
    "sum-of-norms",
    "adds_the_norms",
    _answer(returned=_sum_of_norms, entry=_by_sum_of_norms, weight=_weight(_by_sum_of_norms)),
)
answers.wrong_value("missing-root", "forgets_the_root", _answer(returned=_norm(_LARGE) ** 2))
answers.wrong_value("clip-missing", "unclipped", _answer(entry=_raw, weight=_weight(_raw)))
answers.wrong_value("loses-sign", "sign_lost", _answer(entry=abs(_entry), weight=_weight(abs(_entry))))
answers.wrong_value("forgets-learning-rate", "whole_gradient", _answer(weight=_GIVEN["weight"] - _entry))
answers.wrong_value("always-rescales", "scaled_up", _answer(small=_MAX_NORM))
answers.wrong_value("takes-threshold-for-norm", "threshold", _answer(per_tensor=_MAX_NORM, by_value=_CLIP_VALUE))
answers.wrong_value(
    "adds-clipped-norms",
    "adds_the_clipped_norms",
    _answer(per_tensor=sum(piece.norm().item() for piece in _each_by_norm(_LARGE))),
)
answers.wrong_value("clip-missing", "unclipped_norms", _answer(per_tensor=_norm(_LARGE), by_value=_norm(_LARGE)))
answers.wrong_value(
    "scales-instead-of-clamps",
    "scaled_until_it_fits",
    _answer(by_value=_norm(_scaled(_LARGE, _CLIP_VALUE / torch.cat(_LARGE).abs().max().item()))),
)
