"""How a practice problem looks in a notebook, as text, and as a form whose fields are reached with Tab."""

import ast
from collections.abc import Sequence
from html import escape
from typing import Any

from .. import forms, learner, markup
from . import judging
from .texts import Mistake, Problem, Stage, Step

_HEADINGS = {"worked": "Worked", "faded": "Your turn, the beginning is done", "whole": "All yours"}
_FORMS = {
    "number": "a number",
    "list": "a list of numbers, such as [{example}]",
    "range": "a number",
    "choice": "a letter",
}
_MARKS = {judging.RIGHT: "✓", judging.WRONG: "✗", judging.UNUSABLE: "?", judging.BLANK: "–"}
_WITHIN = f"Numbers count as right within {judging.TOLERANCE:.0%}."
_SOLUTION_AFTER = 2  # tries


def show_problem(problem: Problem) -> None:
    """Show a problem: worked, then faded, then whole. With a learner and widgets, with fields for the answers."""
    worked = [_title_html(problem), _worked_html(problem)]
    text = "\n\n".join([_title_text(problem), _worked_text(problem)])
    asked = [problem.stages[name] for name in ("faded", "whole")]
    if not problem.is_code and learner.present() and _can_draw():
        markup.show(markup.box("".join(worked)), text)
        for stage in asked:
            _show_form(problem, stage)
        return
    html = "".join(markup.box(_asked_html(problem, stage) + _call_html(problem, stage)) for stage in asked)
    texts = [f"{_asked_text(problem, stage)}\n{_call(problem, stage)}" for stage in asked]
    markup.show(markup.box("".join(worked)) + html, "\n\n".join([text, *texts]))


def show_report(problem: Problem, report: judging.Report) -> None:
    """Show what is right about an answer."""
    colour = "#009E73" if report.right else "#D55E00"
    markup.show(markup.box(report_html(problem, report), colour), _report_text(problem, report))


# -------------------------------------------------------------------------------------------------------------- reports


def report_html(problem: Problem, report: judging.Report) -> str:
    """A line for each answer; after two tries, or if all is right, the solution by steps."""
    lines = "".join(f"<p>{markup.inline(line)}</p>" for line in _report_lines(problem, report))
    return lines + (f"<p>The solution, by steps:</p>{_steps_html(report.stage)}" if _told(report) else "")


def _report_text(problem: Problem, report: judging.Report) -> str:
    lines = list(_report_lines(problem, report))
    if _told(report):
        lines += ["The solution, by steps:", *(_step_text(n, step) for n, step in enumerate(report.stage.steps, 1))]
    return "\n".join(lines)


def _report_lines(problem: Problem, report: judging.Report) -> Sequence[str]:
    lines = [note for note in report.notes if note]
    for verdict in report.verdicts:
        named = f"{verdict.step.name}: " if verdict.step else ""
        lines.append(f"{_MARKS[verdict.state]} {named}{verdict.sentence}")
    if report.right:
        lines.append("All right." if report.stage.name == "whole" else "All right. Now the whole one.")
    elif any(verdict.state == judging.WRONG for verdict in report.verdicts):
        more = "" if _told(report) else " The hint helps, and after the next try the solution can be opened."
        lines.append(f"More in `{problem.lesson}`.{more}")
    return lines


def _told(report: judging.Report) -> bool:
    return report.right or report.tries >= _SOLUTION_AFTER


# --------------------------------------------------------------------------------------------------- parts of a problem


def _title_html(problem: Problem) -> str:
    return f"<p><strong>{markup.inline(_headline(problem))}</strong><br>{markup.inline(_about(problem))}</p>"


def _title_text(problem: Problem) -> str:
    return f"{_headline(problem)}\n{_about(problem)}"


def _headline(problem: Problem) -> str:
    return f"Problem {problem.number} · {problem.title} ({problem.difficulty})"


def _about(problem: Problem) -> str:
    done = [name for name in ("faded", "whole") if judging.kept(problem, name).done]
    solved = f" Solved so far: {' and '.join(done)}." if done else ""
    return f"Practises {problem.about} (`{problem.lesson}`).{solved}"


def _worked_html(problem: Problem) -> str:
    stage = problem.stages["worked"]
    html = f"<p><strong>{_HEADINGS['worked']}.</strong> {markup.inline(stage.story)}</p>"
    html += "<p>Think about each step before you open it.</p>" + _steps_html(stage)
    html += markup.disclosure("<strong>The final answer</strong>", f"<p>{markup.inline(stage.answer)}</p>")
    items = "".join(f"<li>{markup.inline(line)}</li>" for line in _mistake_lines(problem))
    return html + markup.disclosure("Common mistakes, and why each is one", f"<ul>{items}</ul>")


def _worked_text(problem: Problem) -> str:
    stage = problem.stages["worked"]
    lines = [f"{_HEADINGS['worked']}. {stage.story}"]
    lines += [_step_text(n, step) for n, step in enumerate(stage.steps, 1)]
    lines += [f"The final answer: {stage.answer}", "", "Common mistakes, and why each is one:"]
    return "\n".join([*lines, *(f"- {line}" for line in _mistake_lines(problem))])


def _mistake_lines(problem: Problem) -> list[str]:
    """Each mistake, with what it gives in the worked problem."""
    lines = []
    for code, mistake in problem.mistakes.items():
        results = (_result(step, code) for step in problem.stages["worked"].steps)
        result = next((result for result in results if result), "")
        lines.append(f"{_sentence(mistake)}{f' ({result})' if result else ''}. {mistake.why}")
    return lines


def _sentence(mistake: Mistake) -> str:
    return f"{mistake.says[0].upper()}{mistake.says[1:]}"


