"""Run the lectures: `python -m autograder.lectures [--quick] [--seed N] [--out DIR]`.

Each notebook is executed by papermill in a process of its own, as many at once as there are cores. The folder gets the
executed notebooks, a page of each that fetches nothing, an index, and the times of all cells. Fails with one sentence
per notebook that fails.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from html import escape
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"

# A kernel that a program runs: no learner, and one thread each, so that notebooks side by side do not slow each other.
ENVIRONMENT = {"AUTOGRADER_LEARNER": "absent", "OMP_NUM_THREADS": "1"}

# nbconvert's page without the scripts that it would load from elsewhere, which the lectures do not need, with colours
# that stand off from the page, links that are underlined, and folded cells folded.
TEMPLATE = """{% extends "lab/index.html.j2" %}
{% block html_head_js %}{% endblock %}
{% block jupyter_widgets %}{% endblock %}
{% block html_head_js_mathjax %}{% endblock %}
{% block html_head_js_mermaidjs %}{% endblock %}
{% block html_head_css %}<style>
:root { --jp-cell-prompt-not-active-opacity: 1; --jp-mirror-editor-comment-color: #2f6060;
  --jp-mirror-editor-number-color: #006600; --jp-mirror-editor-operator-color: #7a00c2;
  --jp-mirror-editor-meta-color: #7a00c2; }
.jp-RenderedHTMLCommon p a:link, .jp-RenderedHTMLCommon li a:link { text-decoration: underline; }
</style>{% endblock %}
{% block input_group %}
{%- if cell.metadata.get("jupyter", {}).get("source_hidden") -%}
<details><summary style="margin-left: 79px; font: small sans-serif">Code</summary>{{ super() }}</details>
{%- else -%}{{ super() }}{%- endif -%}
{% endblock %}"""

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>body {{ font-family: sans-serif; max-width: 50em; margin: 2em auto; padding: 0 1em }}
td, th {{ padding: 0.2em 1em 0.2em 0; text-align: left }} td.time {{ text-align: right }}</style></head>
<body><main><h1>{title}</h1>{body}</main></body></html>"""


@dataclass(frozen=True)
class Run:
    """What became of one notebook. `seconds` is the time of the whole run, `cells` that of each code cell by its id."""

    name: str
    title: str
    seconds: float
    cells: dict[str, float]
    failure: str  # one sentence, or "" if all went well


def run_all(notebooks: list[Path], out: Path, parameters: dict) -> Iterator[Run]:
    """Run notebooks into the folder `out`, several at once; gives each as soon as it is done."""
    os.environ.update(ENVIRONMENT)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(NOTEBOOKS.parent), os.environ.get("PYTHONPATH")]))
    with ProcessPoolExecutor(max_workers=min(_cores(), len(notebooks))) as pool:
        for done in as_completed([pool.submit(run, notebook, out, parameters) for notebook in notebooks]):
            yield done.result()


def run(notebook: Path, out: Path, parameters: dict) -> Run:
    """Execute one notebook into `out`, and write its page, however it ends."""
    import nbformat
    import papermill

    began, target, failure = time.perf_counter(), out / notebook.name, ""
    try:
        papermill.execute_notebook(
            notebook,
            target,
            parameters,
            cwd=notebook.parent,
            progress_bar=False,
            kernel_name="python3",
            extra_arguments=["--log-level=CRITICAL"],  # one that is shut down may call it an error to be interrupted
        )
    except papermill.PapermillExecutionError as error:
        said = " ".join(f"{error.ename}: {error.evalue}".split())
        failure = f"{notebook.name} stopped at In [{error.exec_count}]: {said}"
    except Exception as error:  # a kernel that dies, a file that is no notebook: say so, and run the others
        failure = f"{notebook.name} could not be run: {type(error).__name__}: {error}"
        return Run(notebook.stem, notebook.stem, time.perf_counter() - began, {}, failure)
    executed = nbformat.read(target, as_version=4)
    seconds = {
        cell.id: cell.metadata.papermill.duration or 0.0
        for cell in executed.cells
        if cell.cell_type == "code" and "duration" in cell.metadata.get("papermill", {})
    }
    title = executed.metadata.get("title", notebook.stem)
    target.with_suffix(".html").write_text(to_html(executed, title), encoding="utf-8")
    return Run(notebook.stem, title, time.perf_counter() - began, seconds, failure)


def to_html(notebook: object, title: str) -> str:
    """A page of an executed notebook that loads nothing from elsewhere."""
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(raw_template=TEMPLATE, embed_images=True)
    page, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": title}})
    return page


def write_index(runs: list[Run], out: Path) -> None:
    """`index.html`: the lectures in their order."""
    items = "".join(
        f'<li><a href="{r.name}.html">{escape(r.title)}</a>{" (stopped early)" if r.failure else ""}</li>' for r in runs
    )
    body = f'<ul>{items}</ul><p><a href="timings.html">How long each cell took</a></p>'
    _write(out / "index.html", "Lectures on gradient clipping", body)


def write_timings(runs: list[Run], out: Path) -> None:
    """`timings.html`: seconds per notebook and, behind a disclosure, per cell."""
    parts = []
    for r in runs:
        rows = "".join(
            f'<tr><td><a href="{r.name}.html#cell-id={cell}">{cell}</a></td><td class="time">{seconds:.2f} s</td></tr>'
            for cell, seconds in sorted(r.cells.items(), key=lambda item: -item[1])
        )
        table = f'<table><tr><th scope="col">cell</th><th scope="col">time</th></tr>{rows}</table>'
        parts.append(f"<details><summary>{escape(r.title)}: {r.seconds:.1f} s</summary>{table}</details>")
    _write(out / "timings.html", "How long each cell took", "".join(parts))


def _write(path: Path, title: str, body: str) -> None:
    path.write_text(PAGE.format(title=title, body=body), encoding="utf-8")


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main(arguments: list[str] | None = None) -> int:
    """The command. Returns 0, or 1 if a notebook failed or there is none."""
    parser = argparse.ArgumentParser(prog="python -m autograder.lectures", description=__doc__.splitlines()[0])
    parser.add_argument("only", nargs="*", help="run notebooks whose names begin so, such as 01 (all by default)")
    parser.add_argument("--quick", action="store_true", help="smaller experiments, the same claims")
    parser.add_argument("--seed", type=int, default=0, help="the first of the seeds (%(default)s)")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for what is made (%(default)s)")
    parser.add_argument("--notebooks", type=Path, default=NOTEBOOKS, help="folder of the notebooks")
    options = parser.parse_args(arguments)
    notebooks = [n for n in sorted(options.notebooks.glob("*.ipynb")) if n.name.startswith(tuple(options.only) or "")]
    if not notebooks:
        print(f"There is no such notebook in {options.notebooks}.", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    runs = []
    for r in run_all(notebooks, options.out.resolve(), {"seed": options.seed, "quick": options.quick}):
        runs.append(r)
        mark = "✗" if r.failure else "✓"
        print(f"[{len(runs)}/{len(notebooks)}] {mark} {r.name}  {r.seconds:.1f} s", flush=True)
    runs.sort(key=lambda r: r.name)
    write_index(runs, options.out)
    write_timings(runs, options.out)
    failures = [r.failure for r in runs if r.failure]
    print(*failures, sep="\n", file=sys.stderr, end="\n" if failures else "")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
