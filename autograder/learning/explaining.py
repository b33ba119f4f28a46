"""Explain in your own words, and see which concepts are in what you wrote.

`explanations.yaml` holds the prompts, the concepts and the patterns by which a concept is spotted. `spotting` says how
patterns are read, `ordering` how the order of events is. An answer is looked at only with a learner at the notebook.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from ..packaged import packaged
from . import forms, learner, markup, ordering, progress, spotting

FOUND, MISSING, CONTRADICTED = "found", "missing", "contradicted"
READ = 5_000  # characters of an answer that are looked at
NOTICE = (
    "This is for practice only: it looks for words, understands nothing, can be wrong, and counts for nothing. "
    "Trust your own words where it does not find in them what you said."
)

_FEWEST = 3  # words of an answer


class UnknownPrompt(LookupError):
    """There is no such prompt; says which ones there are, in one sentence."""


@dataclass(frozen=True)
class Concept:
    """A concept of a prompt. `patterns`: four lists by name; `order`: the two events in their order, if it is one."""

    id: str
    name: str
    statement: str
    prompt: str
    question: str
    patterns: dict[str, tuple[str, ...]]
    order: tuple[str, ...]


@dataclass(frozen=True)
class Prompt:
    """What is asked, the concepts of a full answer, and the lecture to read."""

    id: str
    question: str
    lesson: str
    concepts: tuple[Concept, ...]


@dataclass(frozen=True)
class Spotted:
    """A concept, whether it is FOUND, MISSING or CONTRADICTED, and the learner's words that show so."""

    concept: Concept
    state: str
    quote: str = ""


def explain(id: str, answer: object = None) -> None:
    """Ask for an explanation and say which concepts are in it: `explain("what_clipping_is")`.

    Without widgets, write it into the cell: `explain("what_clipping_is", answer="...")`. It is kept in
    `.progress.json`; nothing is graded. Prints one sentence that lists the prompts if there is no such prompt.
    """
    try:
        prompt = find(id)
    except UnknownPrompt as error:
        print(error)
        return
    if answer is None and not learner.present():
        _show_question(prompt)
        return
    text, trouble = read_answer(answer)
    if text:
        kept = _keep(prompt, text)
        report = spot(prompt, text)
        notes = [*_notes(text), *filter(None, [kept])]
        markup.show(
            markup.box(_question_html(prompt) + report_html(prompt, report, notes)),
            f"{prompt.question}\n\n{report_text(prompt, report, notes)}",
        )
    elif not _show_form(prompt, trouble):
        _show_question(prompt, trouble or 'Write your answer into the cell, as answer="...", and run it again.')


def find(id: object) -> Prompt:
    """The prompt of this id. Raises UnknownPrompt."""
    found = prompts().get(id) if isinstance(id, str) else None
    if found is None:
        raise UnknownPrompt(f"{_short(id)} is not something to explain: choose one of {', '.join(prompts())}.")
    return found


@cache
def prompts() -> dict[str, Prompt]:
    """All prompts by id."""
    return {
        id: Prompt(id, raw["question"], raw["lesson"], tuple(_concept(*item) for item in raw["concepts"].items()))
        for id, raw in _source()["prompts"].items()
    }


def read_answer(answer: object) -> tuple[str, str]:
    """The answer as a text, "" if there is none to look at, and a sentence for the learner on why."""
    if answer is None or answer is Ellipsis:
        return "", ""
    if not isinstance(answer, str):
        return "", f"An answer is a text between quotes; this is of type {type(answer).__name__}."
    text = answer.strip()
    if not text.strip(". …_-"):
        return "", "Nothing is written yet: two or three sentences will do."
    if len(text.replace(".", " ").split()) < _FEWEST:
        return "", "That is too short to find anything in: write a sentence or two."
    return text, ""


def spot(prompt: Prompt, answer: str) -> tuple[Spotted, ...]:
    """What is spotted of each concept in the first READ characters of an answer."""
    text = spotting.Text(answer[:READ], _vocabulary())
    told: list[ordering.Statement] | None = None
    spotted = []
    for concept in prompt.concepts:
        if concept.order:
            told = ordering.statements(text) if told is None else told
            state, matches = _in_order(told, *concept.order)
        else:
            state, matches = _by_patterns(text, concept.patterns)
        spotted.append(Spotted(concept, state, text.quote(matches)))
    return tuple(spotted)


def _in_order(told: list[ordering.Statement], first: str, second: str) -> tuple[str, Sequence[spotting.Match]]:
    right, wrong = ordering.between(told, first, second), ordering.between(told, second, first)
    outright = {(statement.first, statement.second) for statement in told}
    if wrong and ((second, first) in outright or (first, second) not in outright):
        return CONTRADICTED, wrong
    return (FOUND, right) if right else (MISSING, ())


def _by_patterns(text: spotting.Text, patterns: dict[str, tuple[str, ...]]) -> tuple[str, Sequence[spotting.Match]]:
    affirmed, denied = (spotting.AFFIRMED,), (spotting.DENIED, spotting.HYPOTHETICAL)
    lists = (
        (CONTRADICTED, "contradicted_by", affirmed),
        (CONTRADICTED, "contradicted_by_denying", denied[:1]),
        (FOUND, "shown_by", affirmed),
        (FOUND, "shown_by_denying", denied),
    )
    for state, name, statuses in lists:
        for pattern in patterns[name]:
            if matches := text.first(pattern, statuses):
                return state, matches
    return MISSING, ()


@cache
def _source() -> dict[str, Any]:
    return packaged(__package__, "explanations.yaml")


