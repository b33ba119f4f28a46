"""The timeline of a training step: what ran in which order, with the gradient norm after each event.

Two rows of boxes, the student's loop above the order that works, legible in grey: events differ by their word and by
a symbol, never by colour alone.
"""

import base64
import html
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LABELS = {
    "zero_grad": "zero_grad",
    "forward": "forward",
    "backward": "backward",
    "scale": "scale",
    "unscale": "unscale",
    "clip": "clip",
    "step": "step",
    "update": "update",
    "edit_gradients": "gradients\nedited",
    "edit_weights": "weights\nedited",
}
EVENTS = frozenset(LABELS)
# Lightness differs as well as hue (Okabe and Ito's palette), so the boxes stay apart in grey.
FACES = {
    "zero_grad": "#ffffff",
    "forward": "#e9f3fa",
    "scale": "#f3d9e6",
    "backward": "#9fd0ee",
    "unscale": "#cc79a7",
    "clip": "#f0e442",
    "step": "#009e73",
    "update": "#ffffff",
    "edit_gradients": "#d9d9d9",
    "edit_weights": "#d9d9d9",
}
MOST_EVENTS = 10  # a loop over examples would make the picture unreadably wide


def timeline_figure(trace: list[dict], should_be: list[dict]) -> "Figure":
    """Draw a student's events, above those of the reference if they are given.

    Args:
        trace: events with `event` and `grad_norm` (None: there is no gradient), as in `Result.trace`.
        should_be: the same of the reference, or nothing.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    rows = [("Your step", trace[:MOST_EVENTS])] + [("One that works", should_be)] * bool(should_be)
    more = len(trace) - MOST_EVENTS
    width = max(len(events) for _, events in rows)
    bottom = 0.0 if should_be else 1.35
    figure = Figure(figsize=(1.6 + 1.25 * width, 2.7 - 0.8 * bottom), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for y, (title, events) in zip((1.35, 0.0), rows, strict=False):
        axes.text(-0.15, y + 0.42, title, ha="right", va="center", fontsize=10, weight="bold")
        for x, event in enumerate(events):
            _draw_event(axes, 1.25 * x, y, event)
            if x:
                axes.annotate("", (1.25 * x, y + 0.42), (1.25 * x - 0.25, y + 0.42), arrowprops={"arrowstyle": "->"})
    if more > 0:
        axes.text(1.25 * MOST_EVENTS, 1.77, f"and {more} more", ha="left", va="center", fontsize=9, style="italic")
    axes.text(-1.4, bottom - 0.5, _legend(should_be or trace), fontsize=8.5, va="top")
    axes.set(xlim=(-1.5, 1.25 * width + (1.0 if more > 0 else 0.0)), ylim=(bottom - 0.75, 2.3))
    axes.axis("off")
    return figure


def _draw_event(axes, x: float, y: float, event: dict) -> None:
    from matplotlib.patches import FancyBboxPatch

    box = FancyBboxPatch(
        (x, y + 0.12), 1.0, 0.6, boxstyle="round,pad=0,rounding_size=0.08", fc=FACES[event["event"]], ec="black"
    )
    axes.add_patch(box)
    dark = event["event"] == "step"
    axes.text(
        x + 0.5, y + 0.42, LABELS[event["event"]], ha="center", va="center", fontsize=9,
        color="white" if dark else "black", weight="bold" if dark else "normal",
    )  # fmt: skip
    axes.text(x + 0.5, y - 0.02, norm_text(event), ha="center", va="top", fontsize=8.5)


def norm_text(event: dict) -> str:
    norm = event.get("grad_norm")
    return "no gradient" if norm is None else f"|g| = {norm:.3g}"


def _legend(events: list[dict]) -> str:
    limits = [event["max_norm"] for event in events if event.get("max_norm")]
    threshold = f"; here max_norm = {limits[0]:.3g}" if limits else ""
    return f"|g|: global norm of the gradients right after the event{threshold}"


def timeline_words(trace: list[dict], should_be: list[dict]) -> str:
    """The same picture in a sentence, for people who do not see it."""
    works = f" One that works: {_in_words(should_be)}." if should_be else ""
    return f"Your step ran: {_in_words(trace)}.{works}"


def _in_words(events: list[dict]) -> str:
    words = []
    for event in events:
        norm = norm_text(event).replace("|g| =", "gradient norm")
        words.append(f"{LABELS[event['event']].replace(chr(10), ' ')} ({norm})")
    return ", then ".join(words) or "nothing"


def timeline_image(trace: list[dict], should_be: list[dict]) -> str:
    """The timeline as an HTML `<img>` that needs no file and no network, with its alt text."""
    buffer = io.BytesIO()
    timeline_figure(trace, should_be).savefig(buffer, format="png", dpi=110)
    data = base64.b64encode(buffer.getvalue()).decode()
    alt = html.escape(timeline_words(trace, should_be), quote=True)
    return f'<img alt="{alt}" style="max-width: 100%" src="data:image/png;base64,{data}">'
