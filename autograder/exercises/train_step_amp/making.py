"""Make the challenges of a training step with a gradient scaler."""

from collections.abc import Sequence

import numpy as np
import torch

from ...probing import answers, making, scaling

# Largest entries of a gradient that is beyond float32 when scaled by 4 or more, but not before; with inputs so large
# that what they make of the gradient is, when scaled by 1,000 or more. A loss times `_INFINITE` is beyond it at once.
_LARGEST_ENTRY = 1e38
_LARGEST_BY_INPUTS = 1e36
_INFINITE = 1e39
_HUGE = 1e30
_FAR_OFF = 30.0


def challenge(seed: int) -> dict:
    """Eleven tiny probes. Together they tell every known mutant from the reference; the seed varies all numbers.

    Thresholds lie on both sides of 1 and of the gradient norms; scales, on both sides of the usual constants. Some
    scales are so small that a gradient left over shows beside the scaled one, and that max_norm times the scale is
    below the gradient's own norm. Scales grow within the calls, and overflows come first, once, and twice in a row,
    and of some parameters only.
    """
    rng = np.random.default_rng(seed)
    s = [int(x) for x in rng.integers(0, 2**31, 11)]
    v = [float(x) for x in rng.uniform(0.9, 1.1, 12)]  # gradient norms and thresholds move by up to a tenth
    tall = [float(x) for x in rng.choice([2048, 4096, 8192, 16384, 32768], 4)]
    middle = [float(x) for x in rng.choice([48, 64, 100, 200, 256, 512], 4)]
    small = [float(x) for x in rng.choice([4, 5, 6, 8], 3)]
    probes = [
        # small, then large, then small, with the threshold in between; the scale grows after the second call
        make_probe(
            s[0],
            lr=0.21,
            loss="mean",
            groups=2,
            scale=middle[0],
            interval=2,
            calls=[(0.9 * v[0], 1.7 * v[1]), (7.1 * v[0], 1.7 * v[1]), (0.8, 1.7 * v[1])],
        ),
        # an overflow between two ordinary calls, the second clipped; the loss looks harmless
        make_probe(
            s[1],
            lr=0.27,
            loss="mean",
            scale=tall[0],
            interval=3,
            calls=[(0.5 * v[2], 0.9), ("steep", 0.9), (2.3 * v[2], 0.9)],
        ),
        # a large gradient at a tiny scale, then a small one beside which it would show; two groups, a frozen parameter
        make_probe(
            s[2],
            lr=0.31,
            loss="mean",
            scale=small[0],
            interval=40,
            frozen=[0],
            groups=2,
            calls=[(830 * v[3], 0.37 * v[4]), (0.31, 0.37 * v[4])],
        ),
        # small gradients under a huge threshold; another loss; a large scale that grows at once
        make_probe(
            s[3],
            lr=0.47,
            loss="huber",
            scale=32768.0,
            interval=1,
            calls=[(0.41 * v[5], 37.0 * v[5]), (0.28 * v[5], 37.0 * v[5])],
        ),
        # clipped steps in a row, a threshold above 1, two groups, a summed loss, the last bias frozen
        make_probe(
            s[4],
            lr=0.13,
            loss="sum",
            groups=2,
            scale=tall[1],
            interval=1,
            frozen=[3],
            calls=[(11.7 * v[6], 2.6 * v[7]), (8.9 * v[6], 2.6 * v[7])],
        ),
        # a threshold far below 1, with a gradient just below it first, where a wrong norm already clips
        make_probe(
            s[5],
            lr=0.83,
            loss="mean",
            scale=small[1],
            groups=2,
            interval=2,
            calls=[(0.058 * v[9], 0.064 * v[9]), (1.9 * v[8], 0.064 * v[9])],
        ),
        # a large threshold, a gradient below and one above
        make_probe(
            s[6], lr=0.011, loss="sum", scale=middle[1], interval=3, calls=[(131 * v[10], 240.0), (690 * v[10], 240.0)]
        ),
        # overflow in the very first call, at the usual scale
        make_probe(
            s[7],
            lr=0.19,
            loss="mean",
            scale=65536.0,
            interval=50,
            groups=2,
            calls=[("overflow", 1.9 * v[11]), (0.7, 1.9 * v[11]), (52.0, 1.9 * v[11])],
        ),
        # two overflows in a row, the first beyond float32 without the scale
        make_probe(
            s[8],
            lr=0.37,
            loss="mean",
            scale=middle[2],
            interval=2,
            calls=[(3.1, 1.3), ("infinite", 1.3), ("overflow", 1.3), (0.7, 1.3), (3.9, 1.3)],
        ),
        # an overflow of neither the first nor the last parameter, only of one between them
        make_probe(
            s[10],
            lr=0.17,
            loss="huber",
            activation="leaky",
            scale=tall[2],
            frozen=[0],
            interval=7,
            calls=[("partial", 0.9), (0.31, 0.23 * v[10])],
        ),
        # a gradient just below the threshold first
        make_probe(
            s[9],
            lr=0.53,
            loss="mean",
            scale=small[2],
            interval=5,
            frozen=[1],
            calls=[(0.66 * v[0], 0.73 * v[0]), (6.3 * v[1], 0.73 * v[0])],
        ),
    ]
    return making.challenge_of(probes, "overflows", "loss")


