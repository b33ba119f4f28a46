import math

import pytest

from autograder.learning import markup


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (5.7e8, ".2g", "5.7×10⁸"),
        (1.5e-5, ".1e", "1.5×10⁻⁵"),
        (-3, ".4g", "−3"),
        (28334.4, ",.0f", "28,334"),
        (150, ".4g", "150"),
        (math.nan, ".4g", "not a number"),
        (math.inf, ".4g", "∞"),
        (-math.inf, ".4g", "−∞"),
        ("words", ".4g", "words"),
        (None, ".4g", ""),
    ],
)
def test_numbers_are_written_for_people(value, spec, text):
    assert markup.number(value, spec) == text


def test_text_is_escaped_and_backticks_are_code():
    assert markup.inline("a < `b & c`\nd") == "a &lt; <code>b &amp; c</code><br>d"
