"""The figures of a class report, computed from plain data."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from .gathering import ClassWork, Submission

BINS = 10
# From how many on a correlation is worth a remark; below, chance alone gives any value.
ENOUGH = 20


@dataclass(frozen=True)
class Spread:
    """How scores are spread. `counts` has the number of scores in each of BINS equal parts from 0 to the most that
    there is; a score on a border belongs to the upper part, the most itself to the last."""

    mean: float
    median: float
    lower_quartile: float
    upper_quartile: float
    lowest: float
    highest: float
    edges: list[float]
    counts: list[int]


def spread(scores: Sequence[float], most: float) -> Spread:
    edges = np.linspace(0.0, most or 1.0, BINS + 1)
    counts, _ = np.histogram(np.clip(scores, edges[0], edges[-1]), edges)
    low, lower, median, upper, high = np.quantile(scores, [0, 0.25, 0.5, 0.75, 1])
    figures = map(float, (np.mean(scores), median, lower, upper, low, high))
    return Spread(*figures, edges=edges.tolist(), counts=counts.tolist())


def point_biserial(right: Sequence[bool], scores: Sequence[float]) -> float | None:
    """The correlation of right or wrong with a score; None where all are alike in one of them: then there is none."""
    chosen, values = np.asarray(right, dtype=bool), np.asarray(scores, dtype=float)
    deviation = values.std()
    share = chosen.mean()
    if share in (0.0, 1.0) or deviation <= 1e-12 * np.abs(values).max():
        return None
    return float((values[chosen].mean() - values[~chosen].mean()) / deviation * np.sqrt(share * (1 - share)))


@dataclass(frozen=True)
class Exercise:
    """How an exercise went: `answers` were judged, `right` of them right, `too_slow` were cut off for their time.

    `discrimination` is the point-biserial correlation of being right with the points of all other tests.
    """

    id: str
    answers: int
    right: int
    too_slow: int
    discrimination: float | None

    @property
    def share(self) -> float:
        """The share of right answers, which test theory calls the difficulty: 1 is easiest."""
        return self.right / self.answers if self.answers else 0.0


def exercises(work: ClassWork) -> list[Exercise]:
    found = []
    for name in work.exercises():
        tests = [(one, test) for one in work.graded if (test := one.exercises().get(name)) and test.right is not None]
        right, others = [bool(test.right) for _, test in tests], [one.automatic(without=name) for one, _ in tests]
        slow = sum(any(test.exercise == name and test.code == "too-slow" for test in one.tests) for one in work.graded)
        figure = point_biserial(right, others) if tests else None
        found.append(Exercise(name, len(tests), sum(right), slow, figure))
    return found


@dataclass(frozen=True)
class Seen:
    """A finding's code, and who showed it, exercise by exercise. `students` counts each of them once, `again` those who
    showed it in more than one exercise."""

    code: str
    by_exercise: dict[str, list[Submission]]

    @property
    def students(self) -> int:
        return len({one.student for ones in self.by_exercise.values() for one in ones})

    @property
    def again(self) -> int:
        times = Counter(one.student for ones in self.by_exercise.values() for one in ones)
        return sum(count > 1 for count in times.values())


def codes(one: Submission) -> dict[str, str]:
    """The codes that a submission shows, by exercise."""
    return {name: test.code for name, test in one.exercises().items() if test.right is False and test.code}


def misconceptions(work: ClassWork) -> list[Seen]:
    """What the class got wrong, by code, the most frequent first."""
    found: dict[str, dict[str, list[Submission]]] = defaultdict(lambda: defaultdict(list))
    for one in work.graded:
        for exercise, code in codes(one).items():
            found[code][exercise].append(one)
    return sorted((Seen(code, dict(by)) for code, by in found.items()), key=lambda seen: (-seen.students, seen.code))


@dataclass(frozen=True)
class Pair:
    """Two codes and how many students showed both; `expected` is how many would, if one had nothing to do with the
    other."""

    first: str
    second: str
    both: int
    expected: float


def pairs(work: ClassWork, leave_out: frozenset[str] = frozenset()) -> list[Pair]:
    """The codes that came together clearly more often than by chance, the most frequent first: in more than one
    student, and by more than two standard deviations (of a Poisson distribution) above what is expected."""
    shown = [sorted(set(codes(one).values()) - leave_out) for one in work.graded]
    single = Counter(code for some in shown for code in some)
    double = Counter(pair for some in shown for pair in combinations(some, 2))
    found = [Pair(*pair, both, single[pair[0]] * single[pair[1]] / len(shown)) for pair, both in double.items()]
    clear = [pair for pair in found if pair.both > 1 and pair.both > pair.expected + 2 * pair.expected**0.5]
    return sorted(clear, key=lambda pair: (-pair.both, pair.expected, pair.first, pair.second))
