"""Outputs and text cells as instructors and students get to see them; in browsers: tests/browser/test_harmless.py."""

import os
import subprocess
import sys
import time

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.grading.harmless import Harmless, clean, is_picture, markdown2html

from ..course import ROOT
from ..harm import BUNDLES, METADATA, PAGES, TEXTS, picture

SHOWN = {"text/plain", "image/png", "image/jpeg"}


def harmless(*outputs, **cell):
    notebook = new_notebook(cells=[new_code_cell("", outputs=list(outputs), **cell)])
    Harmless().preprocess(notebook, {})
    return notebook.cells[0].outputs


def shown(kind="display_data", **data):
    (output,) = harmless(new_output(kind, data={name.replace("_", "/"): value for name, value in data.items()}))
    return output.data


@pytest.mark.parametrize("data", BUNDLES, ids=lambda data: next(iter(data)))
@pytest.mark.parametrize("kind", ["display_data", "execute_result"])
def test_of_an_output_text_and_pictures_are_left(data, kind):
    (output,) = harmless(new_output(kind, data=data, metadata=METADATA))
    assert output.data.keys() == {"text/plain"}
    assert output.metadata == {}
    assert output.data["text/plain"]


@pytest.mark.parametrize(("kind", "form"), [("image/png", "png"), ("image/jpeg", "jpeg")])
def test_pictures_are_kept_as_they_are(kind, form):
    (output,) = harmless(new_output("display_data", data={kind: picture(form), "text/plain": "<Figure>"}))
    assert output.data == {kind: picture(form), "text/plain": "<Figure>"}


def test_a_picture_is_what_is_said_of_it_and_can_be_unpacked():
    assert is_picture("image/png", picture("png"))
    assert is_picture("image/png", [line + "\n" for line in picture("png").splitlines()])
    assert not is_picture("image/png", picture("jpeg"))
    assert not is_picture("image/png", picture("png")[:400])
    assert not is_picture("image/png", picture("png") + '"><script>')
    assert not is_picture("image/svg+xml", picture("png"))
    assert not is_picture("image/png", None)
    assert not is_picture("image/png", huge_picture())


def huge_picture():
    """Two kilobytes that fill a browser's memory."""
    import base64
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.new("1", (6_000, 6_000)).save(buffer, "png")
    return base64.b64encode(buffer.getvalue()).decode()


def test_the_text_of_an_output_is_kept():
    assert shown(text_plain="   a  b\n0  1  2", text_html="<table>")["text/plain"] == "   a  b\n0  1  2"
    nothing = "<IPython.core.display.Markdown object>"
    assert shown(text_plain=nothing, text_markdown="**words**")["text/plain"] == "**words**"
    assert shown(text_plain=nothing, text_html="<b>words</b> &amp; more")["text/plain"] == "words & more"
    assert shown(text_plain="<Model object at 0x7f00>")["text/plain"] == "<Model object at 0x7f00>"
    assert shown(kind="execute_result", text_plain="3.0")["text/plain"] == "3.0"


def test_printed_text_and_errors_are_as_they_were():
    outputs = [
        new_output("stream", name="stdout", text=PAGES[0]),
        new_output("error", ename="ValueError", evalue=PAGES[0], traceback=[PAGES[0]]),
    ]
    assert harmless(*outputs) == outputs


def test_what_the_grader_wrote_stays():
    marks = {"grade": True, "grade_id": "test_x", "locked": True, "points": 1, "schema_version": 3, "solution": False}
    notebook = new_notebook(cells=[new_code_cell('check("train_step", x)', metadata={"nbgrader": marks})])
    ours = {"text/plain": "right", "application/vnd.autograder.result+json": {"passed": True}}
    notebook.cells[0].outputs = [new_output("display_data", data=ours)]
    Harmless().preprocess(notebook, {})
    assert notebook.cells[0].outputs[0].data == ours


def test_text_cells_stay_as_they_were_written_without_what_only_looks_like_a_picture():
    cell = new_markdown_cell(
        PAGES[0], attachments={"a.png": {"image/png": picture()}, "b.svg": {"image/svg+xml": "PA"}}
    )
    notebook = new_notebook(cells=[cell], metadata={"widgets": {}})
    Harmless().preprocess(notebook, {})
    assert notebook.cells[0].source == PAGES[0]
    assert notebook.cells[0].attachments == {"a.png": {"image/png": picture()}}
    assert "widgets" not in notebook.metadata


@pytest.mark.parametrize("text", TEXTS)
def test_text_cells_become_harmless_html(text):
    rendered = markdown2html({}, text)
    assert clean(rendered) == rendered
    tags = {piece.split()[0].strip("/>").lower() for piece in rendered.split("<")[1:] if piece.strip("/> ")}
    assert not tags & {"script", "iframe", "object", "embed", "style", "link", "meta", "base", "form", "svg", "math"}
    for word in ('="javascript', " onerror", " onload", 'href="files', 'src="..', 'src="http', "position"):
        assert word not in "".join(piece.partition(">")[0] for piece in rendered.split("<")[1:])


def test_what_people_write_is_shown():
    attached = {"attachments": {"a.png": {"image/png": picture()}}}
    rendered = markdown2html(
        {"cell": attached},
        "# Title\n\nI **think** that $a<b$, see [the paper](https://arxiv.org/abs/1211.5063).\n\n"
        "| a | b |\n|---|--:|\n| 1 | 2 |\n\n- [x] done\n\n```python\nx = 1\n```\n\n"
        "![mine](attachment:a.png) ![beside it](my%20plot.png)",
    )
    for piece in (
        "<h1>Title</h1>",
        "<strong>think</strong>", "$a&lt;b$", '<a href="https://arxiv.org/abs/1211.5063">the paper</a>',
        '<td style="text-align:right;">2</td>', "<li>☑ done</li>", "<pre><code>x = 1\n</code></pre>",
        f'<img src="data:image/png;base64,{picture()}" alt="mine">', '<img src="my%20plot.png" alt="beside it">',
    ):  # fmt: skip
        assert piece in rendered


@pytest.mark.parametrize(
    "text",
    [
        "<div>" * 20_000,
        "\\begin{a}" * 20_000,
        ">" * 10_000,
        "[" * 40_000,
        "```python\n" + "\t \n" * 12_000,
        "<a b='" * 9_000,
    ],
)
def test_text_that_is_made_to_keep_its_reader_busy_does_not(text):
    begin = time.perf_counter()
    assert markdown2html({}, text)
    assert time.perf_counter() - begin < 10


FORMGRADER = """
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension

formgrader = FormgradeExtension()
formgrader.initialize([])
print(HTMLExporter(config=formgrader.config).filters["markdown2html"])
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "inside", [True, False], ids=["in the course folder", "elsewhere, by the instructor's settings"]
)
def test_the_formgrader_has_the_courses_filters_wherever_its_server_starts(tmp_path, inside):
    course, settings = tmp_path / "course", tmp_path / "settings"
    for folder in (course, settings):
        folder.mkdir()
    (course / "nbgrader_config.py").write_text((ROOT / "nbgrader_config.py").read_text("utf-8"), "utf-8")
    own = "" if inside else f"c = get_config()\nc.CourseDirectory.root = {str(course)!r}\n"
    (settings / "nbgrader_config.py").write_text(own, "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", FORMGRADER],
        cwd=course if inside else tmp_path,
        env=os.environ | {"JUPYTER_CONFIG_DIR": str(settings), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "autograder.grading.harmless.markdown2html", done.stderr
