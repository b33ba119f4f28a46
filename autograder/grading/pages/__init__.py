"""What all HTML pages of the grader share: how they are made from templates, and how they look.

A page is one file: no network, no script. What students wrote is on it, so everything is escaped.
"""

import unicodedata
from importlib import resources

from jinja2 import BaseLoader, ChoiceLoader, Environment, PackageLoader, StrictUndefined


def render(package: str, template: str, **values: object) -> str:
    """Fill in a template that lies in a package's folder; it may extend `page.html`, whose looks are in `page.css`."""
    loaders: list[BaseLoader] = [PackageLoader(name, "") for name in (package, __package__)]
    environment = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        finalize=_printable,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["look"] = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    return environment.get_template(template).render(**values)


def _printable(value: object) -> object:
    """A text without what no page may hold: control characters, and halves of a pair."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return "".join(sign for sign in value if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))
