import pytest

from autograder.learning import learner, progress


@pytest.fixture
def learner_there(monkeypatch, tmp_path):
    """A learner sits at the notebook; gives the path of their progress file."""
    monkeypatch.setenv(learner.VARIABLE, "present")
    monkeypatch.setattr(progress, "FILE", tmp_path / ".progress.json")
    monkeypatch.setattr(progress, "_unsaved", {})
    return progress.FILE


@pytest.fixture
def shown(monkeypatch):
    """What is displayed, as (html, plain) pairs."""
    from autograder.learning import markup

    displayed = []
    monkeypatch.setattr(markup, "show", lambda html, plain: displayed.append((html, plain)))
    return displayed
