"""The item bank: whole, balanced, and right wherever a computer can say so."""

import json
import math
import re
import warnings
from collections import Counter
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
import torch
import yaml
from torch import nn
from torch.nn.utils import (
    clip_grad_norm_,
    clip_grad_value_,
    clip_grads_with_norm_,
    get_total_norm,
)

from autograder.learning import bank
from autograder.packaged import packaged

FOLDER = resources.files("autograder.learning") / "items"
SCHEMA = json.loads((FOLDER / "schema.json").read_text(encoding="utf-8"))
ITEMS = bank.load()
QUESTIONS = [(f"{item.id}{part}", q) for item in ITEMS for part, q in (("", item.question), (" retry", item.retry))]
NAMED = dict(QUESTIONS)
EVERY_ITEM = pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
EVERY_QUESTION = pytest.mark.parametrize("question", [q for _, q in QUESTIONS], ids=[name for name, _ in QUESTIONS])


def texts(item):
    for question in (item.question, item.retry):
        yield question.text
        yield question.code
        for option in question.options:
            yield option.text
            yield option.feedback
    yield item.front
    yield item.back


def right(name):
    question = NAMED[name]
    return question.lettered()[question.answer].text


# --------------------------------------------------------------------------------------------------------------- form


@pytest.mark.parametrize("concept", bank.CONCEPTS)
def test_a_file_follows_the_schema(concept):
    raw = yaml.safe_load((FOLDER / f"{concept}.yaml").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(raw, SCHEMA, jsonschema.Draft202012Validator)


def test_no_file_is_left_out():
    files = {Path(file.name).stem for file in FOLDER.iterdir() if file.name.endswith(".yaml")}
    assert files == set(bank.CONCEPTS)


@pytest.mark.parametrize("concept", bank.CONCEPTS)
def test_a_concept_has_items_enough_to_choose_from(concept):
    items = bank.select(concept)
    assert len(items) >= 4
    assert {item.difficulty for item in items} >= {"easy"}
    assert {item.difficulty for item in items} & {"medium", "hard"}


def test_all_difficulties_and_levels_are_well_filled():
    assert min(Counter(item.difficulty for item in ITEMS)[name] for name in bank.DIFFICULTIES) >= 10
    assert min(Counter(item.level for item in ITEMS)[name] for name in bank.LEVELS) >= 15


def test_each_lecture_that_teaches_has_items():
    assert {item.lesson for item in ITEMS} == set(bank.LESSONS[1:-1])


def test_no_two_items_are_alike():
    for seen in (
        [item.id for item in ITEMS],
        [item.front for item in ITEMS],
        [item.back for item in ITEMS],
        [question.text for _, question in QUESTIONS],
    ):
        assert not [one for one, times in Counter(seen).items() if times > 1]


@pytest.mark.parametrize("concept", bank.CONCEPTS)
def test_right_answers_differ_within_a_concept(concept):
    answers = [question.lettered()[question.answer].text for question in (i.question for i in bank.select(concept))]
    assert len(set(answers)) == len(answers)


def test_no_two_items_share_most_of_their_words():
    words = {item.id: set(re.findall(r"[a-z_]{4,}", f"{item.question.text} {item.back}".lower())) for item in ITEMS}
    shared = {(a, b): len(words[a] & words[b]) / len(words[a] | words[b]) for a in words for b in words if a < b}
    assert max(shared.values()) < 0.4


@EVERY_QUESTION
def test_options_differ_and_say_what_they_are(question):
    assert len({option.text.lower() for option in question.options}) == len(question.options)
    assert len({option.feedback for option in question.options}) == len(question.options)
    for option in question.options:
        assert option.right or option.misconception in bank.misconceptions()
        assert len(option.feedback) >= (10 if option.right else 40)
        assert option.feedback.rstrip(")")[-1] in ".?!"


@EVERY_QUESTION
def test_the_right_option_is_not_given_away_by_its_length(question):
    lengths = [len(option.text) for option in question.options]
    chosen = next(len(option.text) for option in question.options if option.right)
    others = (sum(lengths) - chosen) / (len(lengths) - 1)
    assert max(lengths) < 25 or 0.5 < chosen / others < 1.7


def test_the_right_option_is_the_longest_no_more_often_than_chance():
    longest = [max(q.options, key=lambda option: len(option.text)).right for _, q in QUESTIONS]
    assert sum(longest) <= len(longest) / 3


@pytest.mark.parametrize("part", ["question", "retry"])
def test_the_right_option_stands_everywhere(part):
    questions = [getattr(item, part) for item in ITEMS]
    for letter in bank.LETTERS:
        possible = [q for q in questions if letter in q.lettered()]
        assert sum(q.answer == letter for q in possible) <= 0.4 * len(questions)
        if len(possible) > 20:
            assert sum(q.answer == letter for q in possible) >= len(possible) / 8


@EVERY_ITEM
def test_texts_are_free_of_markup_that_a_page_would_act_on(item):
    for text in texts(item):
        assert not re.search(r"[$\\]|\]\(|<http|https?:|<script", text), text
        assert text.count("`") % 2 == 0, text


def test_the_catalogue_has_no_code_twice_and_none_that_is_never_used():
    shared, own = packaged(bank._TRAIN_STEP, bank._TITLES), packaged(bank.__package__, bank._TITLES)
    used = {option.misconception for _, question in QUESTIONS for option in question.options}
    assert not set(shared) & set(own)
    assert not set(own) - used


# -------------------------------------------------------------------------------------------------------------- names

OBJECTS = {
    "model": nn.Linear(1, 1),
    "optimizer": torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1),
    "rnn": nn.RNN(1, 1),
    "loss": torch.zeros(()),
    "scaler": torch.amp.GradScaler("cpu"),
    "norms": [],
}
WORDS = {"zero_grad": OBJECTS["optimizer"], "backward": OBJECTS["loss"], "step": OBJECTS["optimizer"]}
ARGUMENTS = {"max_norm", "clip_value", "error_if_nonfinite"}


