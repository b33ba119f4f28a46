"""How a result appears in a notebook: the message, the timeline picture, and the plain data that grading records."""

import html
import os
from typing import Any

from .judging import MIME_TYPE, Result


def show(result: Result) -> None:
    """Display a result: rich in a notebook, its message elsewhere; a wrong answer's message is left to its exception.

    While nbgrader grades, no picture is drawn, and a line says that the verdict was made in the student's own process.
    """
    from IPython.core.getipython import get_ipython

    if get_ipython() is None:
        if result.passed:
            print(result.message())
        return
    if os.environ.get("NBGRADER_EXECUTION") == "autograde" and not result.protected:
        print("Judged in the submission's own kernel, on the public challenge: this grade is unprotected.")
    from IPython.display import display

    display(mimebundle(result, with_message=result.passed), raw=True)


def mimebundle(result: Result, *, with_message: bool = True) -> dict[str, Any]:
    """All forms of a result by MIME type: text, HTML with the timeline picture, and JSON for grading records."""
    from .timeline import timeline_image

    bundle = plain_bundle(result, with_message=with_message)
    if "NBGRADER_EXECUTION" not in os.environ:
        message = f'<pre style="white-space: pre-wrap">{html.escape(result.message())}</pre>' if with_message else ""
        bundle["text/html"] = message + (timeline_image(result.trace, result.should_be) if result.trace else "")
    return bundle


def plain_bundle(result: Result, *, with_message: bool = True) -> dict[str, Any]:
    """The forms of a result that hold no picture: text, and JSON for grading records."""
    from .timeline import timeline_words

    text = [result.message()] if with_message else []
    if result.trace and not (with_message and result.passed):
        text.append(timeline_words(result.trace, result.should_be))
    return {"text/plain": "\n".join(text), MIME_TYPE: result.to_json()}
