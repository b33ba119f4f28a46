"""What a lecture imports: predictions, figures, claims, cards, quizzes. Each name is loaded when it is first used."""

from importlib import import_module
from typing import Any

_HOME = {
    "ClaimFailed": "claims",
    "claim": "claims",
    "diagnostic": "diagnosing",
    "exit_question": "predicting",
    "explain": "explaining",
    "explore": "exploring",
    "flashcards": "practice",
    "new_figure": "figures",
    "observed": "predicting",
    "practice_problem": "problems",
    "predict": "predicting",
    "quiz": "practice",
    "recall": "cards",
    "review_cards": "reviewing",
    "show_figure": "figures",
}
__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(_HOME)