@EVERY_ITEM
def test_names_in_code_exist(item):
    code = " ".join(re.findall(r"`([^`]+)`", " ".join(texts(item))))
    code += f" {item.question.code} {item.retry.code}"
    for name in re.findall(r"\btorch(?:\.\w+)+", code):
        found = torch
        for part in name.split(".")[1:]:
            found = getattr(found, part)
    for name in re.findall(r"\b(?:clip_grad\w*_|get_total_norm|weight_norm)(?=\W|$)", code):
        assert hasattr(nn.utils, name), name
    for owner, name in re.findall(r"(?<![\w.])([a-z]+)\.([a-z_]+)", code):
        if owner in OBJECTS:
            assert hasattr(OBJECTS[owner], name), f"{owner}.{name}"
        else:
            assert owner in {"torch", "p"}, f"{owner}.{name}"
    for name in re.findall(r"(?<![\w.])(\w+)\(", code):
        known = name in dir(nn.utils) or name in {"list", "sum", "diagnostic", "quiz", "GradScaler"} or name in WORDS
        assert known, name
    for name in re.findall(r"(\w+)=(?!=)", code):
        assert name in ARGUMENTS, name


# ------------------------------------------------------------------------------------------------- facts, computed


def parameters(*gradients):
    made = []
    for gradient in gradients:
        tensor = torch.tensor(gradient, dtype=torch.float32)
        made.append(nn.Parameter(torch.zeros_like(tensor)))
        made[-1].grad = tensor
    return made


def after_norm(gradient, max_norm=1.0):
    (p,) = parameters(gradient)
    clip_grad_norm_([p], max_norm)
    return p.grad.tolist()


def after_value(gradient, clip_value):
    (p,) = parameters(gradient)
    clip_grad_value_([p], clip_value)
    return p.grad.tolist()


def vector(values, spec="g"):
    return f"({', '.join(format(round(x, 6), spec).replace('-', '−') for x in values)})"


def turned_by_value():
    before, after = torch.tensor([100.0, 0.9]), torch.tensor(after_value([100.0, 0.9], 1.0))
    return math.degrees(math.acos(torch.nn.functional.cosine_similarity(before, after, dim=0)))


def separately(parts):
    groups = [parameters([3.0, 4.0]) for _ in range(parts)]
    for group in groups:
        clip_grad_norm_(group, 1.0)
    return get_total_norm([p.grad for group in groups for p in group]).item()


def through_tanh():
    start = state = torch.zeros((), requires_grad=True)
    for _ in range(4):
        state = torch.tanh(3 * state)
    state.backward()
    return start.grad.item()


