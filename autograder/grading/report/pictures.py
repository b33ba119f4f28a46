"""The pictures of a class report: numbers stand at the bars, so that neither colour nor eyesight is needed for them."""

import textwrap
from collections.abc import Sequence

from ...learning.figures import COLOURS, figure_html, new_figure
from .statistics import Exercise, Pair, Spread

_BAR, _LIGHT, _EDGE = COLOURS[0], "#E3E3E3", "black"
_MOST = 12  # bars of one picture
_GRID = 8  # misconceptions against each other


def scores(found: Spread, count: int, most: float) -> str:
    """How many students have how many points."""
    figure, axes = new_figure(x=f"points (of {most:g})", y="students", height=2.8)
    width = found.edges[1] - found.edges[0]
    bars = axes.bar(found.edges[:-1], found.counts, width=0.92 * width, align="edge", color=_BAR, edgecolor=_EDGE)
    labels = axes.bar_label(bars, [str(number) if number else "" for number in found.counts], padding=3)
    behind = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
    for label in labels:
        label.set_bbox(behind if label.get_text() else None)
    axes.axvline(found.median, color=_EDGE, linestyle="--", linewidth=1.5)
    axes.annotate(f"median {found.median:.3g}", (found.median, 1), (4, -2), xycoords=("data", "axes fraction"),
                  textcoords="offset points", va="top", fontsize=10)  # fmt: skip
    axes.set_xlim(0, found.edges[-1])
    axes.set_xticks(found.edges[::2])
    axes.set_ylim(0, 1.25 * max(found.counts))
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.set_axisbelow(True)
    axes.grid(axis="x", visible=False)
    alt = (
        f"Histogram of the points of {count} students out of {most:g}: lowest {found.lowest:.3g}, half of them between "
        f"{found.lower_quartile:.3g} and {found.upper_quartile:.3g}, median {found.median:.3g}, highest "
        f"{found.highest:.3g}."
    )
    parts = [
        f"{low:g} to {'' if high == found.edges[-1] else 'less than '}{high:g}"
        for low, high in zip(found.edges, found.edges[1:], strict=False)
    ]
    return figure_html(figure, alt=alt, table={"points": parts, "students": found.counts})


def exercises(found: Sequence[Exercise], titles: Sequence[str]) -> str:
    """For each exercise the share of right answers, and how well it tells strong from weak."""
    height = 1.1 + 0.5 * len(found)
    figure, (left, right) = new_figure(x="right answers [%]", y="exercise", panels=2, height=height)
    right.set_xlabel("discrimination")
    places = list(range(len(found)))[::-1]
    shares = [100 * one.share for one in found]
    left.barh(places, [100] * len(found), color=_LIGHT, edgecolor=_EDGE, height=0.6)
    left.barh(places, shares, color=_BAR, edgecolor=_EDGE, height=0.6)
    for place, share in zip(places, shares, strict=True):
        inside = share > 25
        left.annotate(f"{share:.0f} %", (share, place), (-4 if inside else 4, 0), textcoords="offset points",
                      va="center", ha="right" if inside else "left", color="white" if inside else "black")  # fmt: skip
    for place, one in zip(places, found, strict=True):
        figure_of = one.discrimination
        if figure_of is None:
            right.annotate("not defined", (0, place), (4, 0), textcoords="offset points", va="center", fontsize=9)
        else:
            right.hlines(place, 0, figure_of, color=_EDGE, linewidth=1.5)
            right.plot([figure_of], [place], "o", color=_BAR, markeredgecolor=_EDGE, markersize=9)
    right.axvline(0, color=_EDGE, linewidth=1)
    left.set_yticks(places, [textwrap.fill(_plain(title), 26) for title in titles])
    left.set_xlim(0, 100)
    left.set_xticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", ""])
    right.set_xlim(min(-0.2, *(one.discrimination or 0 for one in found)) - 0.05, 1)
    right.set_xticks([-0.5, 0, 0.5, 1] if right.get_xlim()[0] < -0.5 else [0, 0.5, 1])
    for axes in (left, right):
        axes.set_ylim(-0.6, len(found) - 0.4)
        axes.set_axisbelow(True)
        axes.grid(axis="y", visible=False)
    hardest = min(found, key=lambda one: one.share)
    easiest = max(found, key=lambda one: one.share)
    alt = (
        f"Two charts by exercise. Left, the share of right answers: from {100 * hardest.share:.0f} % "
        f"({titles[found.index(hardest)]}) to {100 * easiest.share:.0f} % ({titles[found.index(easiest)]}). Right, the "
        "discrimination of each exercise, as in the table."
    )
    table = {
        "exercise": titles,
        "right": [one.right for one in found],
        "of": [one.answers for one in found],
        "discrimination": [None if one.discrimination is None else f"{one.discrimination:.2f}" for one in found],
    }
    return figure_html(figure, alt=alt, table=table)


