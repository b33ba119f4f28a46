"""Ten questions that say where to begin: which lectures to read first, and which to skip.

Questions, scoring and routing are plain functions of plain data (`read_answers`, `score`); `diagnostic` shows them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any

from . import bank, forms, learner, markup, practice, progress

QUESTIONS = (  # ids of items, from easy to hard; together they ask about each concept and each lecture from 01 to 07
    "purpose",
    "when-to-clip",
    "return-value",
    "negative-entries",
    "reading-the-log",
    "one-norm-for-all",
    "learning-rate",
    "two-groups",
    "one-inf",
    "sum-or-mean",
)
_NOT_GIVEN = "-–—_?.…"
_MAX_NOTES = 12


@dataclass(frozen=True)
class Asked:
    """A question of the test, and the isomorphic one that is offered after a miss."""

    item: bank.Item
    question: bank.Question
    other: bank.Question


@dataclass(frozen=True)
class Report:
    """What an answered test says. `chosen` has a letter per question, None if no answer was given."""

    asked: tuple[Asked, ...]
    chosen: tuple[str | None, ...]
    points: int
    missed: tuple[int, ...]  # places of the questions answered wrongly or not at all
    read: tuple[str, ...]  # lectures to read first, in their order
    skip: tuple[str, ...]  # lectures that can be skipped, in their order
    misconceptions: tuple[str, ...]  # codes behind the wrong options, without repetition

    def to_record(self) -> dict[str, Any]:
        """Plain JSON for `.progress.json`."""
        return {
            "answers": {asked.item.id: letter for asked, letter in zip(self.asked, self.chosen, strict=True)},
            "points": self.points,
            "of": len(self.asked),
            "read": list(self.read),
            "skip": list(self.skip),
            "misconceptions": list(self.misconceptions),
        }


def diagnostic(answers: object = None, *, retry: bool = False) -> None:
    """Ask ten questions and say where to begin in the course.

    Without widgets give a letter per question: `diagnostic(answers="ABCDABCDAB")`, with a dash for one that you leave
    out. `retry=True` asks about the same facts with other questions, for a second round later on. The result is kept
    in `.progress.json`; nothing is graded.
    """
    asked = questions(retry)
    if answers is not None:
        chosen, notes = read_answers(answers, asked)
        if not any(chosen):
            _show_questions(asked, retry, notes)
            return
        report = score(asked, chosen)
        notes = [*notes, _keep(report, retry)]
        markup.show(_notes_html(notes) + report_html(report, with_other=True), _report_text(report, notes))
    elif not learner.present() or not _show_form(asked, retry):
        _show_questions(asked, retry, [])


def questions(retry: bool = False) -> tuple[Asked, ...]:
    """The questions of the test; with `retry` the isomorphic ones."""
    items = [bank.get(id) for id in QUESTIONS]
    pairs = [(item.retry, item.question) if retry else (item.question, item.retry) for item in items]
    return tuple(Asked(item, *pair) for item, pair in zip(items, pairs, strict=True))


def read_answers(answers: object, asked: Sequence[Asked]) -> tuple[tuple[str | None, ...], list[str]]:
    """A letter or None for each question, and a sentence for each answer that is none. Never raises."""
    blank: tuple[str | None, ...] = (None,) * len(asked)
    if answers is None or answers is Ellipsis:
        return blank, ["No answers yet: give one letter per question."]
    if isinstance(answers, str):
        given: list[object] = [sign for sign in answers if not sign.isspace() and sign not in ",;"]
    elif isinstance(answers, list | tuple):
        given = list(answers)
    else:
        kind = type(answers).__name__
        return blank, [f'Answers are one letter per question, as in answers="ABCD"; this is of type {kind}.']
    read = [_read_one(one, n, question) for n, (one, question) in enumerate(zip(given, asked, strict=False), 1)]
    notes = [note for _, note in read if note]
    if not notes and not any(letter for letter, _ in read):
        notes = ["No answers yet: give one letter per question."]
    elif len(given) < len(asked):
        notes.append(f"There are {len(asked)} questions and {len(given)} answers: the others count as not given.")
    elif len(given) > len(asked):
        notes.append(f"There are {len(asked)} questions and {len(given)} answers: those at the end are left out.")
    chosen = [letter for letter, _ in read]
    return tuple(chosen + [None] * (len(asked) - len(chosen))), notes


def _read_one(one: object, number: int, asked: Asked) -> tuple[str | None, str]:
    said = one.strip().strip("().:").upper() if isinstance(one, str) else one
    letters = list(asked.question.lettered())
    if said in letters:
        return str(said), ""
    if one is None or one is Ellipsis or (isinstance(one, str) and not one.strip(_NOT_GIVEN + " ")):
        return None, ""
    shown = repr(one) if len(repr(one)) <= 20 else f"{repr(one)[:20]}…"
    named = f"{', '.join(letters[:-1])} and {letters[-1]}"
    return None, f"Question {number}: {shown} is not among {named}, so it counts as not given."


def score(asked: Sequence[Asked], chosen: Sequence[str | None]) -> Report:
    """The report on a letter, or None, for each question.

    A lecture is to be read first if one of its questions was missed, and can be skipped if none was.
    """
    options = [asked_one.question.lettered().get(letter or "") for asked_one, letter in zip(asked, chosen, strict=True)]
    missed = tuple(n for n, option in enumerate(options) if option is None or not option.right)
    read = {asked[n].item.lesson for n in missed}
    skip = {one.item.lesson for one in asked} - read
    codes = dict.fromkeys(option.misconception for option in options if option and not option.right)
    return Report(
        tuple(asked),
        tuple(chosen),
        len(asked) - len(missed),
        missed,
        tuple(sorted(read)),
        tuple(sorted(skip)),
        tuple(codes),
    )


# ------------------------------------------------------------------------------------------------- what a learner sees


def _score_sentence(report: Report) -> str:
    parts = []
    for difficulty in bank.DIFFICULTIES:
        places = [n for n, one in enumerate(report.asked) if one.item.difficulty == difficulty]
        if places:
            parts.append(f"{difficulty} {len(set(places) - set(report.missed))} of {len(places)}")
    return f"{report.points} of {len(report.asked)} right ({', '.join(parts)})."


def _routing(read: Sequence[str], skip: Sequence[str]) -> list[str]:
    """Two sentences: what to read first, and what to skip."""
    if not read:
        return [
            "Nothing to read first: you can skip all lectures that teach, and go to the assignments.",
            f"`{bank.LESSONS[-1]}` keeps it fresh, and each lecture holds experiments that may still surprise you.",
        ]
    first = f"Read first, in this order: {', '.join(f'`{lesson}`' for lesson in read)}."
    if not skip:
        return [first, "Do not skip any for now: there is something for you in each of them."]
    return [first, f"You can skip, for now: {', '.join(f'`{lesson}`' for lesson in skip)}."]


def _suggestion(report: Report, place: int) -> list[str]:
    """What a miss suggests: a sentence on what may be behind it, the option's feedback, and where to read."""
    asked, letter = report.asked[place], report.chosen[place]
    lecture = f"More in `{asked.item.lesson}`."
    if letter is None:
        return [f"Not answered, which is fine: {lecture[0].lower()}{lecture[1:]}"]
    option = asked.question.lettered()[letter]
    behind = bank.misconceptions()[option.misconception]
    return [f"You chose {letter}: {option.text}", option.feedback, f"What may be behind it: {behind}. {lecture}"]