@cache
def _vocabulary() -> spotting.Vocabulary:
    return spotting.Vocabulary(_source()["words"])


def _concept(id: str, raw: dict[str, Any]) -> Concept:
    names = ("shown_by", "shown_by_denying", "contradicted_by", "contradicted_by_denying")
    patterns = {name: tuple(raw.get(name, ())) for name in names}
    texts = [raw[key] for key in ("name", "statement", "prompt", "question")]
    return Concept(id, *texts, patterns, tuple(raw.get("order", ())))


def _short(value: object) -> str:
    return repr(value) if len(repr(value)) <= 40 else f"{repr(value)[:40]}…"


def _keep(prompt: Prompt, text: str) -> str:
    before = progress.get("explanations", prompt.id)
    before = before if isinstance(before, dict) and isinstance(before.get("answer"), str) else {"answer": text}
    earlier = list(before.get("earlier", [])) + [before["answer"]] * (before["answer"] != text)
    return progress.keep(
        "explanations", prompt.id, {"answer": text, "earlier": earlier} if earlier else {"answer": text}
    )


def _notes(text: str) -> list[str]:
    return [f"Only the first {READ:,} characters were looked at: a few sentences are enough."] * (len(text) > READ)


# ------------------------------------------------------------------------------------------------- what a learner sees


def report_html(prompt: Prompt, report: Sequence[Spotted], notes: Sequence[str]) -> str:
    """The report for a notebook. What the learner wrote is escaped."""
    parts = [f"<p>{markup.inline(note)}</p>" for note in notes if note]
    parts.append(f"<p><strong>{_score(report)}</strong></p>")
    for heading, spotted in _by_state(report):
        items = ""
        for one in spotted:
            lines = [f"<strong>{markup.inline(_headline(one))}</strong>"]
            if one.quote:
                lines.append(f"Your words: <q>{escape(one.quote)}</q>")
            if question := _question(one):
                lines.append(markup.inline(question))
            items += f"<li>{'<br>'.join(lines)}</li>"
        parts.append(f"<p>{heading}</p><ul>{items}</ul>")
    parts.append(f"<p>{markup.inline(' '.join([*_more(prompt, report), NOTICE]))}</p>")
    return "".join(parts)


def report_text(prompt: Prompt, report: Sequence[Spotted], notes: Sequence[str]) -> str:
    """The same as plain text."""
    lines = [*(note for note in notes if note), _score(report)]
    for heading, spotted in _by_state(report):
        lines += ["", heading]
        for one in spotted:
            lines.append(f"- {_headline(one)}")
            lines += [f'  Your words: "{one.quote}"'] * bool(one.quote) + [f"  {_question(one)}"] * bool(_question(one))
    return "\n".join([*lines, "", " ".join([*_more(prompt, report), NOTICE])])


def _score(report: Sequence[Spotted]) -> str:
    return f"You got {sum(one.state == FOUND for one in report)}/{len(report)} concepts."


def _by_state(report: Sequence[Spotted]) -> list[tuple[str, list[Spotted]]]:
    headings = {
        FOUND: "Found in your words:",
        CONTRADICTED: "Your words seem to say the contrary here, so think again about:",
        MISSING: "Not found in your words yet:",
    }
    grouped = [(heading, [one for one in report if one.state == state]) for state, heading in headings.items()]
    return [(heading, spotted) for heading, spotted in grouped if spotted]


def _headline(one: Spotted) -> str:
    return one.concept.statement if one.state == FOUND else one.concept.name


def _question(one: Spotted) -> str:
    return {FOUND: "", MISSING: one.concept.prompt, CONTRADICTED: one.concept.question}[one.state]


def _more(prompt: Prompt, report: Sequence[Spotted]) -> list[str]:
    return [f"More in `{prompt.lesson}`."] if any(one.state != FOUND for one in report) else []


def _question_html(prompt: Prompt) -> str:
    return f"<p><strong>{markup.inline(prompt.question)}</strong></p>"


def _show_question(prompt: Prompt, note: str = "") -> None:
    text = " ".join(part for part in (note, NOTICE) if part)
    html = markup.box(f"{_question_html(prompt)}<p>{markup.inline(text)}</p>")
    markup.show(html, f"{prompt.question}\n{text}")


def _show_form(prompt: Prompt, note: str) -> bool:
    """A field and a button, both reached with Tab. False where there are no widgets."""
    try:
        import ipywidgets as widgets
    except ImportError:
        return False
    from IPython.core.getipython import get_ipython

    if get_ipython() is None:
        return False
    record = progress.get("explanations", prompt.id)
    earlier = record.get("answer") if isinstance(record, dict) else None
    wide = widgets.Layout(width="95%")
    field = widgets.Textarea(
        earlier if isinstance(earlier, str) else "",
        description="Your explanation",
        placeholder="Two or three sentences, in your own words",
        rows=5,
        layout=wide,
        style={"description_width": "initial"},
    )
    button = widgets.Button(description="Look for concepts", button_style="primary")
    result = widgets.HTML(_status(note), layout=wide)

    def look(_: object) -> None:
        text, trouble = read_answer(field.value or "")
        if not text:
            result.value = _status(trouble)
            return
        notes = [*_notes(text), _keep(prompt, text)]
        result.value = f"<div role='status'>{report_html(prompt, spot(prompt, text), notes)}</div>"

    button.on_click(look)
    heading = widgets.HTML(f"{_question_html(prompt)}<p>{escape(NOTICE)}</p>", layout=wide)
    forms.show(heading, field, button, result)
    return True


def _status(sentence: str) -> str:
    return f"<p role='status'>{escape(sentence)}</p>" if sentence else ""
