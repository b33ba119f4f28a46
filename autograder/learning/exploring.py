"""Sliders: let a learner turn the knobs of a figure."""

from collections.abc import Callable, Sequence

from . import learner, markup


def explore(draw: Callable[..., None], **knobs: tuple | Sequence[str]) -> None:
    """Call `draw` with the values of sliders, given as (lowest, highest, step, first value), or of a choice of texts.

    Without a learner, or without widgets, a line says so: a lecture has a static figure of the same data.
    """
    try:
        import ipywidgets as widgets
    except ImportError:
        widgets = None
    if not learner.present() or widgets is None:
        markup.show("<p><em>(Sliders appear here in JupyterLab.)</em></p>", "(Sliders appear here in JupyterLab.)")
        return
    widgets.interact(draw, **{name: _control(name, knob) for name, knob in knobs.items()})


def _control(name: str, knob: tuple | Sequence[str]) -> object:
    import ipywidgets as widgets

    look = {"description": name.replace("_", " "), "style": {"description_width": "initial"}}
    if isinstance(knob[0], str):
        return widgets.Dropdown(options=list(knob), **look)
    low, high, step, value = knob
    slider = widgets.FloatSlider if any(isinstance(x, float) for x in knob) else widgets.IntSlider
    return slider(value, min=low, max=high, step=step, continuous_update=False, **look)
