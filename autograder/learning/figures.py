"""Every figure of the course goes through here: one look, words for those who do not see it, numbers for all."""

import base64
import io
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from cycler import cycler
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import AutoLocator, MaxNLocator

from . import markup

# Okabe and Ito's colours, the darker ones first; markers and dashes tell the lines apart without colour.
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
DASHES = ["-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1))]
STYLE = {
    "axes.prop_cycle": cycler(color=COLOURS, marker=MARKERS, linestyle=DASHES, markevery=[0.1] * len(COLOURS)),
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.facecolor": "white",
    "font.size": 11,
    "grid.color": "#DDDDDD",
    "legend.frameon": False,
    "lines.linewidth": 2,
    "lines.markersize": 6,
}
_TRIVIAL = {"a", "chart", "curve", "curves", "figure", "graph", "image", "line", "of", "picture", "plot", "the"}
_ROWS = 24


def new_figure(
    *, x: str, y: str, log: str = "", title: str = "", panels: int = 1, height: float = 3.6
) -> tuple[Figure, Any]:
    """A figure and its axes (an array of axes if there are several `panels` side by side), 7.5 by `height` inches.

    `x` and `y` are the axis labels, with the unit if there is one: "step", "time [s]". `log` is "", "x", "y" or "xy".
    Lines drawn one after the other differ in colour, marker and dashes.
    """
    with rc_context(STYLE):
        figure = Figure(figsize=(7.5, height), layout="constrained")
        grid = figure.subplots(1, panels, squeeze=False, sharey=True)[0]
    for axes in grid:
        axes.set_xlabel(x)
        axes.set_xscale("log" if "x" in log else "linear")
        axes.set_yscale("log" if "y" in log else "linear")
    grid[0].set_ylabel(y)
    if title:
        figure.suptitle(title)
    return figure, grid[0] if panels == 1 else grid


def show_figure(figure: Figure | Axes, *, alt: str, table: Mapping[str, Sequence] | None = None) -> None:
    """Show a figure with its `alt` text and, behind a disclosure, the data it was drawn from; then close it.

    `alt` says what is to be seen: which curve does what, not that there are curves. `table` maps column names to
    values; for labelled lines it is read off the figure. A log axis is named so in its label.
    Raises ValueError if the alt text says nothing, an axis has no label, or there is no table and none can be read off.
    """
    figure = figure if isinstance(figure, Figure) else figure.figure
    markup.show(figure_html(figure, alt=alt, table=table), f"[Figure] {alt}")
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close(figure)


def figure_html(figure: Figure, *, alt: str, table: Mapping[str, Sequence] | None = None) -> str:
    """What `show_figure` shows, as HTML that needs no other file. Raises ValueError as it does."""
    _refuse_trivial(alt)
    tables = markup.table(table) if table else _tables(figure)
    with rc_context(STYLE):
        for axes in figure.axes:
            _finish(axes)
    png = base64.b64encode(_png(figure)).decode("ascii")
    return (
        f'<figure style="margin: 0.5em 0"><img src="data:image/png;base64,{png}" alt="{markup.escape(alt)}" '
        f'style="max-width: 100%; width: {figure.get_figwidth():g}in; background: white">'
        f"{markup.disclosure('Data of this figure', tables)}</figure>"
    )


def _refuse_trivial(alt: str) -> None:
    words = {word.strip(".,:;").lower() for word in alt.split()} - _TRIVIAL
    if len(words) < 6:
        raise ValueError(f"The alt text “{alt}” does not say what is to be seen: describe it in a sentence.")


def _finish(axes: Axes) -> None:
    shared = axes.get_subplotspec() is not None and not axes.get_subplotspec().is_first_col()
    for line in axes.get_lines():
        if len(line.get_xdata()) <= _ROWS:
            line.set_markevery(None)
    places = [place for line in axes.get_lines() for place in line.get_xdata()]
    whole = not any(isinstance(place, str) for place in places) and all(float(place).is_integer() for place in places)
    if axes.get_lines() and whole and isinstance(axes.xaxis.get_major_locator(), AutoLocator):
        axes.xaxis.set_major_locator(MaxNLocator("auto", integer=True))  # there is no step 2.5
    for name, axis, label in (("x", axes.xaxis, axes.get_xlabel()), ("y", axes.yaxis, axes.get_ylabel())):
        spare = (name == "y" and shared) or (axes.get_label() == "<colorbar>" and axes.get_xlabel() + axes.get_ylabel())
        if not label and not spare and axes.axison:
            raise ValueError(f"The {name} axis has no label: name the quantity and its unit.")
        lines = textwrap.wrap(label, 34) if name == "y" else [label]
        if axis.get_scale() == "log" and label:
            lines = (
                [*lines, "(log scale)"]
                if name == "y" and len(lines[-1]) > 22
                else [*lines[:-1], f"{lines[-1]} (log scale)"]
            )
        axis.set_label_text("\n".join(lines))
    if axes.get_legend() is None and len(axes.get_legend_handles_labels()[1]) > 1:
        axes.legend()


def _tables(figure: Figure) -> str:
    parts = []
    for axes in figure.axes:
        lines = [line for line in axes.get_lines() if not line.get_label().startswith("_")]
        if not lines and axes.get_lines():
            lines = axes.get_lines()[:1]
        if not lines or axes.images or axes.collections:
            raise ValueError("This figure is more than labelled lines: give its data as table={column: values}.")
        parts.append(_line_table(axes, lines))
    return "".join(parts)


def _line_table(axes: Axes, lines: Sequence[Any]) -> str:
    """One row per place on the x axis (thinned evenly if they are many), one column per line."""
    columns = [dict(zip(map(float, line.get_xdata()), map(float, line.get_ydata()), strict=True)) for line in lines]
    places = sorted(set().union(*columns))
    step = -(-len(places) // _ROWS)
    shown = places[::step] if (len(places) - 1) % step == 0 else [*places[::step], places[-1]]
    names = [axes.get_ylabel() if line.get_label().startswith("_") else line.get_label() for line in lines]
    data = {axes.get_xlabel(): shown}
    data |= {name: [column.get(place) for place in shown] for name, column in zip(names, columns, strict=True)}
    return markup.table(data, caption=axes.get_title() + (f" (every {step}th row)" if step > 1 else ""))


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    with rc_context(STYLE):
        figure.savefig(buffer, format="png", dpi=144)
    return buffer.getvalue()
