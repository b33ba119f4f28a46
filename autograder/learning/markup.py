"""Small pieces of HTML that read well in JupyterLab (light and dark), in an exported page and to a screen reader."""

import math
import re
from collections.abc import Mapping, Sequence
from html import escape

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def show(html: str, plain: str) -> None:
    """Display HTML, with a plain text for front ends that have none; outside IPython, print that."""
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:
        print(plain)
    else:
        display({"text/html": html, "text/plain": plain}, raw=True)


def inline(text: str) -> str:
    """Escape a text; what stands between backticks becomes code, and lines stay lines."""
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", escape(text)).replace("\n", "<br>")


def box(body: str, colour: str = "#0072B2") -> str:
    """A block set off by a coloured bar (decoration only: the words say what it is)."""
    return f'<div style="border-left: 4px solid {colour}; padding: 0.3em 0.9em; margin: 0.5em 0">{body}</div>'


def disclosure(summary: str, body: str) -> str:
    """A part that opens on a click, or on Enter when it has the focus."""
    return f'<details><summary style="cursor: pointer">{summary}</summary>{body}</details>'


def table(columns: Mapping[str, Sequence], caption: str = "") -> str:
    """A table with one header per column; numbers are rounded to four digits."""
    head = "".join(f'<th scope="col">{inline(str(name))}</th>' for name in columns)
    rows = zip(*columns.values(), strict=True)
    body = "".join("<tr>" + "".join(f"<td>{escape(number(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    title = f"<caption>{inline(caption)}</caption>" if caption else ""
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def number(value: object, spec: str = ".4g") -> str:
    """A number for people: 5.7×10⁸, not 5.7e+08. Anything else as text."""
    if value is None:
        return ""
    if isinstance(value, str | bool) or not hasattr(value, "__float__"):
        return str(value)
    if not math.isfinite(float(value)):
        return "not a number" if math.isnan(float(value)) else "∞" if float(value) > 0 else "−∞"
    if spec == ".4g" and float(value).is_integer() and abs(value) < 1e6:
        spec = ",.0f"
    text = format(float(value), spec)
    if match := re.fullmatch(r"(-?[\d.,]+)e([+-]\d+)", text):
        text = f"{match[1]}×10{str(int(match[2])).translate(_SUPERSCRIPTS)}"
    return text.replace("-", "−")
