import ipywidgets
import pytest

from autograder.learning import explore, learner


def test_knobs_call_the_drawing_with_their_values(learner_there, monkeypatch):
    made = {}
    monkeypatch.setattr(ipywidgets, "interact", lambda draw, **controls: made.update(controls))
    explore(print, gain=(0.5, 3.0, 0.1, 1.0), depth=(1, 50, 1, 10), activation=["none", "tanh"])
    assert (made["gain"].value, made["depth"].value, made["activation"].value) == (1.0, 10, "none")
    assert isinstance(made["depth"], ipywidgets.IntSlider)


def test_without_a_learner_nothing_is_drawn(monkeypatch, shown):
    monkeypatch.setenv(learner.VARIABLE, "absent")
    explore(lambda **_: pytest.fail("drawn"), gain=(0.5, 3.0, 0.1, 1.0))
    assert "JupyterLab" in shown[0][1]
