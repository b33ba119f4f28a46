"""How a result appears in a notebook: the message, the timeline picture, and the plain data that grading records."""

import html
import os
from typing import Any

from .judging import MIME_TYPE, Result


def show(result: Result) -> None:
    """Display a result: rich in a notebook, its message elsewhere.

    While nbgrader grades, no picture is drawn, and a line says that the verdict was made in the student's own process.
    """
    from IPython.core.getipython import get_ipython

    if get_ipython() is None:
        print(result.message())
        return
    if os.environ.get("NBGRADER_EXECUTION") == "autograde" and not result.protected:
        print("Judged in the submission's own kernel, on the public challenge: this grade is unprotected.")
    from IPython.display import display

    display(mimebundle(result), raw=True)


def mimebundle(result: Result) -> dict[str, Any]:
    """All forms of a result by MIME type: text, HTML with the picture, and JSON for grading records."""
    bundle: dict[str, Any] = {"text/plain": result.message(), MIME_TYPE: result.to_json()}
    if "NBGRADER_EXECUTION" not in os.environ:
        bundle["text/html"] = _page(result)
    return bundle


def _page(result: Result) -> str:
    parts = [f'<pre style="white-space: pre-wrap">{html.escape(result.message())}</pre>'] if result.passed else []
    if result.trace:
        from .timeline import timeline_image

        parts.append(timeline_image(result.trace, result.should_be))
    return "".join(parts) or f"<pre>{html.escape(result.message())}</pre>"
