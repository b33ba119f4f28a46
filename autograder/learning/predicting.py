"""Ask for a prediction before the result appears, and show both side by side afterwards."""

from collections.abc import Callable, Sequence
from typing import Any

from . import forms, learner, markup, progress


def predict(name: str, question: str, options: Sequence[str] | None = None, answer: str | int | None = None) -> None:
    """Ask what will happen. With `options` one of them is chosen, otherwise the answer is a sentence.

    Without widgets, write the answer into the cell: `predict("name", "question", answer="...")`; with options, their
    number counted from 1 will do. The answer is kept under `name` for `observed`. Unanswered, the notebook goes on.
    Raises ValueError if `answer` is a number that no option has.
    """
    _ask("predictions", "Your prediction", name, question, options, answer)


def observed(name: str, *results: Any) -> None:
    """Show what the learner predicted under `name` beside what happened: sentences, or claims."""
    record = progress.get("predictions", name)
    said = record["answer"] if record else "No prediction was written down."
    happened = "".join(_block(result) for result in results)
    cell = '<td style="text-align: left; vertical-align: top; width: 50%; white-space: normal">'
    html = (
        '<table style="width: 100%"><thead><tr>'
        '<th scope="col" style="text-align: left">You predicted</th>'
        '<th scope="col" style="text-align: left">What happened</th></tr></thead>'
        f"<tbody><tr>{cell}{markup.inline(said)}</td>{cell}{happened}</td></tr></tbody></table>"
    )
    markup.show(html, f"You predicted: {said}\nWhat happened: {' '.join(str(result) for result in results)}")


def exit_question(
    name: str,
    question: str,
    options: Sequence[str] | None = None,
    answer: str | int | None = None,
    *,
    explanation: str,
) -> None:
    """Ask one last question, answered as in `predict`; `explanation` opens when the learner wants to compare."""
    _ask("exit", "Your answer", name, question, options, answer)
    compare = "Compare with our answer"
    markup.show(markup.disclosure(compare, f"<p>{markup.inline(explanation)}</p>"), f"{compare}: {explanation}")


def _block(result: Any) -> str:
    return result.html() if hasattr(result, "html") else f"<p>{markup.inline(str(result))}</p>"


def _ask(
    section: str, label: str, name: str, question: str, options: Sequence[str] | None, answer: str | int | None
) -> None:
    if isinstance(answer, int):
        if not options or not 1 <= answer <= len(options):
            raise ValueError(f"{answer} is not the number of an option: give 1 to {len(options or [])}, or words.")
        answer = options[answer - 1]
    if answer and answer.strip(". …"):
        trouble = _keep(section, name, answer.strip())
        _show_question(question, (), f"{label}: {answer.strip()}\n{trouble}".strip())
    elif not learner.present():
        _show_question(question, options or ())
    elif not _show_form(section, label, name, question, options):
        _show_question(question, options or (), 'Write your answer into the cell, as answer="...", and run it again.')


def _keep(section: str, name: str, answer: str) -> str:
    before = progress.get(section, name) or {"answer": answer}
    earlier = before.get("earlier", []) + [before["answer"]] * (before["answer"] != answer)
    return progress.keep(section, name, {"answer": answer, "earlier": earlier} if earlier else {"answer": answer})


def _show_question(question: str, options: Sequence[str], note: str = "") -> None:
    items = "".join(f"<li>{markup.inline(option)}</li>" for option in options)
    html = f"<p><strong>{markup.inline(question)}</strong></p>" + (f"<ol>{items}</ol>" if items else "")
    plain = "\n".join([question, *(f"  {i}. {option}" for i, option in enumerate(options, 1)), note])
    markup.show(markup.box(html + (f"<p>{markup.inline(note)}</p>" if note else "")), plain)


def _show_form(section: str, label: str, name: str, question: str, options: Sequence[str] | None) -> bool:
    """A button for each option, or a field and a button. False where there are no widgets.

    All of it works with Tab and the space bar. Radio buttons do not: JupyterLab takes their arrow keys.
    """
    try:
        import ipywidgets as widgets
    except ImportError:
        return False
    record = progress.get(section, name)
    earlier = record["answer"] if record else ""
    state = widgets.HTML(f"Kept earlier: {markup.inline(earlier)}" if earlier else "")

    def keep(answer: str) -> None:
        note = f"Kept: {answer} {_keep(section, name, answer)}" if answer else "Nothing is written yet."
        state.value = f"<span role='status'>{markup.inline(note)}</span>"

    if options:
        fields = [_option(option, earlier, keep) for option in options]
        for field in fields:
            field.on_click(lambda chosen: _mark(fields, chosen))
    else:
        field = widgets.Textarea(earlier, placeholder=f"{label}, in a sentence", layout=widgets.Layout(width="95%"))
        button = widgets.Button(description="Keep this", button_style="primary")
        button.on_click(lambda _: keep(field.value.strip()))
        fields = [field, button]
    heading = widgets.HTML(f"<strong>{markup.inline(question)}</strong>", layout=widgets.Layout(width="95%"))
    forms.show(heading, *fields, state)
    return True


def _option(option: str, earlier: str, keep: Callable[[str], None]) -> Any:
    import ipywidgets as widgets

    layout = widgets.Layout(width="auto", height="auto", min_width="20em")
    button = widgets.Button(description=_plain(option), icon="check" if option == earlier else "", layout=layout)
    button.add_class(forms.OPTION)
    button.on_click(lambda _: keep(option))
    return button


def _mark(fields: Sequence[Any], chosen: Any) -> None:
    for field in fields:
        field.icon = "check" if field is chosen else ""


def _plain(text: str) -> str:
    return text.replace("`", "")