def with_momentum(momentum):
    p = nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([p], lr=1.0, momentum=momentum)
    for _ in range(200):
        before = p.item()
        p.grad = torch.ones(1)
        clip_grad_norm_([p], 1.0)
        optimizer.step()
    return before - p.item()


def scaled_and_clipped():
    p = nn.Parameter(torch.zeros(1))
    optimizer, scaler = torch.optim.SGD([p], lr=1.0), torch.amp.GradScaler("cpu", init_scale=65536.0)
    scaler.scale(2 * p.sum()).backward()
    seen = clip_grad_norm_([p], 1.0).item()
    scaler.step(optimizer)
    assert seen == 131072
    return -p.item()


def summed_micro_batches():
    weight, inputs = torch.ones(1, requires_grad=True), torch.rand(16)
    scale = 0.6 / inputs.mean()
    for part in inputs.chunk(4):
        (weight * part * scale).mean().backward()
    return clip_grad_norm_([weight], 1.0).item(), weight.grad.item()


def biased(rare, chance, frequent, threshold):
    return chance * after_norm([rare], threshold)[0] + (1 - chance) * after_norm([frequent], threshold)[0]


# What the right option must say, by item; computed with the function in question where there is one.
COMPUTED = {
    "below-threshold": lambda: f"{after_norm([0.4])[0]:.1f}",
    "below-threshold retry": lambda: f"stays {after_norm([0.5, math.sqrt(4 - 0.25)], 5.0)[0]:g}",
    "one-norm-for-all": lambda: "{:.2f} and {:.2f}".format(*after_norm([3.0, 4.0])),
    "one-norm-for-all retry": lambda: f"{after_norm([2.0, 3.0, 6.0])[2]:.2f}",
    "step-length": lambda: f"{0.1 * after_norm([30.0, 40.0], 2.0)[0] / 0.6:.1f}, the rate times",
    "step-length retry": lambda: f"{0.5 / 0.5:.1f} or more",
    "growth-is-a-product": lambda: f"{round(1.5**20, -2):,.0f}-fold",
    "growth-is-a-product retry": lambda: f"{2**10:,}-fold",
    "recurrent retry": lambda: f"{200 - 10} more factors",
    "tanh-is-no-protection": lambda: f"{through_tanh():g}: each step multiplies by 3",
    "return-value": lambda: f"{clip_grad_norm_(parameters([6.0, 8.0]), 1.0):g}, the norm before",
    "by-value-means retry": lambda: vector(after_value([8.0, 0.5], 2.0)),
    "negative-entries": lambda: vector(after_value([2.0, -0.3, -4.0], 0.5)),
    "negative-entries retry": lambda: vector(after_value([-3.0, 0.9, 1.2], 1.0)),
    "direction": lambda: f"By value {turned_by_value():.0f}, by norm 0",
    "norm-left-by-value": lambda: f"{torch.tensor(after_value([5.0] * 10_000, 1.0)).norm():g}",
    "norm-left-by-value retry": lambda: f"{torch.tensor(after_value([5.0] * 400, 0.5)).norm():g}",
    "price-of-one-factor": lambda: f"About {after_norm([100.0, 0.9])[1]:.3f}",
    "price-of-one-factor retry": lambda: f"about {0.1 / after_norm([50.0, 0.1])[1]:.0f} times shorter",
    "always-clipped": lambda: f"length {0.1 * math.hypot(*after_norm([3.0, 4.0], 0.5)):.2f}",
    "two-groups": lambda: f"{separately(2):.2f}",
    "two-groups retry": lambda: f"{separately(4):g}",
    "clipped-while-scaled": lambda: f"About {scaled_and_clipped():.6f}",
    "undivided-losses": lambda: "{:.1f} is cut to {:.0f}".format(*summed_micro_batches()),
    "nan-spreads": lambda: f"{torch.tensor(after_norm([1.0] * 999 + [math.nan])).isnan().sum():,}: the norm is nan",
    "one-inf": lambda: vector(after_norm([1.0, math.inf, 2.0])),
    "one-inf retry": lambda: f"{torch.tensor(after_norm([1.0] * 49 + [math.inf])).isnan().sum()}",
    "norm-overflow": lambda: "{:g} and {:g}, since".format(*after_norm([1e20, 1e20])),
    "momentum": lambda: f"{with_momentum(0.9):.4g}: momentum",
    "momentum retry": lambda: f"{with_momentum(0.5):.4g}",
    "bias": lambda: f"{biased(9.0, 0.1, -1.0, 1.0):.1f}".replace("-", "−"),
}
# Numbers in right options that are a choice or taken from the question.
GIVEN = {
    "snippet-max-norm",
    "return-value retry",
    "snippet-max-norm retry",
    "outlier",
    "outlier retry",
    "reading-the-log",
    "reading-the-log retry",
    "tanh-is-no-protection retry",
    "which-function retry",
    "direction retry",
    "when-to-clip retry",
    "rnn-loop",
    "rnn-loop retry",
    "clip-before-backward-effect",
    "sum-or-mean",
    "undivided-losses retry",
    "no-repair retry",
    "bias retry",
}


