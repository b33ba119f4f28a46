"""Recorded training runs: what somebody has in front of them who is to say what went wrong.

The recordings come with the exercise “diagnose_runs”; how the runs were trained stays with its authors.
"""

import json
import math
from dataclasses import dataclass
from functools import cache
from importlib import resources

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from . import markup
from .figures import STYLE, show_figure

COLUMNS = {
    "loss": "the loss of this step's batch, before the step",
    "own": "the norm of this batch's gradient, computed on its own",
    "norm": "the total norm of what is in `.grad`, as a loop would log it: before any clipping",
    "used": "how far the weights moved, divided by the learning rate",
    "left": "the total norm of what is in `.grad` when the step is over",
    "back": "the norm of the derivative of the loss by the last layer's output (or the last time step's state)",
    "front": "the same for the first layer's output (or the first time step's state)",
}
_PANELS = {
    "How good is it?": ("loss", ("loss",)),
    "What is in .grad?": ("norm", ("norm", "own")),
    "What moved the weights?": ("norm", ("norm", "used", "left")),
    "What became of it on its way back?": ("derivative", ("back", "front")),
}
# Lines of a panel lie upon each other where their numbers agree, so the first ones are the widest, and the lightest:
# one sees which of them are there, in grey as well.
_LINES = {
    1: ((2.0, "#0072B2"),),
    2: ((5.5, "#7FC4EC"), (1.6, "#000000")),
    3: ((7.0, "#7FC4EC"), (3.5, "#C04F00"), (1.3, "#000000")),
}
_DECADES = 12


@dataclass(frozen=True)
class Run:
    """A recorded run: `log` has for each of `COLUMNS` a number for each step (inf and nan among them)."""

    name: str
    network: str
    max_norm: float | None
    scale: float | None
    log: dict[str, list[float]]

    @property
    def steps(self) -> range:
        return range(1, len(self.log["loss"]) + 1)

    @property
    def lost(self) -> int | None:
        """The first step, counted from 1, whose loss is not finite."""
        return next((step for step in self.steps if not math.isfinite(self.log["loss"][step - 1])), None)

    @property
    def clipped(self) -> int:
        """In how many steps the norm was above max_norm."""
        return sum(norm > self.max_norm for norm in self.log["norm"]) if self.max_norm else 0

    def facts(self) -> dict[str, str]:
        """What is known of the run besides its log."""
        until = f"; the loss is not finite from step {self.lost} on" if self.lost else ""
        clipping = "none"
        if self.max_norm:
            above = f"{self.clipped} of {len(self.steps)} logged norms are above it"
            clipping = f"by norm, max_norm {self.max_norm:g} ({above})"
        return {
            "network": self.network,
            "optimizer": "plain SGD, the same learning rate in all steps",
            "clipping": clipping,
            "loss scaling": f"times {self.scale:,.0f}" if self.scale else "none",
            "recorded": f"{len(self.steps)} steps{until}",
        }


@cache
def recorded() -> dict[str, Run]:
    """All recorded runs, by name."""
    text = resources.files("autograder.exercises.diagnose_runs").joinpath("runs.json").read_text(encoding="utf-8")
    return {
        name: Run(name, log=logged, **{key: run[key] for key in ("network", "max_norm", "scale")})
        for name, run in json.loads(text).items()
        for logged in [{column: [float(number) for number in numbers] for column, numbers in run["log"].items()}]
    }


def show_run(name: str) -> None:
    """Show a recorded run: what is known of it, a figure with four panels, and the numbers of some of its steps.

    Prints a sentence instead if there is no such run.
    """
    if not isinstance(name, str) or name not in recorded():
        print(f"There is no run {name!r}. The runs are: {', '.join(recorded())}.")
        return
    run = recorded()[name]
    facts = run.facts()
    items = "".join(f"<li><b>{key}</b>: {markup.inline(value)}</li>" for key, value in facts.items())
    title = name.replace("_", " ")
    markup.show(
        f"<p><b>{title}</b></p><ul>{items}</ul>",
        "\n".join([title, *(f"  {key}: {value}" for key, value in facts.items())]),
    )
    show_figure(_figure(run), alt=described(run), table=_rows(run, list(run.steps)))
    rows = _rows(run, telling_steps(run))
    markup.show(markup.table(rows, caption=f"Some steps of {title}"), _text_table(rows))


