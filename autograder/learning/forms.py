"""How a form of widgets looks: long options wrap, and whatever has the focus is easily seen."""

from typing import Any

OPTION = "autograder-option"  # the class of a button with an option on it

_FORM = "autograder-form"
_LOOK = f"""<style>
.{OPTION} {{ white-space: normal; text-align: left; line-height: 1.4; padding: 4px 10px }}
.{_FORM} :focus-visible {{ outline: 3px solid #0072B2 !important; outline-offset: 2px }}
.{_FORM} .widget-input:focus-visible {{ outline: 3px solid #0072B2 !important }}
</style>"""


def show(heading: Any, *parts: Any) -> None:
    """Display an HTML widget and the other widgets of a form below each other."""
    import ipywidgets as widgets
    from IPython.display import display

    heading.value = _LOOK + heading.value
    form = widgets.VBox([heading, *parts])
    form.add_class(_FORM)
    display(form)
