"""The numbers to predict are what PyTorch makes of the same gradients, and the assignment shows the same data."""

import pytest
import torch

from autograder.exercises.predict_clipped.solutions import answers
from autograder.exercises.predict_clipped.task import challenge
from autograder.public import PUBLIC_SEED
from tests.course import ROOT, read

GIVEN = challenge(PUBLIC_SEED)["given"]
RIGHT = answers.rights["reference"]


def parameters(pieces: list[list[float]]) -> list[torch.nn.Parameter]:
    made = [torch.nn.Parameter(torch.full((len(piece),), GIVEN["weight"])) for piece in pieces]
    for parameter, piece in zip(made, pieces, strict=True):
        parameter.grad = torch.tensor(piece)
    return made


def global_norm(made: list[torch.nn.Parameter]) -> float:
    return torch.nn.utils.get_total_norm([parameter.grad for parameter in made]).item()


def test_by_norm():
    large = parameters(GIVEN["large"])
    returned = torch.nn.utils.clip_grad_norm_(large, GIVEN["max_norm"])
    assert RIGHT["returned"] == pytest.approx(returned.item())
    assert RIGHT["entry"] == pytest.approx(large[0].grad[1].item(), rel=1e-5)
    torch.optim.SGD(large, lr=GIVEN["lr"]).step()
    assert RIGHT["weight"] == pytest.approx(large[0][1].item(), rel=1e-5)
    small = parameters(GIVEN["small"])
    torch.nn.utils.clip_grad_norm_(small, GIVEN["max_norm"])
    assert RIGHT["small"] == pytest.approx(global_norm(small))


def test_each_tensor_on_its_own_and_by_value():
    each, clamped = parameters(GIVEN["large"]), parameters(GIVEN["large"])
    for parameter in each:
        torch.nn.utils.clip_grad_norm_(parameter, GIVEN["max_norm"])
    torch.nn.utils.clip_grad_value_(clamped, GIVEN["clip_value"])
    assert RIGHT["per_tensor"] == pytest.approx(global_norm(each), rel=1e-5)
    assert RIGHT["by_value"] == pytest.approx(global_norm(clamped), rel=1e-5)


def test_the_assignment_asks_about_these_gradients():
    (text,) = (c.source for c in read(ROOT / "source" / "a2_clip_from_scratch").cells if c.id == "predict-clipped")
    for shown in ("(6, −8)", "(24)", "(0.3, −0.4)", "`max_norm` is 13", "`clip_value` is 7", "learning rate 0.1"):
        assert shown in " ".join(text.split())
