"""A student's notebook at the end of the page: what of it is shown, and how."""

import time

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.grading.feedback.cells import Delimiters, show
from autograder.grading.feedback.marks import Mark, Marks

from ...harm import picture

TESTS, SCHEMES = Delimiters("BEGIN HIDDEN TESTS", "END HIDDEN TESTS"), Delimiters("BEGIN MARK", "END MARK")
TASK = {"grade": False, "grade_id": "task", "locked": True, "points": 2, "schema_version": 3, "solution": False}


def shown(cell, folder, **mark):
    marks = Marks(0, 2, cells={"task": Mark(1, 2, **mark)}, comments={"task": "**Good.**"})
    (one,) = show(new_notebook(cells=[cell]), marks, folder, TESTS, SCHEMES)
    return one


@pytest.mark.parametrize(
    ("mark", "there"),
    [({}, False), ({"waiting": True}, False), ({"by_hand": True}, True), ({"by_hand": True, "waiting": True}, False)],
)
def test_the_mark_scheme_is_shown_when_a_person_has_graded_the_task(tmp_path, mark, there):
    source = "# Why?\n\nSay why.\n=== BEGIN MARK ===\nOne point.\n=== END MARK ==="
    one = shown(new_markdown_cell(source, metadata={"nbgrader": TASK | {"task": True}}), tmp_path, **mark)
    assert ("One point." in one.scheme) is there
    assert "One point." not in one.page
    assert "MARK" not in one.page + one.scheme
    assert one.title == "Why?"
    assert "<strong>Good.</strong>" in one.comment


def test_headings_are_below_those_of_the_page_and_pictures_are_described(tmp_path):
    one = shown(new_markdown_cell(f'# A\n### B\n<img src="data:image/png;base64,{picture()}">'), tmp_path)
    assert "<h3>A</h3>" in one.page
    assert "<h5>B</h5>" in one.page
    assert '<img alt="A picture without a description" src="data:image/png' in one.page


@pytest.mark.parametrize("name", ["../secret.png", "link.png", "none.png", "text.png", "folder/"])
def test_nothing_but_pictures_of_the_submission_gets_into_the_page(tmp_path, name):
    import base64

    folder = tmp_path / "submission"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(base64.b64decode(picture()))
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "text.png").write_text("a secret")
    one = shown(new_markdown_cell(f"![mine]({name})"), folder)
    assert picture() not in one.page
    assert "c2VjcmV0" not in one.page


def test_outputs_are_text_and_pictures_without_colours_and_paths(tmp_path):
    outputs = [
        new_output("stream", name="stderr", text="\x1b[31m/home/somebody/course/a.py:3: careful\x1b[0m\x07"),
        new_output("display_data", data={"image/png": picture(), "text/html": "<script>"}),
        new_output("display_data", data={"image/png": "none", "text/plain": "words"}),
        new_output("error", ename="ValueError", evalue="no", traceback=["---", "Cell In[2], line 1", "File /a/b/c.py"]),
    ]
    one = shown(new_code_cell("1 +  1  \n", outputs=outputs), tmp_path)
    assert [output.text for output in one.outputs] == [
        "…:3: careful",
        "",
        "words",
        "Cell In[2], line 1\nValueError: no",
    ]
    assert one.outputs[1].picture == f"data:image/png;base64,{picture()}"


@pytest.mark.parametrize("source", ["\t \n" * 16_000, "(" * 100_000, "f'{" * 16_000])
def test_code_that_is_made_to_keep_its_reader_busy_does_not(tmp_path, source):
    begin = time.process_time()
    shown(new_code_cell(source), tmp_path)
    assert time.process_time() - begin < 5
