"""What a student's work shows in a browser: text and pictures, and nothing that could run, fetch or cover something.

Outputs are brought to that form when a notebook has been graded, so that the graded notebook is harmless whatever opens
it. Text cells stay as they were written: they are cleaned where they become HTML, in the formgrader and in feedback,
which `nbgrader_config.py` asks of nbconvert (`HTMLExporter.filters`).
"""

import base64
import html
import io
import re
from functools import cache, lru_cache

from bleach.css_sanitizer import CSSSanitizer
from bleach.sanitizer import Cleaner
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from PIL import Image

from .repair import is_test
from .testcells import protected

_PICTURES = {"image/png": "PNG", "image/jpeg": "JPEG"}
_MOST_PIXELS = 25_000_000  # what a browser unpacks without trouble
_LONGEST, _MOST_TAGS = 50_000, 1_000  # of one text cell; with more, a hostile one takes minutes to read
_TASK, _TASK_DONE = (
    f'<input class="task-list-item-checkbox" type="checkbox" disabled{how}/>' for how in ("", " checked")
)

_TAGS = frozenset(
    ["a", "abbr", "b", "blockquote", "br", "caption", "code", "dd", "del", "details", "div", "dl", "dt", "em", "h1",
     "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "s", "samp",
     "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u",
     "ul", "var"]
)  # fmt: skip
_NUMBER = re.compile(r"\d{1,3}")
_LINK = re.compile(r"https?://\S+|mailto:\S+|#\S*", re.IGNORECASE)
_FILE = re.compile(r"(?:[\w-](?:[\w. -]|%20)*/)*[\w-](?:[\w. -]|%20)*\.(?:png|jpe?g)", re.IGNORECASE)
_DATA = re.compile(r"data:(image/(?:png|jpeg));base64,([\w+/=\s]+)", re.ASCII)
_NOTHING_TO_READ = re.compile(r"<[\w. ]+ object(?: at 0x[0-9A-Fa-f]+)?>")  # as IPython shows what has richer forms


class Harmless(NbGraderPreprocessor):
    """Comes when all is scored: of the outputs of a notebook it keeps text and pictures, and turns the rest into its
    text. The grader's own outputs stay as they are."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        nb.metadata.pop("widgets", None)
        for cell in nb.cells:
            if "attachments" in cell:
                cell.attachments = _attachments(cell.attachments)
            if cell.cell_type == "code":
                cell.metadata.pop("tags", None)
                if not (is_test(cell) and protected(cell)):
                    cell.outputs = [_harmless(output) for output in cell.outputs]
        return nb, resources


def _harmless(output: NotebookNode) -> NotebookNode:
    """The same output, as text and pictures. What a picture's size should be is left to the picture."""
    if "data" in output:
        pictures = {kind: output.data[kind] for kind in _PICTURES if is_picture(kind, output.data.get(kind))}
        output.data = {"text/plain": _words(output.data, bool(pictures))} | pictures
        output.metadata = {}
    return output


def _words(data: dict, has_picture: bool) -> str:
    """What an output says: its plain text, or what stands in its richer forms where that says nothing."""
    plain = _joined(data.get("text/plain"))
    if (plain.strip() and not _NOTHING_TO_READ.fullmatch(plain.strip())) or has_picture:
        return plain
    for kind in ("text/markdown", "text/latex"):
        if _joined(data.get(kind)).strip():
            return _joined(data[kind])
    if words := html.unescape(_text_only().clean(_joined(data.get("text/html"))[:_LONGEST])).strip():
        return words
    return plain or "This output is neither text nor a picture, and is not shown."


def is_picture(kind: str, data: object) -> bool:
    """Whether this is, in base64, a picture of this kind (PNG or JPEG) that a browser can show without trouble."""
    try:
        content = base64.b64decode("".join(_joined(data).split()), validate=True)
        with Image.open(io.BytesIO(content), formats=[_PICTURES[kind]]) as picture:
            picture.verify()
            return picture.width * picture.height <= _MOST_PIXELS
    except Exception:  # Pillow has many
        return False


def _attachments(attachments: object) -> dict:
    """Of the files in a text cell those that are pictures."""
    if not isinstance(attachments, dict):
        return {}
    kept = {
        name: {kind: data for kind, data in forms.items() if is_picture(kind, data)}
        for name, forms in attachments.items()
        if isinstance(forms, dict)
    }
    return {name: forms for name, forms in kept.items() if forms}


def _joined(text: object) -> str:
    """Text as one string; in a notebook it may be a list of lines."""
    if isinstance(text, list):
        return "".join(part for part in text if isinstance(part, str))
    return text if isinstance(text, str) else ""


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """nbconvert's filter of this name, with a result that is harmless."""
    return rendered(source, context.get("cell", {}).get("attachments", {}))


def rendered(source: str, attachments: object = None) -> str:
    """A text cell as HTML that is harmless. Text that cannot be read as Markdown (because it names a picture that is
    not there, say) is shown as it was written."""
    return _rendered(source, attachments) if attachments else _known(source)


@lru_cache(maxsize=500)
def _known(source: str) -> str:
    """Most text cells are the same in a whole class."""
    return _rendered(source, {})


class _Renderer(IPythonRenderer):
    def block_code(self, code: str, info: str | None = None) -> str:
        """Code in a text is shown as it is: to tell its words apart can take minutes, in any of 500 languages."""
        return f"<pre><code>{html.escape(code)}</code></pre>\n"


def _rendered(source: str, attachments: object) -> str:
    try:
        if len(_DATA.sub("", source)) > _LONGEST or source.count("<") > _MOST_TAGS:
            raise ValueError("more than people write")
        renderer = _Renderer(escape=False, attachments=_attachments(attachments), exclude_anchor_links=True)
        page = MarkdownWithMath(renderer=renderer).render(source)
        return clean(page.replace(_TASK_DONE, "☑ ").replace(_TASK, "☐ "))
    except Exception:  # whatever a student's text does to the reader
        return f"<pre>{html.escape(source)}</pre>"


def clean(source: str) -> str:
    """HTML that may stand in a page: tags that could do something are shown as text, attributes that could are gone.

    Links lead to the web or within the page, never to a file or an address of the server that shows the page. Pictures
    are in the page itself, or beside the notebook.
    """
    return _cleaner().clean(source)


@cache
def _cleaner() -> Cleaner:
    return Cleaner(
        tags=_TAGS,
        attributes=_allowed,
        protocols={"http", "https", "mailto", "data"},
        css_sanitizer=CSSSanitizer(allowed_css_properties=["text-align"]),
    )


@cache
def _text_only() -> Cleaner:
    return Cleaner(tags=set(), strip=True)


def _allowed(tag: str, name: str, value: str) -> bool:
    match tag, name:
        case "a", "href":
            return bool(_LINK.fullmatch(value))
        case "img", "src":
            return bool(_FILE.fullmatch(value) or ((data := _DATA.fullmatch(value)) and is_picture(*data.groups())))
        case ("img", "width" | "height") | ("td" | "th", "colspan" | "rowspan") | ("ol", "start"):
            return bool(_NUMBER.fullmatch(value))
        case ("td" | "th", "style") | ("img", "alt") | (_, "title") | ("details", "open"):
            return True
    return False