@pytest.mark.parametrize("name", COMPUTED)
def test_a_number_is_what_a_computation_gives(name):
    computed, said = COMPUTED[name](), right(name)
    assert re.search(rf"(?<![\d.]){re.escape(computed)}(?![\d])", said), f"computed {computed}, said {said}"


def test_every_number_in_a_right_option_is_computed_or_given():
    with_digits = {name for name, _ in QUESTIONS if re.search(r"\d", right(name))}
    assert with_digits - set(COMPUTED) == GIVEN
    assert not set(COMPUTED) & GIVEN


def test_clipping_before_backward_returns_zero_and_limits_nothing():
    model = nn.Linear(2, 1)
    assert clip_grad_norm_(model.parameters(), 1.0) == 0
    (1000 * model(torch.ones(1, 2)).sum()).backward()
    assert get_total_norm([p.grad for p in model.parameters()]) > 1000


def test_the_snippet_with_the_spent_generator():
    code = NAMED["spent-generator"].code
    model = nn.Linear(2, 2)
    (1000 * model(torch.ones(1, 2)).sum()).backward()
    before = get_total_norm([p.grad for p in model.parameters()])
    names = {"model": model, "clip_grad_norm_": clip_grad_norm_}
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        exec(code.replace("clip_grad_norm_(", "returned = clip_grad_norm_("), names)
    assert names["returned"] == 0
    assert names["count"] == 6
    assert "no gradient clipping" in str(warned[0].message)
    assert get_total_norm([p.grad for p in model.parameters()]) == before


def test_what_the_other_calls_of_the_functions_do():
    (p,) = parameters([3.0, 4.0])
    assert clip_grad_value_([p], 10.0) is None
    assert get_total_norm([p.grad]) == 5
    assert get_total_norm([p]) == 0  # of the weight, which is 0
    assert clip_grad_norm_([p.grad], 1.0) == 0
    clip_grads_with_norm_([p.grad], 1.0, torch.tensor(5.0))  # gradients have no .grad: nothing happens
    assert p.grad.tolist() == [3.0, 4.0]
    assert clip_grad_norm_(nn.Linear(1, 1).state_dict().values(), 1.0) == 0
    assert clip_grad_norm_([p], 0.0) == 5
    assert p.grad.tolist() == [0.0, 0.0]


def test_an_error_for_a_norm_that_is_not_finite_comes_before_any_change():
    (p,) = parameters([1.0, math.nan, 2.0])
    with pytest.raises(RuntimeError, match="non-finite"):
        clip_grad_norm_([p], 1.0, error_if_nonfinite=True)
    assert p.grad[0] == 1
    assert p.grad[2] == 2
    p.sum().backward()  # adds to what is there
    assert p.grad.isnan().tolist() == [False, True, False]


def test_adam_starts_with_the_same_step_whatever_the_threshold():
    def first_step(max_norm):
        (p,) = parameters([30.0, 40.0])
        clip_grad_norm_([p], max_norm)
        torch.optim.Adam([p]).step()
        return p.detach()

    torch.testing.assert_close(first_step(1.0), first_step(1e9), rtol=1e-4, atol=0)
    torch.testing.assert_close(first_step(0.01), first_step(1.0), rtol=1e-4, atol=0)


def test_a_sum_of_losses_has_gradients_as_many_times_as_large():
    inputs = torch.rand(32, 3)
    norms = []
    for reduce in (torch.mean, torch.sum):
        weights = torch.ones(3, requires_grad=True)
        reduce((inputs @ weights) ** 2).backward()
        norms.append(weights.grad.norm().item())
    assert norms[1] / norms[0] == pytest.approx(32, rel=1e-5)


