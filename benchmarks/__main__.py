"""Measure the grader: `python -m benchmarks [import] [check] [class] [lectures]` (all by default).

What is compared is measured side by side in one run, since a machine's speed changes from minute to minute: read the
ratios.
"""

import argparse

from rich.console import Console
from rich.table import Table

from . import checking, grading, importing, running_lectures

PARTS = {"import": importing, "check": checking, "class": grading, "lectures": running_lectures}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)} (default: all)")
    chosen = parser.parse_args().parts or list(PARTS)
    if unknown := set(chosen) - PARTS.keys():
        parser.error(f"there is no part {sorted(unknown)[0]!r}: choose from {', '.join(PARTS)}")
    console = Console()
    for name in chosen:
        headings, rows = PARTS[name].measure(console)
        table = Table(*headings, title=PARTS[name].__doc__.splitlines()[0], title_justify="left")
        for column in table.columns[1:]:
            column.justify = "right"
        for row in rows:
            table.add_row(*row)
        console.print(table)


main()