def frequencies(titles: Sequence[str], counts: Sequence[int], students: int) -> str:
    """How many students show which misconception, the most frequent ones."""
    shown = list(zip(titles, counts, strict=True))[:_MOST]
    figure, axes = new_figure(x="students", y="misconception", height=1.0 + 0.34 * len(shown))
    places = list(range(len(shown)))[::-1]
    bars = axes.barh(places, [count for _, count in shown], color=_BAR, edgecolor=_EDGE, height=0.65)
    axes.bar_label(bars, [f"{count}" for _, count in shown], padding=4)
    axes.set_yticks(places, [_plain(title) for title, _ in shown])
    axes.set_xlim(0, 1.15 * max(counts))
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.set_axisbelow(True)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(axis="y", visible=False)
    alt = (
        f"Bar chart of the {len(shown)} most frequent misconceptions of {students} students. The first, "
        f"“{shown[0][0]}”, was shown by {shown[0][1]}; the last of these, “{shown[-1][0]}”, by {shown[-1][1]}."
    )
    table = {"misconception": [title for title, _ in shown], "students": [count for _, count in shown]}
    return figure_html(figure, alt=alt, table=table)


def together(found: Sequence[Pair], titles: dict[str, str]) -> str:
    """Which misconceptions come together: a grid of numbers, darker where there are more."""
    names = list(dict.fromkeys(code for pair in found for code in (pair.first, pair.second)))[:_GRID]
    both = {frozenset((pair.first, pair.second)): pair.both for pair in found}
    grid = [[both.get(frozenset((row, column)), 0) if row != column else 0 for column in names] for row in names]
    most = max(map(max, grid))
    figure, axes = new_figure(x="misconception", y="misconception", height=1.8 + 0.42 * len(names))
    axes.imshow(grid, cmap="Greys", vmin=0, vmax=2.5 * most, aspect="auto")
    for y, row in enumerate(grid):
        for x, count in enumerate(row):
            if count:
                axes.text(x, y, str(count), ha="center", va="center")
    axes.set_yticks(range(len(names)), [f"{chr(65 + n)}  {_plain(titles[code])}" for n, code in enumerate(names)])
    axes.set_xticks(range(len(names)), [chr(65 + n) for n in range(len(names))])
    axes.grid(visible=False)
    axes.set_xticks([n + 0.5 for n in range(len(names) - 1)], minor=True)
    axes.set_yticks([n + 0.5 for n in range(len(names) - 1)], minor=True)
    axes.grid(which="minor", color="white", linewidth=2)
    axes.tick_params(which="minor", length=0)
    first = found[0]
    alt = (
        f"Grid of {len(names)} misconceptions against each other. Most often together are “{titles[first.first]}” and "
        f"“{titles[first.second]}”, in {first.both} students."
    )
    shown = [pair for pair in found if {pair.first, pair.second} <= set(names)]
    table = {
        "first": [titles[pair.first] for pair in shown],
        "second": [titles[pair.second] for pair in shown],
        "students with both": [pair.both for pair in shown],
        "expected by chance": [f"{pair.expected:.1f}" for pair in shown],
    }
    return figure_html(figure, alt=alt, table=table)


def _plain(text: str) -> str:
    """A text in which a dollar sign begins no formula; cut where it would push the picture aside."""
    text = text if len(text) <= 46 else f"{text[:45]}…"
    return text.replace("$", r"\$")
