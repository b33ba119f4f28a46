"""Make the challenges of a training step."""

import numpy as np

from ...probing.making import make_probe


def challenge(seed: int) -> dict:
    """Five tiny probes. Together they tell every known mutant from the reference; the seed varies all numbers.

    Thresholds lie on both sides of 1 and of the gradient norms, none is a round number, and one norm lies just below
    its threshold, where a wrong norm (a sum of norms, say) already clips.
    """
    rng = np.random.default_rng(seed)
    s = [int(x) for x in rng.integers(0, 2**31, 5)]
    v = [float(x) for x in rng.uniform(0.9, 1.1, 8)]  # gradient norms and thresholds move together by up to a tenth
    probes = [
        # a large gradient, then one just below the threshold
        make_probe(s[0], lr=0.31, loss="mean", calls=[(6.3 * v[0], 0.73 * v[0]), (0.66 * v[0], 0.73 * v[0])]),
        # small gradients under a huge threshold; another loss
        make_probe(s[1], lr=0.47, loss="huber", calls=[(0.41 * v[1], 37.0 * v[1]), (0.28 * v[1], 37.0 * v[1])]),
        # two clipped steps in a row, a threshold above 1, two parameter groups, a summed loss
        make_probe(s[2], lr=0.13, loss="sum", groups=2, calls=[(11.7 * v[2], 2.6 * v[3]), (8.9 * v[2], 2.6 * v[3])]),
        # a threshold far below 1
        make_probe(s[3], lr=0.83, loss="mean", calls=[(1.9 * v[4], 0.064 * v[5]), (2.7 * v[4], 0.064 * v[5])]),
        # small, then large, then small, with the threshold in between
        make_probe(
            s[4],
            lr=0.21,
            loss="mean",
            groups=2,
            calls=[(0.9 * v[6], 1.7 * v[7]), (7.1 * v[6], 1.7 * v[7]), (0.8, 1.7 * v[7])],
        ),
    ]
    return {"given": {"probes": probes}, "withheld": {}}
