"""What is in the folder of a submission. No link in it is followed, and nothing opened but the time."""

import contextlib
import os
from datetime import datetime
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from .problems import CourseError

_DEEPEST = 50  # folders in folders; of a few hundred more, nothing can be copied or listed


def contents(folder: Path) -> tuple[list[Path], list[Path]]:
    """The files in a folder and in those below, and whatever else there is, such as links and pipes: sorted, by their
    paths in the folder.

    Raises:
        CourseError: there are too many folders in folders.
    """
    files, others, left = [], [], [(folder, 0)]
    while left:
        here, depth = left.pop()
        if depth > _DEEPEST:
            raise CourseError(
                f"More than {_DEEPEST} folders are in one another: ask for it to be handed in without them."
            )
        with contextlib.suppress(PermissionError, FileNotFoundError):  # it holds nothing then
            for entry in os.scandir(here):
                path = Path(entry.path)
                if entry.is_dir(follow_symlinks=False):
                    left.append((path, depth + 1))
                else:
                    kind = files if entry.is_file(follow_symlinks=False) else others
                    kind.append(path.relative_to(folder))
    return sorted(files), sorted(others)


def time_of(settings: CourseDirectory, folder: Path | str) -> datetime | None:
    """When the work in a folder was handed in; None where nothing says so that can be read."""
    with contextlib.suppress(Exception):  # whatever nbgrader does with what it cannot read
        return settings.get_existing_timestamp(str(folder))
    return None


def fitting(folder: Path, files: list[Path], most: int) -> tuple[list[Path], list[Path]]:
    """Of files in a folder those that fit together into so many bytes, as many as come first; and the others."""
    kept, left_out = [], []
    for path in files:
        size = (folder / path).stat().st_size
        if size <= most:
            most -= size
            kept.append(path)
        else:
            left_out.append(path)
    return kept, left_out