def _result(step: Step, code: str) -> str:
    values = [] if step.form == "choice" else [v for v in step.wrong.get(code, ()) if not judging.is_right(step, v)]
    return f"{step.name}: {_shown(values[0])}" if values else ""


def _shown(value: Any) -> str:
    return f"({', '.join(map(_shown, value))})" if isinstance(value, tuple) else markup.number(value, ".3g")


def _steps_html(stage: Stage) -> str:
    return "".join(
        markup.disclosure(f"Step {n}: {markup.inline(step.ask)}", _options_html(step) + _work_html(step))
        for n, step in enumerate(stage.steps, 1)
    )


def _work_html(step: Step) -> str:
    if step.name == "code":
        return f"<pre><code>{escape(step.work)}</code></pre>"
    return f"<p>{markup.inline(step.work)}</p>"


def _options_html(step: Step) -> str:
    items = "".join(
        f"<li><strong>{letter}</strong>&ensp;{markup.inline(option.text)}</li>"
        for letter, option in step.options.items()
    )
    return f'<ul style="list-style: none; padding-left: 1em">{items}</ul>' if items else ""


def _step_text(number: int, step: Step) -> str:
    return "\n".join([f"  {number}. {step.ask}", *_option_lines(step), f"     → {_indented(step.work)}"])


def _option_lines(step: Step) -> list[str]:
    return [f"       {letter}  {option.text}" for letter, option in step.options.items()]


def _indented(text: str) -> str:
    return text.strip().replace("\n", "\n       ")


def _asked_html(problem: Problem, stage: Stage) -> str:
    html = f"<p><strong>{_HEADINGS[stage.name]}.</strong> {markup.inline(stage.story)}</p>"
    if problem.is_code:
        html += f"<pre><code>{escape(stage.code)}</code></pre>"
    items = ""
    for step in stage.steps:
        if step.name in stage.asked:
            items += f"<li><strong>{step.name}</strong>: {markup.inline(step.ask)} <em>({_form(step)})</em>"
            items += f"{_options_html(step)}</li>"
        elif stage.asked and stage.name == "faded":
            items += f"<li>{markup.inline(step.ask)}<br>→ {markup.inline(step.work)}</li>"
    html += f"<ol>{items}</ol>" if items else ""
    return html + markup.disclosure("Hint", f"<p>{markup.inline(problem.hint)}</p>")


def _asked_text(problem: Problem, stage: Stage) -> str:
    lines = [f"{_HEADINGS[stage.name]}. {stage.story}"]
    lines += [f"    {line}" for line in stage.code.splitlines()]
    for n, step in enumerate(stage.steps, 1):
        if step.name in stage.asked:
            lines += [f"  {n}. {step.name}: {step.ask} ({_form(step)})", *_option_lines(step)]
        elif stage.asked and stage.name == "faded":
            lines.append(_step_text(n, step))
    return "\n".join([*lines, f"  Hint: {problem.hint}"])


def _form(step: Step) -> str:
    count = len(step.right) if step.form == "list" else 0
    return _FORMS[step.form].format(example=", ".join(map(str, range(1, count + 1))))


def _call_html(problem: Problem, stage: Stage) -> str:
    return f"<p>{markup.inline(_call(problem, stage))}</p>"


def _call(problem: Problem, stage: Stage) -> str:
    if problem.is_code:
        return f"Check it with `practice_problem({problem.number}, {stage.name}={stage.function})`."
    nones = ", ".join("None" for _ in stage.asked)
    call = f"`practice_problem({problem.number}, {stage.name}=[{nones}])`"
    return f"Answer with your values in place of None, in a cell: {call}. {_WITHIN}"


# ---------------------------------------------------------------------------------------------------------------- forms


def _can_draw() -> bool:
    from IPython.core.getipython import get_ipython

    try:
        import ipywidgets  # noqa: F401
    except ImportError:
        return False
    return get_ipython() is not None


def _show_form(problem: Problem, stage: Stage) -> None:
    import ipywidgets as widgets

    look = {"style": {"description_width": "7em"}, "layout": widgets.Layout(width="28em")}
    by_name = {step.name: step for step in stage.asked_steps}
    answers = judging.kept(problem, stage.name).answers
    fields = {
        name: widgets.Text(_written(answers.get(name)), description=name, placeholder=_form(step), **look)
        for name, step in by_name.items()
    }
    button = widgets.Button(description="Check", button_style="primary")
    result = widgets.HTML("", layout=widgets.Layout(width="95%"))

    def check(_: object) -> None:
        given = {name: read_field(step, fields[name].value) for name, step in by_name.items()}
        report = judging.report(problem, stage.name, given)
        result.value = f"<div role='status'>{report_html(problem, report)}</div>"

    button.on_click(check)
    heading = widgets.HTML(f"{_asked_html(problem, stage)}<p>{_WITHIN}</p>", layout=widgets.Layout(width="95%"))
    forms.show(heading, *fields.values(), button, result)


def _written(value: object) -> str:
    """An answer kept earlier, as it would be written into its field."""
    if isinstance(value, list):
        return ", ".join(_written(entry) for entry in value)
    return f"{value:.6g}" if isinstance(value, int | float) else value if isinstance(value, str) else ""


def read_field(step: Step, written: str) -> object:
    """What was written into a field, as the value that it stands for; as the text itself if it stands for none."""
    if step.form == "choice" or not written.strip():
        return written
    plain = written.strip().replace("−", "-").replace("(", "[").replace(")", "]")
    if step.form == "list" and not plain.startswith("["):
        plain = f"[{plain}]"
    try:
        return ast.literal_eval(plain)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return written
