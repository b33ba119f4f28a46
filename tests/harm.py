"""A notebook whose outputs and text cells try to run something in the browser of whoever looks at it.

Whatever runs sets `window.harmed`, changes the page's title, opens a dialog or asks for an address at CANARY.
"""

import base64
import copy
import io
import json

from matplotlib.figure import Figure
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

CANARY = "http://canary.invalid"
_RUN = "top.harmed=1;document.title='harmed';alert(1)"
_SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{_RUN}"><script>{_RUN}</script></svg>'


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def picture(kind: str = "png") -> str:
    """A picture as notebooks keep it."""
    buffer = io.BytesIO()
    Figure(figsize=(1, 1)).savefig(buffer, format=kind)
    return base64.b64encode(buffer.getvalue()).decode()


PAGES = [
    f"<script>{_RUN}</script>",
    f'<img src=x onerror="{_RUN}">',
    f"<img src={CANARY}/pixel.png>",
    f'<iframe srcdoc="<script>{_RUN}</script>"></iframe>',
    f'<iframe src="javascript:{_RUN}"></iframe>',
    f'<object data="data:text/html;base64,{_encoded(f"<script>{_RUN}</script>")}"></object>',
    f"<embed src={CANARY}/embedded>",
    f"<style>@import url({CANARY}/style.css); body {{ display: none }}</style>",
    f'<link rel="stylesheet" href="{CANARY}/style.css">',
    f'<meta http-equiv="refresh" content="0; url={CANARY}/elsewhere">',
    f'<base href="{CANARY}/">',
    f'<form action="{CANARY}/form"><input name="password" autofocus onfocus="{_RUN}"><button>Log in</button></form>',
    f'<div style="position: fixed; inset: 0; background: url({CANARY}/cover.png)" class="navbar">Log in</div>',
    f'<details open ontoggle="{_RUN}"><summary>more</summary></details>',
    f'<video><source onerror="{_RUN}"></video>',
    _SVG,
    f'<math><mtext><table><mglyph><style><img src=x onerror="{_RUN}"></style></mglyph></table></mtext></math>',
    f"<svg><p><style><a id=\"</style><img src=x onerror='{_RUN}'>\"></a></style></p></svg>",
    f"<noscript><p title=\"</noscript><img src=x onerror='{_RUN}'>\"></noscript>",
    f'<a href="files/javascript:{_RUN}" id="explain_order">one link</a>',
    f'<a href="&#106;ava&#9;script:{_RUN}">another link</a>',
    f'</div></div></div><script>{_RUN}</script><div class="save-icon full-credit">',
]
TEXTS = [
    *PAGES,
    f"[a link](javascript:{_RUN.replace('(', '%28').replace(')', '%29')})",
    f"[a link](data:text/html;base64,{_encoded(f'<script>{_RUN}</script>')})",
    "[a file](harm.html)",
    "![a page as a picture](../../../logout)",
    f"![a picture]({CANARY}/picture.png)",
    "![an attachment](attachment:harm.svg)",
    "![an attachment that is not there](attachment:none.png)",
    f'```mermaid\n<img src=x onerror="{_RUN}">\n```',
    f"$\\href{{javascript:{_RUN}}}{{x}}$",
    f'| a |\n|---|\n| <img src=x onerror="{_RUN}"> |',
]
BUNDLES = [
    *({"text/html": page, "text/plain": "<IPython.core.display.HTML object>"} for page in PAGES),
    *({"text/markdown": text} for text in TEXTS),
    {"text/html": PAGES[0]},
    {"application/javascript": _RUN},
    {"text/javascript": _RUN},
    {"image/svg+xml": _SVG},
    {"text/latex": f"$\\href{{javascript:{_RUN}}}{{x}}$</script><script>{_RUN}</script>"},
    {"application/pdf": _encoded("%PDF-1.7")},
    {"text/vnd.mermaid": f"<script>{_RUN}</script>"},
    {"application/json": {"html": PAGES[0]}},
    {"application/vnd.jupyter.widget-view+json": {"model_id": "harm", "version_major": 2, "version_minor": 0}},
    {"application/vnd.plotly.v1+json": {"data": [], "layout": {"title": PAGES[0]}}},
    {"application/vnd.vegalite.v5+json": {"data": {"url": f"{CANARY}/vega.csv"}, "mark": "bar"}},
    {"application/vnd.autograder.result+json": {"findings": [{"code": PAGES[0], "title": PAGES[0]}]}},
    {"text/plain": PAGES[0]},
    {"image/png": _encoded(_SVG)},
    {"image/png": picture("jpeg")},
    {"image/jpeg": f'"><script>{_RUN}</script>'},
]
METADATA = {"image/png": {"width": f"1 onload={_RUN}", "height": 1}, "text/html": {"isolated": True}}


def harmful(released: NotebookNode) -> NotebookNode:
    """The students' version of an assignment with all of that in it."""
    notebook = copy.deepcopy(released)
    shows = "from IPython.display import display\n\nfor data in {}:\n    display(data, metadata={!r}, raw=True)"
    shown = json.loads(json.dumps([*BUNDLES, {"image/png": picture(), "text/plain": "a picture that is one"}]))
    notebook.cells += [new_markdown_cell(text) for text in TEXTS] + [new_raw_cell(page) for page in PAGES]
    notebook.cells += [
        new_code_cell(shows.format(shown, METADATA)),
        new_code_cell(f"print({PAGES[0]!r})\nraise ValueError({PAGES[1]!r})"),
        new_markdown_cell(f"![a picture](attachment:mine.png) and <b>words</b>: {PAGES[0]}"),
    ]
    notebook.cells[-2].metadata.tags = ['x" onclick="' + _RUN, "raises-exception"]
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and "nbgrader" not in cell.metadata:
            cell.attachments = {"harm.svg": {"image/svg+xml": _SVG}, "mine.png": {"image/png": picture()}}
    notebook.metadata.title = PAGES[0]
    notebook.metadata.widgets = {
        "application/vnd.jupyter.widget-state+json": {
            "version_major": 2,
            "version_minor": 0,
            "state": {"harm": {"model_name": "HTMLModel", "state": {"value": f"</script>{PAGES[0]}"}}},
        }
    }
    return notebook
