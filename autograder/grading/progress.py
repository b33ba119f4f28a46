"""How far a long piece of work has come: a bar in a terminal, lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def progress(console: Console, title: str, total: int) -> Iterator[Callable[[str, bool], None]]:
    """Show how many of `total` steps are done and have failed, and how long the others will take.

    Gives a function to call after each step, with its name and whether it went well.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]} failed ·"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    began, done, failed = time.perf_counter(), 0, 0
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=total, failed=0)

        def step(name: str, ok: bool) -> None:
            nonlocal done, failed
            done, failed = done + 1, failed + (not ok)
            bar.update(task, advance=1, failed=failed)
            if not console.is_terminal and (not ok or done == total or done % max(1, total // 20) == 0):
                left = (time.perf_counter() - began) / done * (total - done)
                how = "done" if ok else "failed"
                line = f"{title}: {done}/{total}  {name} {how}  ({failed} failed, {left:.0f} s left)"
                console.print(line, highlight=False, markup=False, soft_wrap=True)

        yield step
