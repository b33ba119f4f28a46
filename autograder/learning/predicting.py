"""Ask for a prediction before the result appears, and show both side by side afterwards."""

from collections.abc import Sequence
from typing import Any

from . import learner, markup, progress


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
    record = progress.get(section, name)
    earlier = [*record.get("earlier", []), record["answer"]] if record and record["answer"] != answer else []
    return progress.keep(section, name, {"answer": answer, "earlier": earlier} if earlier else {"answer": answer})


def _show_question(question: str, options: Sequence[str], note: str = "") -> None:
    items = "".join(f"<li>{markup.inline(option)}</li>" for option in options)
    html = f"<p><strong>{markup.inline(question)}</strong></p>" + (f"<ol>{items}</ol>" if items else "")
    plain = "\n".join([question, *(f"  {i}. {option}" for i, option in enumerate(options, 1)), note])
    markup.show(markup.box(html + (f"<p>{markup.inline(note)}</p>" if note else "")), plain)


def _show_form(section: str, label: str, name: str, question: str, options: Sequence[str] | None) -> bool:
    """A form that the keyboard can fill in: Tab to it, arrow keys or text, Tab to the button. False without widgets."""
    try:
        import ipywidgets as widgets
    except ImportError:
        return False
    from IPython.display import display

    record = progress.get(section, name)
    earlier = record["answer"] if record else None
    wide = widgets.Layout(width="95%")
    if options:
        chosen = earlier if earlier in options else None
        field = widgets.RadioButtons(options=list(options), value=chosen, layout=widgets.Layout(width="max-content"))
    else:
        field = widgets.Textarea(value=earlier or "", placeholder=f"{label}, in a sentence", layout=wide)
    button = widgets.Button(description="Keep this", button_style="primary")
    state = widgets.HTML(f"Kept earlier: {markup.inline(earlier)}" if earlier else "")

    def keep(_: object) -> None:
        answer = (field.value or "").strip()
        note = f"Kept: {answer} {_keep(section, name, answer)}" if answer else "Nothing written yet."
        state.value = f"<span role='status'>{markup.inline(note)}</span>"

    button.on_click(keep)
    heading = widgets.HTML(f"<strong>{markup.inline(question)}</strong>", layout=wide)
    display(widgets.VBox([heading, field, button, state]))
    return True
