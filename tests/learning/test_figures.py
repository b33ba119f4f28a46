import base64
import re
import subprocess
import sys

import pytest

from autograder.learning import new_figure, show_figure
from autograder.learning.figures import COLOURS, DASHES, MARKERS

ALT = "The loss falls from a hundred thousand to a hundredth within thirty steps."


def line_figure(points=3, **look):
    figure, axes = new_figure(x="step", y="loss", **look)
    axes.plot(range(points), [10.0**-i for i in range(points)], label="clipped")
    axes.plot(range(points), [1.0] * points, label="raw <&>")
    return figure, axes


def test_a_figure_is_a_picture_with_words_and_numbers(shown):
    figure, _ = line_figure()
    show_figure(figure, alt=ALT)
    ((html, plain),) = shown
    assert plain == f"[Figure] {ALT}"
    assert f'alt="{ALT}"' in html
    png = re.search(r'src="data:image/png;base64,([^"]+)"', html)[1]
    assert base64.b64decode(png).startswith(b"\x89PNG")
    assert "<details>" in html
    assert '<th scope="col">raw &lt;&amp;&gt;</th>' in html
    assert "<td>0.1</td>" in html
    assert "http" not in html


@pytest.mark.parametrize("alt", ["", "plot", "A plot of the loss.", "loss curve", "Figure of the loss against step"])
def test_alt_text_that_says_nothing_is_refused(shown, alt):
    figure, _ = line_figure()
    with pytest.raises(ValueError, match="does not say what is to be seen"):
        show_figure(figure, alt=alt)
    assert not shown


def test_alt_text_cannot_be_left_out():
    with pytest.raises(TypeError, match="alt"):
        show_figure(line_figure()[0])


def test_quotes_in_alt_text_stay_inside_it(shown):
    show_figure(line_figure()[0], alt='The curve "clipped" falls steadily, the other one <stays> level.')
    assert 'alt="The curve &quot;clipped&quot; falls steadily, the other one &lt;stays&gt; level."' in shown[0][0]


def test_a_log_axis_says_so(shown):
    figure, axes = line_figure(log="y")
    show_figure(figure, alt=ALT)
    assert axes.get_ylabel() == "loss (log scale)"
    assert axes.get_xlabel() == "step"


@pytest.mark.parametrize("axis", ["x", "y"])
def test_an_axis_without_a_label_is_refused(shown, axis):
    figure, axes = line_figure()
    axes.set(**{f"{axis}label": ""})
    with pytest.raises(ValueError, match=f"The {axis} axis has no label"):
        show_figure(figure, alt=ALT)


def test_a_colour_bar_needs_one_label_only(shown):
    figure, axes = new_figure(x="w", y="b")
    drawn = axes.contourf([[0.0, 1.0], [1.0, 2.0]])
    bar = figure.colorbar(drawn, ax=axes)
    alt = "The value rises from the lower left corner to the upper right one."
    with pytest.raises(ValueError, match="axis has no label"):
        show_figure(figure, alt=alt, table={"value": [0, 1, 1, 2]})
    bar.set_label("loss")
    show_figure(figure, alt=alt, table={"value": [0, 1, 1, 2]})


def test_lines_differ_without_colour():
    assert len(set(COLOURS)) == len(set(MARKERS)) == len(set(map(str, DASHES))) == 7
    _, axes = line_figure()
    first, second = axes.get_lines()
    assert first.get_marker() != second.get_marker()
    assert first.get_linestyle() != second.get_linestyle()


def test_two_labelled_lines_get_a_legend(shown):
    figure, axes = line_figure()
    show_figure(figure, alt=ALT)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["clipped", "raw <&>"]


def test_a_long_table_is_thinned_and_keeps_both_ends(shown):
    figure, _ = line_figure(points=150)
    show_figure(figure, alt=ALT)
    rows = re.findall(r"<tr><td>(\d+)</td>", shown[0][0])
    assert len(rows) <= 26
    assert (rows[0], rows[-1]) == ("0", "149")


def test_what_is_no_line_needs_a_table(shown):
    figure, axes = new_figure(x="w", y="b")
    axes.imshow([[1, 2], [3, 4]])
    with pytest.raises(ValueError, match="table="):
        show_figure(figure, alt=ALT)
    show_figure(figure, alt=ALT, table={"w": [1, 2], "loss": [0.5, float("nan")]})
    assert "<td>not a number</td>" in shown[-1][0]


def test_panels_share_the_y_axis(shown):
    figure, panels = new_figure(x="step", y="loss", panels=2)
    for axes in panels:
        axes.plot([1, 2], [3, 4])
    show_figure(figure, alt=ALT)
    assert shown[0][0].count("<table>") == 2


def test_a_pyplot_figure_is_shown_and_closed(shown):
    import matplotlib.pyplot as plt

    _, axes = plt.subplots()
    axes.plot([1, 2], [3, 4])
    axes.set(xlabel="step", ylabel="loss")
    show_figure(axes, alt=ALT)
    assert len(shown) == 1
    assert not plt.get_fignums()


def test_outside_a_notebook_the_words_are_printed():
    code = (
        "from autograder.learning import new_figure, show_figure\n"
        "f, a = new_figure(x='step', y='loss'); a.plot([1, 2], [3, 4])\n"
        f"show_figure(f, alt={ALT!r})"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == f"[Figure] {ALT}"


@pytest.mark.parametrize(("places", "whole"), [(range(1, 21), True), ([1, 1.5, 20], False)])
def test_steps_have_whole_numbers_on_their_axis(places, whole, shown):
    figure, axes = new_figure(x="step", y="loss")
    axes.plot(places, list(places))
    show_figure(figure, alt="The loss grows from step to step, as steeply at the end as at first.")
    assert all(float(place).is_integer() for place in axes.get_xticks()) == whole
