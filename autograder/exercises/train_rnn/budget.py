"""An optimizer that notes what is done with it."""

from collections.abc import Callable, Iterable

import torch

from ...probing import answers


class BudgetedSGD(torch.optim.SGD):
    """Plain SGD that counts its steps and notes how far each one moved the weights, whether something else moved them
    before or after, and whether its settings were changed."""

    def __init__(self, parameters: Iterable[torch.nn.Parameter], lr: float) -> None:
        super().__init__(parameters, lr=lr)
        self._lengths: list[float] = []
        self._left = self._weights()
        self._only_steps = self._same_settings = True

    def step(self, closure: Callable | None = None) -> object:
        before = self._look()
        result = super().step(closure)
        self._left = self._weights()
        self._lengths.append(float((self._left - before).norm()))
        return result

    def noted(self) -> dict:
        """`steps`; `only_steps`: nothing else moved the weights; `same_settings`; and as evidence `used`, the norms of
        the gradients that the steps really followed (None where it is not finite)."""
        self._look()
        used = [answers.plain(float(f"{length / self.defaults['lr']:.6g}")) for length in self._lengths]
        noted = {"steps": len(used), "only_steps": self._only_steps, "same_settings": self._same_settings}
        return noted | {"evidence": {"used": used[:1000]}}

    def _look(self) -> torch.Tensor:
        weights = self._weights()
        self._only_steps &= weights.numpy().tobytes() == self._left.numpy().tobytes()
        self._same_settings &= all(
            group[name] == value for group in self.param_groups for name, value in self.defaults.items()
        )
        return weights

    def _weights(self) -> torch.Tensor:
        return torch.cat([p.detach().flatten() for group in self.param_groups for p in group["params"]]).clone()
