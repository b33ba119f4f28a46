"""Exercise: train a recurrent network that explodes, with a threshold of one's own, within a budget of steps.

What leaves the student's process are the trained weights. Right is what reaches the target loss on data that this
process never sees: see `judge.py`. A budget cannot be read off the weights; so the task, the start and the batches are
new in each challenge, there are as many batches as steps, and the optimizer handed in (see `budget.py`) counts its
steps and notices weights that move without it.
"""

from typing import TYPE_CHECKING

import numpy as np

from ... import probing
from ...probing import answers
from ..train_step import task as train_step
from . import memory
from .judge import judge

if TYPE_CHECKING:
    import torch

__all__ = ["ID", "JUDGED_AS", "KIND", "MISCONCEPTIONS", "PARTS", "SHOWS_ORDER", "TITLE", "challenge", "judge", "probe"]

ID = "train_rnn"
KIND = "code"
TITLE = "Training the recurrent network"
PARTS = {"target": "the trained network reaches the target"}
MISCONCEPTIONS = (__package__, train_step.__package__)
JUDGED_AS = ID
SHOWS_ORDER = False

# Measured on sixty challenges and more: without clipping 79 of 80 runs explode; every run clipped at 8 to 60 ends
# below 0.1, and none that is clipped at 0.5 ends below 1.
LEARNING_RATE = 0.002
STEPS = 300
TARGET = 0.2  # answering 0 to everything gives 1

_ARGUMENTS = ("model", "optimizer", "loss_fn", "batches")


def challenge(seed: int) -> dict:
    """A start, a task and `steps` batches, given by the seeds that they are drawn with; of the withheld batch the
    probe does not know the seed."""
    rng = np.random.default_rng(seed)
    batches, withheld = (int(number) for number in rng.integers(0, 2**31, 2))
    mixed, layers = memory.mixing(rng), memory.first_layers(rng)
    while not _explodes(layers, *memory.sequences(rng, memory.BATCH, mixed)):
        layers = memory.first_layers(rng)
    given = {"layers": layers, "batches": batches, "mixing": mixed.tolist(), "lr": LEARNING_RATE, "steps": STEPS}
    return {"given": given | {"target": TARGET}, "withheld": {"seed": withheld}}


def probe(answer: object, given: dict) -> dict:
    """Run a student's training once: the `weights` afterwards by name (None where one is not finite), and what the
    optimizer noted (see `BudgetedSGD.noted`)."""
    observations: dict = {"weights": {}, "steps": 0, "only_steps": True, "same_settings": True, "trace": []}
    observations |= {"fault": answers.signature_fault(answer, _ARGUMENTS), "evidence": {}}
    if observations["fault"]:
        return observations
    import torch

    from .budget import BudgetedSGD

    with probing.isolation.undisturbed(answer):
        # Long training multiplies rounding errors: in float64 it comes out the same on every machine.
        model = probing.recurrent.network(given["layers"], torch.float64)
        optimizer = BudgetedSGD(model.parameters(), given["lr"])
        try:
            with torch.enable_grad():
                answer(model, optimizer, torch.nn.MSELoss(), _batches(given))
        except (Exception, SystemExit) as error:
            observations["fault"] = answers.raised(error, answer)
            return observations
        observations["weights"] = {
            name: _plain(parameter.detach().tolist()) for name, parameter in model.named_parameters()
        }
        return observations | optimizer.noted()


def _explodes(layers: list, inputs: np.ndarray, targets: np.ndarray) -> bool:
    """Whether one step along the whole gradient makes the loss more than a hundred times as large: now and then a
    giant step happens to end at a good place."""
    import torch

    model, batch = (
        probing.recurrent.network(layers, torch.float64),
        (torch.from_numpy(inputs), torch.from_numpy(targets)),
    )
    losses = []
    for _ in range(2):
        loss = torch.nn.functional.mse_loss(model(batch[0]), batch[1])
        losses.append(loss.item())
        for p, gradient in zip(model.parameters(), torch.autograd.grad(loss, list(model.parameters())), strict=True):
            p.data -= LEARNING_RATE * gradient
    return not losses[1] <= 100 * losses[0]


def _batches(given: dict) -> list[tuple["torch.Tensor", "torch.Tensor"]]:
    import torch

    rng, mixed = np.random.default_rng(given["batches"]), np.array(given["mixing"])
    drawn = (memory.sequences(rng, memory.BATCH, mixed) for _ in range(given["steps"]))
    return [(torch.from_numpy(inputs), torch.from_numpy(targets)) for inputs, targets in drawn]


def _plain(values: object) -> object:
    return [_plain(one) for one in values] if isinstance(values, list) else answers.plain(values)