def report_html(report: Report, *, with_other: bool = False) -> str:
    """The report for a notebook; `with_other` adds the isomorphic question after each miss, its answers folded."""
    parts = [f"<p><strong>{escape(_score_sentence(report))}</strong></p>"]
    parts += [f"<p>{markup.inline(sentence)}</p>" for sentence in _routing(report.read, report.skip)]
    for place in report.missed:
        block = practice.stem_html(report.asked[place].question, f"Question {place + 1}. ")
        block += "".join(f"<p>{markup.inline(sentence)}</p>" for sentence in _suggestion(report, place))
        if with_other:
            other = report.asked[place].other
            block += markup.disclosure("Try it once more, in other words", practice.quiz_html(other))
        parts.append(markup.box(block, "#D55E00"))
    return "".join(parts)


def _report_text(report: Report, notes: Sequence[str]) -> str:
    lines = [*_shown(notes), _score_sentence(report), *_routing(report.read, report.skip)]
    for place in report.missed:
        lines += ["", f"Question {place + 1}. {report.asked[place].question.text}"]
        lines += [f"   {sentence}" for sentence in _suggestion(report, place)]
    if report.missed:
        others = [(f"{place + 1}. ", report.asked[place].other) for place in report.missed]
        lines += ["", "Try these, which ask about the same in other words; the answers follow."]
        lines += [f"\n{practice.question_text(other, number)}" for number, other in others]
        lines += ["", "Answers", *(practice.solution_text(other, number) for number, other in others)]
    return "\n".join(lines)


def _show_questions(asked: Sequence[Asked], retry: bool, notes: Sequence[str]) -> None:
    call = f'diagnostic(answers="{"-" * len(asked)}"{", retry=True" if retry else ""})'
    how = f"Answer with one letter per question in place of the dashes, in a cell: `{call}`"
    numbered = [(f"{n}. ({one.item.difficulty}) ", one.question) for n, one in enumerate(asked, 1)]
    html = "".join(markup.box(practice.question_html(question, number)) for number, question in numbered)
    text = "\n\n".join(practice.question_text(question, number) for number, question in numbered)
    markup.show(f"{_notes_html(notes)}{html}<p>{markup.inline(how)}</p>", "\n".join([*_shown(notes), text, "", how]))


