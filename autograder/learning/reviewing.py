"""Mixed cards for a review: one of each concept at a time, other ones on another day, missed ones sooner.

`choose` decides from what is kept; `review_cards` shows the cards and keeps what the learner says of each.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from . import bank, forms, learner, markup, progress

_HOW = "Answer from memory, open the back, then be honest with yourself."


def review_cards() -> None:
    """Show one card of each concept, in an order that mixes them; ask of each whether the learner knew it.

    What they say is kept in `.progress.json`. Called again, it brings cards that were missed or are new before those
    that were known.
    """
    cards = choose(_kept())
    text = "\n\n".join(f"{n}. {card.front}\n   → {card.back}" for n, card in enumerate(cards, 1))
    if not learner.present() or not _show_form(cards):
        html = "".join(markup.box(_card_html(n, card), "#009E73") for n, card in enumerate(cards, 1))
        markup.show(f"<p>{len(cards)} cards. {_HOW}</p>{html}", f"{len(cards)} cards. {_HOW}\n\n{text}")


def choose(kept: Mapping[str, Mapping[str, Any]]) -> list[bank.Item]:
    """One item of each concept: one that was missed, else a new one, else the one known the longest ago.

    `kept` has for each item that was shown {"knew": bool, "turn": when, as a number that grows}.
    """
    chosen = []
    for concept in bank.CONCEPTS:
        items = bank.select(concept)
        new = [item for item in items if item.id not in kept]
        old = sorted((item for item in items if item.id in kept), key=lambda item: kept[item.id]["turn"])
        missed = [item for item in old if not kept[item.id]["knew"]]
        chosen.append((missed or new or old)[0])
    middle = len(chosen) // 2  # neighbours of the course stand apart
    first, second = chosen[:middle], chosen[middle:]
    return [item for pair in zip(second, first, strict=False) for item in pair] + second[middle:]


def _kept() -> dict[str, dict[str, Any]]:
    kept = {item.id: progress.get("cards", item.id) for item in bank.load()}
    return {
        id: record
        for id, record in kept.items()
        if isinstance(record, dict) and type(record.get("turn")) is int and type(record.get("knew")) is bool
    }


def _card_html(number: int, card: bank.Item) -> str:
    front = f"<p><strong>{number}. {markup.inline(card.front)}</strong></p>"
    return front + markup.disclosure("Turn the card over", f"<p>{markup.inline(card.back)}</p>")


def _show_form(cards: list[bank.Item]) -> bool:
    """The cards with two buttons each. False where there are no widgets."""
    try:
        import ipywidgets as widgets
    except ImportError:
        return False
    from IPython.core.getipython import get_ipython

    if get_ipython() is None:
        return False
    said: dict[str, bool] = {}
    result = widgets.HTML("")
    rows: list[Any] = []
    for number, card in enumerate(cards, 1):
        buttons = {True: widgets.Button(description="I knew it"), False: widgets.Button(description="Not yet")}
        for knew, button in buttons.items():
            button.on_click(partial(_say, card, knew, buttons, cards, said, result))
        rows.append(widgets.VBox([widgets.HTML(_card_html(number, card)), widgets.HBox(list(buttons.values()))]))
    forms.show(widgets.HTML(f"<p>{len(cards)} cards. {_HOW}</p>"), *rows, result)
    return True


def _say(
    card: bank.Item,
    knew: bool,
    buttons: Mapping[bool, Any],
    cards: list[bank.Item],
    said: dict[str, bool],
    result: Any,
    _: object,
) -> None:
    turn = 1 + max((record["turn"] for record in _kept().values()), default=0)
    trouble = progress.keep("cards", card.id, {"knew": knew, "turn": turn})
    said[card.id] = knew
    for answer, button in buttons.items():
        button.icon = "check" if answer == knew else ""
    result.value = f"<p role='status'>{markup.inline(f'{_so_far(cards, said)} {trouble}'.strip())}</p>"


def _so_far(cards: list[bank.Item], said: Mapping[str, bool]) -> str:
    sentence = f"{sum(said.values())} of {len(said)} known."
    missed = [card for card in cards if said.get(card.id) is False]
    lessons = ", ".join(f"`{lesson}`" for lesson in sorted({card.lesson for card in missed}))
    quizzes = " or ".join(f'`quiz("{card.concept}")`' for card in missed[:2])
    return f"{sentence} Read again: {lessons}; and try {quizzes}." if missed else sentence
