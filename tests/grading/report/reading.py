"""Reads a written report as a person or a spreadsheet would."""

import csv
import io

import html5lib

from autograder.grading.report.writing import Report


def table(report: Report) -> list[dict]:
    text = report.table.read_bytes().decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def cells_of(page: str, caption: str) -> list[list[str]]:
    """The rows of the table with a caption, as texts."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    captions = {one: one.find("caption") for one in tree.iter("table")}
    (found,) = [one for one, words in captions.items() if words is not None and words.text == caption]
    return [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in found.find("tbody")]


def cells_of_figure(page: str, words: str) -> list[list[str]]:
    """The rows of the table behind the picture whose alt text begins with some words."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    (figure,) = [one for one in tree.iter("figure") if one.find("img").get("alt").startswith(words)]
    return [["".join(cell.itertext()) for cell in row] for row in figure.find("details").find("table").find("tbody")]


def strictly(page: str) -> None:
    """Raise an exception unless a page is valid HTML."""
    html5lib.HTMLParser(strict=True).parse(page)


def sections(page: str) -> dict[str, str]:
    """The text under each heading of the page, up to the next heading."""
    body, found, title = html5lib.parse(page, namespaceHTMLElements=False).find("body"), {}, ""
    for part in body.iter():
        if part.tag in ("h2", "h3", "h4"):
            title = " ".join("".join(part.itertext()).split())
            found.setdefault(title, "")
        elif part.tag in ("p", "td", "th") and title:
            found[title] += " " + " ".join("".join(part.itertext()).split())
    return found