def make_probe(
    seed: int,
    *,
    lr: float,
    loss: str,
    scale: float,
    calls: list[tuple],
    interval: int,
    groups: int = 1,
    frozen: Sequence[int] = (),
    activation: str = "tanh",
) -> dict:
    """A probe whose calls have gradients of chosen (unscaled) global norm, each given as (gradient norm, max_norm).

    Instead of a gradient norm stands "overflow" for a gradient that is finite, but not after scaling; "steep" for one
    like that of a loss that is small; "infinite" for one that is beyond float32 without the scale; and "partial" where
    huge inputs make the gradients of the weights overflow but not those of the biases (with the loss "huber"). The
    norms are those along the right trajectory.
    """
    rng = np.random.default_rng(seed)
    probe = {"layers": making.make_layers(rng), "frozen": list(frozen), "lr": lr, "groups": groups, "loss": loss}
    probe |= {"activation": activation, "scale": scale, "growth_interval": interval, "calls": []}
    model, optimizer, _ = scaling.build(probe)
    for norm, max_norm in calls:
        inputs = torch.tensor(rng.normal(0, 1.5, (4, 3)), dtype=torch.float32)
        direction = torch.tensor(rng.normal(0, 1, (4, 2)) + 0.5, dtype=torch.float32)
        times, overflows = 1.0, isinstance(norm, str)
        loss_fn = scaling.loss_of(probe, {"times": 1.0})
        if norm == "partial":  # of one example, whose infinite gradients meet no others in which they would become nan
            inputs, direction = inputs[:1] * _HUGE, direction[:1]
            inputs = inputs * (_LARGEST_BY_INPUTS / _largest_entry(model, loss_fn(model(inputs), direction)))
        off = _FAR_OFF if overflows else making.scale_for(norm, model, loss_fn, inputs, direction)
        targets = model(inputs).detach() * (norm != "partial") + off * direction
        value = loss_fn(model(inputs), targets)
        largest = _largest_entry(model, value)
        if overflows:
            times = {"infinite": _INFINITE, "partial": 1.0}.get(norm, _LARGEST_ENTRY / largest)
        else:
            torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm)
            optimizer.step()
        call = {"inputs": inputs.tolist(), "targets": targets.tolist(), "max_norm": max_norm, "times": times}
        call |= {"steep": norm == "steep", "overflows": norm if overflows else None}
        probe["calls"].append(call | {"loss": answers.plain(value.item())})
    return probe


def _largest_entry(model: torch.nn.Module, loss: torch.Tensor) -> float:
    """The largest entry of the loss's gradient, which the model has afterwards."""
    model.zero_grad()
    loss.backward()
    return max(float(p.grad.abs().max()) for p in model.parameters() if p.grad is not None)
