"""Mixed cards: which ones come when, and what is kept of what the learner says."""

import json
from itertools import pairwise

import pytest
from ipywidgets import HTML, Button, HBox

from autograder.learning import bank, learner, progress, review_cards, reviewing


def test_one_card_of_each_concept_and_neighbours_apart():
    cards = reviewing.choose({})
    concepts = [bank.CONCEPTS.index(card.concept) for card in cards]
    assert sorted(concepts) == list(range(len(bank.CONCEPTS)))
    assert all(abs(a - b) > 1 for a, b in pairwise(concepts))


def test_other_cards_come_on_another_day_until_all_were_seen():
    kept, seen = {}, []
    for day in range(6):
        cards = reviewing.choose(kept)
        seen += [card.id for card in cards]
        kept |= {card.id: {"knew": True, "turn": day} for card in cards}
    assert set(seen) == {item.id for item in bank.load()}
    fewest = min(len(bank.select(concept)) for concept in bank.CONCEPTS)
    assert len(set(seen[: 9 * fewest])) == 9 * fewest


def test_a_missed_card_comes_again_before_a_new_one_and_then_no_more():
    missed = bank.select("limits")[0].id
    others = {item.id: {"knew": True, "turn": 5} for item in bank.select("limits")[1:3]}
    assert missed in {card.id for card in reviewing.choose(others | {missed: {"knew": False, "turn": 1}})}
    assert missed not in {card.id for card in reviewing.choose(others | {missed: {"knew": True, "turn": 6}})}


def test_of_known_cards_the_oldest_comes_first():
    items = bank.select("nan-and-inf")
    kept = {item.id: {"knew": True, "turn": 10 - n} for n, item in enumerate(items)}
    assert items[-1].id in {card.id for card in reviewing.choose(kept)}


def test_what_the_learner_says_is_kept(learner_there, shown, monkeypatch):
    displayed = []
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: object())
    monkeypatch.setattr("IPython.display.display", displayed.append)
    review_cards()
    rows = [child for child in displayed[-1].children if not isinstance(child, HTML)]
    state = displayed[-1].children[-1]
    cards = reviewing.choose({})
    buttons = [next(part for part in row.children if isinstance(part, HBox)).children for row in rows]
    assert [button.description for button in buttons[0]] == ["I knew it", "Not yet"]
    assert all(isinstance(button, Button) for pair in buttons for button in pair)
    buttons[0][0].click()
    assert "1 of 1 known." in state.value
    buttons[1][1].click()
    assert "1 of 2 known." in state.value
    assert cards[1].lesson in state.value
    assert cards[1].concept in state.value
    assert buttons[1][1].icon == "check"
    kept = json.loads(learner_there.read_text("utf-8"))["cards"]
    assert kept == {cards[0].id: {"knew": True, "turn": 1}, cards[1].id: {"knew": False, "turn": 2}}
    again = {card.id for card in reviewing.choose(reviewing._kept())}
    assert cards[1].id in again
    assert cards[0].id not in again


@pytest.mark.parametrize("damage", [3, {}, {"knew": 1, "turn": 2}, {"knew": True, "turn": "x"}])
def test_a_damaged_record_counts_as_new(damage, learner_there):
    progress.keep("cards", "purpose", damage)
    assert reviewing._kept() == {}


def test_without_a_learner_they_are_text_that_can_be_turned(learner_there, shown, monkeypatch):
    monkeypatch.setenv(learner.VARIABLE, "absent")
    review_cards()
    ((page, text),) = shown
    assert page.count("<details>") == len(bank.CONCEPTS)
    assert all(card.front in text and card.back in text for card in reviewing.choose({}))
    assert not learner_there.exists()
