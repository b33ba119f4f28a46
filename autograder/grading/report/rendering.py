"""How the page is made from its template. What students wrote is on it, so everything is escaped."""

import unicodedata
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined


def render(**values: object) -> str:
    """Fill in `report.html`; its looks are in `report.css`. The page is one file: no network, no script."""
    environment = Environment(
        loader=PackageLoader(__package__, ""),
        autoescape=True,
        finalize=_printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    look = resources.files(__package__).joinpath("report.css").read_text(encoding="utf-8")
    return environment.get_template("report.html").render(look=look, **values).lstrip()


def _printable(value: object) -> object:
    """A text without what no page may hold: control characters, and halves of a pair."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return "".join(sign for sign in value if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))
