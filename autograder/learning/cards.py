"""Cards to recall what was learned before: a question to answer from memory, then turned over."""

from . import markup


def recall(front: str, back: str) -> None:
    """A card. The back opens on a click, or on Enter when it has the focus."""
    html = f"<p><strong>{markup.inline(front)}</strong></p>"
    html += markup.disclosure("Turn the card over", f"<p>{markup.inline(back)}</p>")
    markup.show(markup.box(html, "#009E73"), f"{front}\n(Answer it first, then read on.)\n{back}")