def test_the_bias_ends_where_nothing_is_cut():
    assert biased(3.0, 0.25, -1.0, 3.0) == pytest.approx(0, abs=1e-6)
    assert biased(3.0, 0.25, -1.0, 1.0) == pytest.approx(-0.5, abs=1e-6)
    assert all(biased(3.0, 0.25, -1.0, threshold) < 0 for threshold in (1.0, 1.5, 2.9))


def test_the_outlier_is_the_only_one_above_the_threshold():
    norms = [1.2, 0.9, 1.5, 1.1, 1.3, 60, 1.0, 1.4, 1.2, 0.8]
    assert ", ".join(map(str, norms)) in NAMED["outlier"].text
    caught = {option.text: sum(norm > float(option.text) for norm in norms) for option in NAMED["outlier"].options}
    assert [text for text, count in caught.items() if count == 1] == [right("outlier")] == ["2"]


# ------------------------------------------------------------------------------------------------------------ loading


def test_selecting():
    assert bank.select(None) == list(ITEMS)
    assert {item.concept for item in bank.select("limits")} == {"limits"}
    assert all(item.difficulty == "hard" for item in bank.select(difficulty="hard"))
    assert all(item.level == "beginner" for item in bank.select("limits", level="beginner"))
    assert bank.get("bias").concept == "limits"


@pytest.mark.parametrize("said", ["nan-and-inf", "nan and inf", "NaN and inf", " NAN_AND_INF "])
def test_a_concept_is_found_however_it_is_written(said):
    assert bank.find(said) == "nan-and-inf"


@pytest.mark.parametrize("said", ["momentum", "", None, 3])
def test_an_unknown_concept_is_a_sentence_that_lists_them(said):
    with pytest.raises(bank.UnknownConcept) as caught:
        bank.find(said)
    sentence = str(caught.value)
    assert all(concept in sentence for concept in bank.CONCEPTS)
    assert sentence.count(".") == 1
    assert "\n" not in sentence


TEXT = (FOLDER / "limits.yaml").read_text(encoding="utf-8")
BROKEN = {
    "difficulty: easy|difficulty: simple": "“simple” is no difficulty",
    "level: beginner|level: master": "“master” is no level",
    "lesson: 07_when_not_to_clip|lesson: 09_more": "“09_more” is no lesson",
    "misconception: bounds-the-update|misconception: no-such": "there is no misconception “no-such”",
    "        right: true|        right: false": "say either",
    "        right: true|        misconception: bounds-the-update": "exactly one option must be right, and none",
    "        misconception: bounds-the-update|        right: true": "exactly one option must be right, and",
    "concept: limits|concept: other": "its concept is “other”",
    "  - id: bias|  - id: momentum": "the id “momentum” is taken",
    "    flashcard:|    card:": "`flashcard` is missing",
    "      back: |      rear: ": "`back` is missing",
    "    flashcard:|    hint: x\n    flashcard:": "`hint` is not known here",
    'text: "1"|text: 1': "`text` must be a text",
    'text: "1"|text: "costs $1"': "dollar sign",
    "items:|items: [": "is not YAML",
}


@pytest.mark.parametrize("change", BROKEN)
def test_a_broken_item_is_named_in_one_sentence(change):
    old, new = change.split("|")
    assert old in TEXT
    with pytest.raises(bank.BrokenItem) as caught:
        bank.read({"limits": TEXT.replace(old, new)})
    sentence = str(caught.value)
    assert BROKEN[change] in sentence
    assert sentence.startswith("items/limits.yaml")
    assert "\n" not in sentence


@pytest.mark.parametrize("text", ["", "3", "[]", "concept: limits\ntitle: x\nitems: 3", "a: 1"])
def test_a_file_that_is_something_else_is_one_sentence(text):
    with pytest.raises(bank.BrokenItem, match=r"items/limits\.yaml"):
        bank.read({"limits": text})


def test_what_the_schema_refuses_loading_refuses_too():
    raw = yaml.safe_load(TEXT)
    raw["items"][0]["options"] = raw["items"][0]["options"][:2]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(raw, SCHEMA)
    with pytest.raises(bank.BrokenItem, match="three or four options"):
        bank.read({"limits": yaml.safe_dump(raw)})
