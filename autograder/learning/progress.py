"""What a learner wrote, kept in `.progress.json` beside the notebook: {"predictions": {name: record}, "exit": ...}.

A record is plain JSON. Nothing is read or written when no learner is there. Delete the file to start over.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from . import learner

FILE = Path.cwd() / ".progress.json"  # a kernel starts in the folder of its notebook

_unsaved: dict[str, dict[str, Any]] = {}  # what could not be written, so that it at least lasts as long as the kernel


def get(section: str, name: str) -> Any:
    """The record kept under this section and name, or None."""
    return _everything().get(section, {}).get(name) if learner.present() else None


def keep(section: str, name: str, record: Any) -> str:
    """Keep a record (plain JSON) beside all others that the file holds by now.

    Returns "", or a sentence for the learner if the file cannot be written.
    """
    if not learner.present():
        return ""
    _unsaved.setdefault(section, {})[name] = record
    try:
        _replace(_everything())
    except OSError as error:
        return f"{FILE.name} cannot be written ({error.strerror}), so this lasts until the kernel stops."
    _unsaved.clear()
    return ""


def _everything() -> dict[str, dict[str, Any]]:
    kept = _read()
    for section, records in _unsaved.items():
        kept[section] = {**kept.get(section, {}), **records}
    return kept


def _read() -> dict[str, dict[str, Any]]:
    try:
        kept = json.loads(FILE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        print(f"{FILE.name} cannot be read ({error.strerror}), so earlier answers are not shown.")
        return {}
    except ValueError:
        kept = None
    if isinstance(kept, dict) and all(isinstance(records, dict) for records in kept.values()):
        return kept
    _set_aside()
    return {}


def _set_aside() -> None:
    """Move a file that is not ours to read to a name of its own: nothing in it is lost."""
    number = 1
    while (aside := FILE.with_name(f"{FILE.name}.broken-{number}")).exists():
        number += 1
    try:
        FILE.rename(aside)
    except FileNotFoundError:  # another notebook has just done so
        return
    print(f"{FILE.name} was damaged: it is kept as {aside.name}, and a new one is begun.")


def _replace(kept: dict) -> None:
    """Write all or nothing: readers see the old file or the new one."""
    handle, name = tempfile.mkstemp(dir=FILE.parent, prefix=FILE.name, suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(kept, file, ensure_ascii=False, indent=1)
        os.replace(name, FILE)
    except BaseException:
        os.unlink(name)
        raise
