"""A small recurrent network without a nonlinearity, for exercises in which gradients have to explode.

Its weights as plain data are `layers`: `[[read_in.weight, read_in.bias], [recur.weight], [read_out.weight,
read_out.bias]]`, each as nested lists.
"""

import torch


class LinearRNN(torch.nn.Module):
    """Reads sequences of shape (batch, time, features) and gives one number for each of them."""

    def __init__(self, features: int, units: int) -> None:
        super().__init__()
        self.read_in = torch.nn.Linear(features, units)
        self.recur = torch.nn.Linear(units, units, bias=False)
        self.read_out = torch.nn.Linear(units, 1)

    def forward(self, sequence: torch.Tensor) -> torch.Tensor:
        first, *others = self.read_in(sequence).unbind(1)
        state = first
        for now in others:
            state = self.recur(state) + now
        return self.read_out(state).squeeze(1)


def network(layers: list, dtype: torch.dtype = torch.float32) -> LinearRNN:
    """The network with these weights, which have no gradients yet."""
    weights = [torch.tensor(one, dtype=dtype) for layer in layers for one in layer]
    model = LinearRNN(weights[0].shape[1], weights[0].shape[0])
    for parameter, weight in zip(model.parameters(), weights, strict=True):
        parameter.data = weight
    return model
