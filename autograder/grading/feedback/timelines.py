"""A timeline for a page: the picture of `autograder.timeline` drawn as SVG, fast enough for a class, and its table."""

import base64
from html import escape
from itertools import zip_longest

from ...timeline import FACES, LABELS, MOST_EVENTS, norm_text, timeline_words

_WIDTH, _HEIGHT, _GAP, _ROW, _MARGIN = 92, 44, 26, 92, 104  # of a box, between boxes, of a row, left of the boxes


def picture(trace: list[dict], should_be: list[dict]) -> str:
    """The timeline as a data URI: a student's events, above those that work if they are given."""
    rows = [("Your step", trace)] + [("One that", should_be)] * bool(should_be)
    boxes = max(min(len(events), MOST_EVENTS) for _, events in rows)
    width, height = _MARGIN + boxes * (_WIDTH + _GAP) + 60, len(rows) * _ROW + 24
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        'font-family="DejaVu Sans, Verdana, sans-serif" font-size="13" text-anchor="middle">'
        '<defs><marker id="tip" viewBox="0 0 6 6" refX="6" refY="3" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0,0 L6,3 L0,6" fill="none" stroke="black"/></marker></defs>'
    ]
    for number, (title, events) in enumerate(rows):
        drawn += _row(title, events, 8 + number * _ROW)
    drawn.append(_text(8, height - 8, _legend(should_be or trace), 'text-anchor="start" font-size="12"') + "</svg>")
    return "data:image/svg+xml;base64," + base64.b64encode("".join(drawn).encode()).decode()


def words(trace: list[dict], should_be: list[dict]) -> str:
    """What the picture shows, in a sentence."""
    return timeline_words(trace, should_be)


def table(trace: list[dict], should_be: list[dict]) -> list[tuple[str, str, str, str]]:
    """Rows of a table: an event and the norm after it, beside those that work."""
    return [(*_cells(own), *_cells(other)) for own, other in zip_longest(trace, should_be)]


def _cells(event: dict | None) -> tuple[str, str]:
    if event is None:
        return "", ""
    return LABELS[event["event"]].replace("\n", " "), norm_text(event).removeprefix("|g| = ")


def _row(title: str, events: list[dict], y: int) -> list[str]:
    titles = [title, "works"] if title == "One that" else [title]
    drawn = [
        _text(_MARGIN - 14, y + 27 - 8 * (len(titles) - 1) + 16 * line, text, 'text-anchor="end" font-weight="bold"')
        for line, text in enumerate(titles)
    ]
    for place, event in enumerate(events[:MOST_EVENTS]):
        x = _MARGIN + place * (_WIDTH + _GAP)
        if place:
            drawn.append(
                f'<path d="M{x - _GAP + 2},{y + _HEIGHT / 2} H{x - 2}" stroke="black" marker-end="url(#tip)"/>'
            )
        step = event["event"] == "step"
        look = 'fill-opacity="0.7" stroke-width="2"' if step else ""  # dark: its word is to stand off in grey, too
        drawn.append(
            f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="7" fill="{FACES[event["event"]]}" '
            f'stroke="black" {look}/>'
        )
        lines = LABELS[event["event"]].split("\n")
        style = 'font-weight="bold"' if step else ""
        for line, text in enumerate(lines):
            drawn.append(_text(x + _WIDTH / 2, y + 27 - 8 * (len(lines) - 1) + 16 * line, text, style))
        drawn.append(_text(x + _WIDTH / 2, y + _HEIGHT + 16, norm_text(event), 'font-size="12"'))
    if len(events) > MOST_EVENTS:
        x = _MARGIN + MOST_EVENTS * (_WIDTH + _GAP)
        drawn.append(_text(x, y + 27, f"+ {len(events) - MOST_EVENTS}", 'text-anchor="start" font-style="italic"'))
    return drawn


def _text(x: float, y: float, text: str, style: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" {style}>{escape(text)}</text>'


def _legend(events: list[dict]) -> str:
    limits = [event["max_norm"] for event in events if event.get("max_norm")]
    return "|g|: norm of all gradients together, right after the event" + (
        f"; here max_norm = {limits[0]:.3g}" if limits else ""
    )
