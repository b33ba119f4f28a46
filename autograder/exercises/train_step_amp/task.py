"""Exercise: a clipped training step with a gradient scaler, judged by where the weights and the scale go.

Challenge and probe, nothing else: this module is all of the exercise that a student's process imports, apart from
the comparison in `judge.py`.
"""

import numpy as np

from ... import probing
from .judge import judge

__all__ = ["ID", "JUDGED_AS", "KIND", "MISCONCEPTIONS", "PARTS", "SHOWS_ORDER", "TITLE", "challenge", "judge", "probe"]

ID = "train_step_amp"
KIND = "code"
TITLE = "Training step with a gradient scaler"
PARTS = {
    "update": "how the weights move",
    "scaler": "the scaler's state, and what happens when a gradient overflows",
    "returns": "what is returned",
}
MISCONCEPTIONS = (__package__,)
JUDGED_AS = ID
SHOWS_ORDER = True

# So many calls of the first probe are watched for the order of events: a small gradient, then a large one.
_WATCHED = 2


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
    make = probing.scaling.make_probe
    probes = [
        # small, then large, then small, with the threshold in between; the scale grows after the second call
        make(
            s[0],
            lr=0.21,
            loss="mean",
            groups=2,
            scale=middle[0],
            interval=2,
            calls=[(0.9 * v[0], 1.7 * v[1]), (7.1 * v[0], 1.7 * v[1]), (0.8, 1.7 * v[1])],
        ),
        # an overflow between two ordinary calls, the second clipped; the loss looks harmless
        make(
            s[1],
            lr=0.27,
            loss="mean",
            scale=tall[0],
            interval=3,
            calls=[(0.5 * v[2], 0.9), ("steep", 0.9), (2.3 * v[2], 0.9)],
        ),
        # a large gradient at a tiny scale, then a small one beside which it would show; two groups, a frozen parameter
        make(
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
        make(
            s[3],
            lr=0.47,
            loss="huber",
            scale=32768.0,
            interval=1,
            calls=[(0.41 * v[5], 37.0 * v[5]), (0.28 * v[5], 37.0 * v[5])],
        ),
        # clipped steps in a row, a threshold above 1, two groups, a summed loss, the last bias frozen
        make(
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
        make(
            s[5],
            lr=0.83,
            loss="mean",
            scale=small[1],
            groups=2,
            interval=2,
            calls=[(0.058 * v[9], 0.064 * v[9]), (1.9 * v[8], 0.064 * v[9])],
        ),
        # a large threshold, a gradient below and one above
        make(
            s[6], lr=0.011, loss="sum", scale=middle[1], interval=3, calls=[(131 * v[10], 240.0), (690 * v[10], 240.0)]
        ),
        # overflow in the very first call, at the usual scale
        make(
            s[7],
            lr=0.19,
            loss="mean",
            scale=65536.0,
            interval=50,
            groups=2,
            calls=[("overflow", 1.9 * v[11]), (0.7, 1.9 * v[11]), (52.0, 1.9 * v[11])],
        ),
        # two overflows in a row, the first beyond float32 without the scale
        make(
            s[8],
            lr=0.37,
            loss="mean",
            scale=middle[2],
            interval=2,
            calls=[(3.1, 1.3), ("infinite", 1.3), ("overflow", 1.3), (0.7, 1.3), (3.9, 1.3)],
        ),
        # an overflow of neither the first nor the last parameter, only of one between them
        make(
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
        make(
            s[9],
            lr=0.53,
            loss="mean",
            scale=small[2],
            interval=5,
            frozen=[1],
            calls=[(0.66 * v[0], 0.73 * v[0]), (6.3 * v[1], 0.73 * v[0])],
        ),
    ]
    return {"given": {"probes": probes}, "withheld": {}}


def probe(answer: object, given: dict) -> dict:
    """Observe a student's training step.

    Returns `runs` (see `autograder.probing.scaling`), `fault` (why nothing could be observed, or None; what ends one
    run stands in that run), `evidence` (what was seen in the watched calls, for explanations) and `trace` (the events
    of a watched call with a large gradient).
    """
    observations: dict = {"runs": [], "fault": probing.answers.signature_fault(answer, probing.scaling.ARGUMENTS)}
    observations |= {"evidence": {}, "trace": []}
    if observations["fault"]:
        return observations
    with probing.isolation.undisturbed(answer):
        observations["runs"] = [probing.scaling.run(answer, tiny) for tiny in given["probes"]]
        recorders: list = []
        first = given["probes"][0]
        probing.scaling.run(answer, {**first, "calls": first["calls"][:_WATCHED]}, recorders)
    observations["evidence"] = {
        "events": [seen.events for seen in recorders],
        "foreign": sorted(set().union(*(seen.foreign for seen in recorders))),
        "mentions_backward": probing.isolation.mentions(answer, ("backward", "autograd")),
        "mentions_step": probing.isolation.mentions(answer, ("step",)),
        "mentions_autocast": probing.isolation.mentions(answer, ("autocast", "half", "float16", "bfloat16")),
    }
    observations["trace"] = recorders[-1].events if recorders else []
    return observations
