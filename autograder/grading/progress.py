"""How far a long piece of work has come: a bar in a terminal, lines elsewhere."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def progress(console: Console, title: str, total: int) -> Iterator[Callable[[str, bool | None], None]]:
    """Show how many of `total` steps are done, have failed or were skipped, and how long the others will take.

    Gives a function to call after each step, with its name and whether it went well (None: it was skipped).
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]} ·"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    began, hows = time.perf_counter(), Counter()

    def counts() -> str:
        skipped = f", {hows['skipped']} skipped" if hows["skipped"] else ""
        return f"{hows['failed']} failed{skipped}"

    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=total, counts=counts())

        def step(name: str, ok: bool | None) -> None:
            how = "skipped" if ok is None else "done" if ok else "failed"
            hows[how] += 1
            bar.update(task, advance=1, counts=counts())
            done, worked = hows.total(), hows.total() - hows["skipped"]
            if not console.is_terminal and (how == "failed" or done == total or done % max(1, total // 20) == 0):
                left = (time.perf_counter() - began) / max(1, worked) * (total - done)
                line = f"{title}: {done}/{total}  {name} {how}  ({counts()}, {left:.0f} s left)"
                console.print(line, highlight=False, markup=False, soft_wrap=True)

        yield step
