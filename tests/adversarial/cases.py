"""The cases: forgeries, escapes, abuses and malformed submissions."""

import textwrap

from .abuses import ABUSES
from .canaries import Canaries
from .escapes import escapes
from .forgeries import FORGERIES
from .hostile_class import Case
from .malformed import MALFORMED


def cases(canaries: Canaries) -> list[Case]:
    """All of them, by kind; their names are different."""
    forgeries = [
        Case(f"forgery_{number:02}", "forgery", tried, (0,), source, right=False)
        for number, (tried, source) in enumerate(FORGERIES.items(), 1)
    ]
    return [*forgeries, *escapes(canaries), *ABUSES, *MALFORMED]


def dedent(source: str) -> str:
    return textwrap.dedent(source).strip()