def _shown(notes: Sequence[str]) -> list[str]:
    notes = [note for note in notes if note]
    return [*notes[:_MAX_NOTES], *(["And more of the same."] if len(notes) > _MAX_NOTES else [])]


def _notes_html(notes: Sequence[str]) -> str:
    return "".join(f"<p>{markup.inline(note)}</p>" for note in _shown(notes))


def _keep(report: Report, retry: bool) -> str:
    name = "retry" if retry else "first"
    record, before = report.to_record(), _kept(name)
    if before:
        record["earlier"] = [*before.get("earlier", []), before["points"]]
    return progress.keep("diagnostic", name, record)


def _kept(name: str) -> dict[str, Any] | None:
    """The record of an earlier test, or None if there is none that can be read."""
    record = progress.get("diagnostic", name)
    if not isinstance(record, dict) or not isinstance(record.get("points"), int):
        return None
    fits = all(isinstance(record.get(key, []), list) for key in ("read", "skip", "earlier"))
    return {"read": [], "skip": [], **record} if fits else None


def _show_form(asked: Sequence[Asked], retry: bool) -> bool:
    """The test as a form. False where there are no widgets."""
    try:
        import ipywidgets as widgets
    except ImportError:
        return False
    from IPython.core.getipython import get_ipython

    if get_ipython() is None:
        return False
    rows: list[Any] = []
    choices: list[_Choice] = []
    for n, one in enumerate(asked, 1):
        choices.append(_Choice(one.question))
        number = f"Question {n} of {len(asked)} ({one.item.difficulty}). "
        rows += [widgets.HTML(practice.stem_html(one.question, number)), choices[-1].box]
    button = widgets.Button(description="Show my result", button_style="primary")
    result = widgets.VBox([])

    def show(_: object) -> None:
        chosen = tuple(choice.letter for choice in choices)
        if not any(chosen):
            result.children = [widgets.HTML(_status("No answers yet: choose an option where you know one."))]
            return
        report = score(asked, chosen)
        kept = _notes_html([_keep(report, retry)])
        result.children = [widgets.HTML(f"<div role='status'>{report_html(report)}{kept}</div>"), *_others(report)]

    button.on_click(show)
    intro = f"{len(asked)} questions. Leave out what you do not know: a guess would only hide what to read."
    if before := _kept("retry" if retry else "first"):
        last = [f"Last time: {before['points']} right.", *_routing(before["read"], before["skip"])]
        intro += f"\n{' '.join(last)}"
    forms.show(widgets.HTML(f"<p>{markup.inline(intro)}</p>"), *rows, button, result)
    return True


class _Choice:
    """The options of a question as buttons, of which one is chosen: Tab goes through them, Space chooses.

    Radio buttons would need the arrow keys, which JupyterLab takes for itself. The chosen one says so in its text.
    """

    def __init__(self, question: bank.Question) -> None:
        import ipywidgets as widgets

        self.letter: str | None = None
        self._texts = {
            letter: f"{letter}  {option.text.replace('`', '')}" for letter, option in question.lettered().items()
        }
        layout = widgets.Layout(width="auto", height="auto", min_width="20em")
        self._buttons = {
            letter: widgets.Button(description=text, layout=layout) for letter, text in self._texts.items()
        }
        for letter, button in self._buttons.items():
            button.add_class(forms.OPTION)
            button.on_click(partial(self._choose, letter))
        column = widgets.Layout(align_items="flex-start", max_width="60em")
        self.box = widgets.VBox(list(self._buttons.values()), layout=column)

    def _choose(self, letter: str, _: object) -> None:
        self.letter = None if letter == self.letter else letter
        for one, button in self._buttons.items():
            button.description = f"✓ {self._texts[one]}" if one == self.letter else self._texts[one]
            button.style.font_weight = "bold" if one == self.letter else ""


def _others(report: Report) -> list[Any]:
    """For each miss the isomorphic question, with a button of its own."""
    import ipywidgets as widgets

    rows: list[Any] = []
    for place in report.missed:
        other = report.asked[place].other
        choice = _Choice(other)
        button = widgets.Button(description="Check this one")
        state = widgets.HTML("")
        button.on_click(partial(_check, other, choice, state))
        number = f"Question {place + 1}, once more in other words. "
        rows.append(widgets.VBox([widgets.HTML(practice.stem_html(other, number)), choice.box, button, state]))
    return rows


def _check(question: bank.Question, choice: _Choice, state: Any, _: object) -> None:
    option = question.lettered().get(choice.letter or "")
    state.value = _status(practice.verdict(option) if option else "Nothing chosen yet.")


def _status(sentence: str) -> str:
    return f"<p role='status'>{markup.inline(sentence)}</p>"
