"""The pages of the lectures, as they are read outside JupyterLab: they fetch nothing, and everybody can read them."""

import nbformat
import pytest

from autograder import lectures

pytestmark = pytest.mark.browser

EXECUTED = "04_where_it_goes"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site of one lecture that was run, and the pages of the others."""
    folder = tmp_path_factory.mktemp("lectures")
    assert lectures.main([EXECUTED, "--quick", "--out", str(folder)]) == 0
    for path in lectures.NOTEBOOKS.glob("*.ipynb"):
        if path.stem != EXECUTED:
            notebook = nbformat.read(path, as_version=4)
            title = notebook.metadata.get("title", path.stem)
            (folder / f"{path.stem}.html").write_text(lectures.to_html(notebook, title), encoding="utf-8")
    return folder


def test_pages_are_legible_for_everybody_and_fetch_nothing(site, browser, accessible):
    pages = sorted(site.glob("*.html"))
    assert len(pages) == 11  # nine lectures, the index, and how long they took
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    for path in pages:
        page.goto(path.as_uri())
        accessible(page)
    page.close()
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}
    assert len([url for url in asked if url.startswith("file:")]) == len(pages)
