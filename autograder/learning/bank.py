"""The item bank behind flashcards, quizzes and the diagnostic: `items/`, one YAML file for each concept.

`items/schema.json` says what a file holds. Loading checks the same, and says in one sentence what is wrong.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from ..packaged import packaged

CONCEPTS = (  # in the order of the course
    "what-clipping-is",
    "why-exploding-hurts",
    "pytorch-functions",
    "norm-or-value",
    "where-it-goes",
    "choosing-the-threshold",
    "real-loops",
    "nan-and-inf",
    "limits",
)
LESSONS = (
    "00_start_here",
    "01_why_gradients_explode",
    "02_seeing_it",
    "03_clip_by_norm",
    "04_where_it_goes",
    "05_value_and_threshold",
    "06_real_loops",
    "07_when_not_to_clip",
    "08_review",
)
DIFFICULTIES = ("easy", "medium", "hard")
LEVELS = ("beginner", "intermediate")
LETTERS = "ABCD"

_HERE = resources.files(__package__)
_TRAIN_STEP = "autograder.exercises.train_step"
_TITLES = "misconceptions.yaml"
_QUESTION = {"question", "options"}
_ITEM = {"id", "difficulty", "level", "lesson", "flashcard", "retry"} | _QUESTION


class BrokenItem(ValueError):
    """An item that cannot be used; says which one and why, in one sentence."""


class UnknownConcept(LookupError):
    """There is no such concept; says which ones there are, in one sentence."""


@dataclass(frozen=True)
class Option:
    """One of the options of a question. `misconception` is the code of the mistake behind it, "" if it is right."""

    text: str
    feedback: str
    misconception: str

    @property
    def right(self) -> bool:
        return not self.misconception


@dataclass(frozen=True)
class Question:
    """A question, the code it is about if there is any, and three or four options of which one is right."""

    text: str
    code: str
    options: tuple[Option, ...]

    @property
    def answer(self) -> str:
        """The letter of the right option."""
        return next(letter for letter, option in self.lettered().items() if option.right)

    def lettered(self) -> dict[str, Option]:
        return dict(zip(LETTERS, self.options, strict=False))


@dataclass(frozen=True)
class Item:
    """One fact to know: a question about it, another one about the same (`retry`), and a flashcard."""

    id: str
    concept: str
    difficulty: str
    level: str
    lesson: str
    question: Question
    front: str
    back: str
    retry: Question


def load() -> tuple[Item, ...]:
    """All items, in the order of the course. Raises BrokenItem."""
    return tuple(item for _, items in _bank().values() for item in items)


def select(concept: str | None = None, *, difficulty: str | None = None, level: str | None = None) -> list[Item]:
    """The items of a concept, a difficulty and a level; None stands for all. Raises UnknownConcept."""
    chosen = load() if concept is None else _bank()[find(concept)][1]
    return [item for item in chosen if difficulty in (None, item.difficulty) and level in (None, item.level)]


def get(id: str) -> Item:
    """The item of this id."""
    return next(item for item in load() if item.id == id)


def title(concept: str) -> str:
    """The title of a concept. Raises UnknownConcept."""
    return _bank()[find(concept)][0]


def find(concept: object) -> str:
    """The name of a concept, also from its title or with blanks for hyphens. Raises UnknownConcept."""
    wanted = str(concept).strip().lower()
    for name, (said, _) in _bank().items():
        if wanted == said.lower() or "-".join(wanted.replace("_", " ").split()) == name:
            return name
    said = f"There is no concept “{wanted[:40]}”; the concepts are" if wanted else "Name one of the concepts:"
    raise UnknownConcept(f"{said} {', '.join(CONCEPTS[:-1])} and {CONCEPTS[-1]}.")


@cache
def misconceptions() -> dict[str, str]:
    """What each code of a misconception stands for."""
    shared, own = packaged(_TRAIN_STEP, _TITLES), packaged(__package__, _TITLES)
    return {code: entry["title"] for code, entry in shared.items()} | own


@cache
def _bank() -> dict[str, tuple[str, tuple[Item, ...]]]:
    texts = {concept: _HERE.joinpath("items", f"{concept}.yaml").read_text(encoding="utf-8") for concept in CONCEPTS}
    return read(texts)


def read(texts: Mapping[str, str]) -> dict[str, tuple[str, tuple[Item, ...]]]:
    """The title and the items of each concept, from the text of its file. Raises BrokenItem."""
    bank: dict[str, tuple[str, tuple[Item, ...]]] = {}
    ids: set[str] = set()
    for concept, text in texts.items():
        place = f"items/{concept}.yaml"
        try:
            raw = yaml.safe_load(text)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            raise BrokenItem(f"{place} is not YAML{f': see line {mark.line + 1}' if mark else ''}.") from None
        _keys(raw, {"concept", "title", "items"}, place)
        _must(raw["concept"] == concept, f"{place} says that its concept is “{raw['concept']}”.")
        _text(raw["title"], "title", place)
        _must(isinstance(raw["items"], list), f"{place}: `items` must be a list.")
        items = tuple(_item(one, concept, place) for one in raw["items"])
        for item in items:
            _must(item.id not in ids, f"{place}: the id “{item.id}” is taken by another item.")
            ids.add(item.id)
        bank[concept] = (raw["title"], items)
    return bank


def _item(raw: Any, concept: str, place: str) -> Item:
    named = isinstance(raw, dict) and isinstance(raw.get("id"), str)
    place = f"{place}, item “{raw['id']}”" if named else f"{place}, an item without an id"
    _keys(raw, _ITEM, place, optional={"code"})
    for key, allowed in (("difficulty", DIFFICULTIES), ("level", LEVELS), ("lesson", LESSONS)):
        _must(raw[key] in allowed, f"{place}: “{raw[key]}” is no {key}; use one of {', '.join(allowed)}.")
    _keys(raw["flashcard"], {"front", "back"}, f"{place}, flashcard")
    for side in ("front", "back"):
        _text(raw["flashcard"][side], side, f"{place}, flashcard")
    _keys(raw["retry"], _QUESTION, f"{place}, retry", optional={"code"})
    return Item(
        **{key: raw[key] for key in ("id", "difficulty", "level", "lesson")},
        concept=concept,
        question=_question(raw, place),
        front=raw["flashcard"]["front"],
        back=raw["flashcard"]["back"],
        retry=_question(raw["retry"], f"{place}, retry"),
    )


def _question(raw: Mapping[str, Any], place: str) -> Question:
    _text(raw["question"], "question", place)
    if "code" in raw:
        _text(raw["code"], "code", place)
    options = raw["options"]
    _must(isinstance(options, list) and len(options) in (3, 4), f"{place}: there must be three or four options.")
    read = tuple(_option(one, f"{place}, option {letter}") for letter, one in zip(LETTERS, options, strict=False))
    rights = sum(option.right for option in read)
    _must(rights == 1, f"{place}: exactly one option must be right, and {rights or 'none'} is marked so.")
    return Question(raw["question"], raw.get("code", ""), read)


def _option(raw: Any, place: str) -> Option:
    _keys(raw, {"text", "feedback"}, place, optional={"right", "misconception"})
    for key in ("text", "feedback"):
        _text(raw[key], key, place)
    right, code = raw.get("right"), raw.get("misconception")
    _must(
        (right is True) != (code is not None),
        f"{place}: say either `right: true` or which misconception is behind it.",
    )
    _must(code is None or code in misconceptions(), f"{place}: there is no misconception “{code}”.")
    return Option(raw["text"], raw["feedback"], code or "")


def _keys(raw: Any, needed: set[str], place: str, optional: Iterable[str] = ()) -> None:
    _must(isinstance(raw, dict), f"{place}: names and values are expected, as in `question: ...`.")
    _must(not (missing := needed - set(raw)), f"{place}: {_listed(missing)} is missing.")
    _must(not (extra := set(raw) - needed - set(optional)), f"{place}: {_listed(extra)} is not known here.")


def _text(value: Any, key: str, place: str) -> None:
    _must(isinstance(value, str) and value.strip() != "", f"{place}: `{key}` must be a text.")
    _must("$" not in value and "\\" not in value, f"{place}: `{key}` must hold neither a dollar sign nor a backslash.")


def _must(holds: bool, sentence: str) -> None:
    if not holds:
        raise BrokenItem(sentence)


def _listed(names: Iterable[object]) -> str:
    quoted: Sequence[str] = sorted(f"`{name}`" for name in names)
    return " and ".join(quoted)
