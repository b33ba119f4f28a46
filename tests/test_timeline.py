"""The timeline picture and its words."""

import numpy as np

from autograder import authoring, check
from autograder.timeline import timeline_figure, timeline_image, timeline_words

LATE = check("train_step", authoring.answers_of("train_step").mutants["clip_last"], strict=False)


def test_words_give_order_and_norms():
    words = timeline_words(LATE.trace, LATE.should_be)
    yours, works = words.split("One that works: ")
    assert yours.index("step (gradient norm") < yours.index("clip (gradient norm")
    assert works.index("clip (gradient norm") < works.index("step (gradient norm")
    assert timeline_words([], LATE.should_be).startswith("Your step ran: nothing")


def test_events_differ_in_grey():
    figure = timeline_figure([], LATE.should_be)
    lightness = sorted(np.dot(patch.get_facecolor()[:3], [0.299, 0.587, 0.114]) for patch in figure.axes[0].patches)
    assert len(lightness) == 5
    assert min(np.diff(lightness)) > 0.04


def test_image_holds_its_alt_text_and_no_link():
    image = timeline_image(LATE.trace, LATE.should_be)
    assert image.startswith('<img alt="Your step ran: ')
    assert 'src="data:image/png;base64,' in image


def test_a_long_trace_says_that_there_is_more():
    figure = timeline_figure(LATE.trace * 5, LATE.should_be)
    assert any(text.get_text() == "and 15 more" for text in figure.axes[0].texts)