def telling_steps(run: Run) -> list[int]:
    """The steps that the table shows: the first and the last ones, some in between, and those around the highest norm
    and the first loss that is not finite."""
    norms = [norm if math.isfinite(norm) else -1.0 for norm in run.log["norm"]]
    peak = norms.index(max(norms)) + 1
    around = [step + offset for step in (peak, run.lost) if step for offset in (-2, -1, 0, 1)]
    last = run.lost or run.steps[-1]
    even = [1 + round(part * (last - 1) / 8) for part in range(9)]
    return sorted({step for step in (1, 2, 3, last - 1, last, *around, *even) if 1 <= step <= last})


def described(run: Run) -> str:
    """The figure in words: for each line where it begins and ends, and its lowest and highest place."""
    parts = [f"Four panels over {len(run.steps)} steps, on logarithmic axes."]
    for column in COLUMNS:
        places = [(value, step) for step, value in zip(run.steps, run.log[column], strict=True) if math.isfinite(value)]
        (low, at_low), (high, at_high) = min(places), max(places)
        begins, (ends, at_end) = places[0][0], places[-1]
        parts.append(
            f"{column}: {_short(begins)} at step 1, {_short(ends)} at step {at_end}, "
            f"lowest {_short(low)} at step {at_low}, highest {_short(high)} at step {at_high}."
        )
    if run.max_norm:
        parts.append(f"A level line marks max_norm, {run.max_norm:g}.")
    if run.lost:
        parts.append(f"From step {run.lost} on the loss is not finite.")
    return " ".join(parts)


def _rows(run: Run, steps: list[int]) -> dict[str, list]:
    return {"step": steps} | {column: [run.log[column][step - 1] for step in steps] for column in COLUMNS}


def _text_table(rows: dict[str, list]) -> str:
    head = "".join(f"{name:>13}" for name in rows)
    lines = ["".join(f"{_short(cell):>13}" for cell in row) for row in zip(*rows.values(), strict=True)]
    return "\n".join([head, *lines])


def _short(number: float) -> str:
    return markup.number(number, ".3g")


def _figure(run: Run) -> Figure:
    with rc_context(STYLE):
        figure = Figure(figsize=(7.5, 6.8), layout="constrained")
        for axes, (title, (label, columns)) in zip(figure.subplots(2, 2).flat, _PANELS.items(), strict=True):
            axes.set(xlabel="step", ylabel=label, yscale="log")
            axes.set_title(title, fontsize=11, pad=24)
            for place, column in enumerate(columns):
                _draw(axes, run, column, place, *_LINES[len(columns)][place])
            if "used" in columns and run.max_norm:
                axes.axhline(run.max_norm, color="black", linestyle=":", marker="", linewidth=1.5, label="max_norm")
            if run.lost:
                named = "not finite" if "loss" in columns else "_not finite"  # once is enough
                axes.axvline(run.lost, color="black", linestyle="--", marker="", linewidth=1, label=named)
            axes.legend(fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, columnspacing=1.0)
    return figure


def _draw(axes: Axes, run: Run, column: str, place: int, width: float, colour: str) -> None:
    places = [(step, value) for step, value in zip(run.steps, run.log[column], strict=True) if 0 < value < math.inf]
    marked = (3 * place, max(1, len(places) // 8))  # lines that lie upon each other have their markers side by side
    look = {"color": colour, "linewidth": width, "markersize": width + 3, "markevery": marked}
    axes.plot(*zip(*places, strict=True), label=column, **look)
    lowest, highest = axes.dataLim.intervaly
    if highest > lowest * 10**_DECADES:  # a last number beyond all bounds must not flatten what came before
        axes.set_ylim(lowest / 3, lowest * 10**_DECADES)
