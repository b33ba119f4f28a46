"""Practise from the item bank: flashcards and quizzes, by concept.

With a learner at the notebook these are jupytercards and jupyterquiz, which run in the page and need no kernel.
Otherwise, or with `plain=True`, everything is shown as text that opens on a click or on Enter, without any script.
"""

from collections.abc import Callable, Sequence
from html import escape
from uuid import uuid4

from . import bank, learner, markup


def flashcards(concept: str = "", *, plain: bool = False) -> None:
    """Cards of a concept: recall the back before you turn one (Space), then go to the next (right arrow).

    Prints one sentence that lists the concepts if there is no such concept.
    """
    try:
        items, title = bank.select(bank.find(concept)), bank.title(concept)
    except bank.UnknownConcept as error:
        print(error)
        return
    text = f"{title}: {len(items)} cards. Answer each from memory, then turn it over.\n\n"
    text += "\n\n".join(f"{n}. {item.front}\n   → {item.back}" for n, item in enumerate(items, 1))
    if plain or not _front_end():
        cards = [
            f"<p><strong>{markup.inline(item.front)}</strong></p>"
            + markup.disclosure("Turn the card over", f"<p>{markup.inline(item.back)}</p>")
            for item in items
        ]
        heading = f"<p>{markup.inline(title)}: {len(items)} cards. Answer each from memory, then turn it over.</p>"
        markup.show(heading + "".join(markup.box(card, "#009E73") for card in cards), text)
        return
    from jupytercards import display_flashcards

    cards = [{"front": markup.inline(item.front), "back": markup.inline(item.back)} for item in items]
    how = "Answer from memory. Then click on the card, or press Space, to turn it; Next, or →, brings the next one."
    markup.show(f"<p>{markup.inline(title)}: {len(items)} cards. {how}</p>", f"{title}: {how}")
    colours = {"front_colors": ["#005A8C"], "back_colors": ["#3B4252"]}  # white on them is easy to read
    _run(lambda: display_flashcards(cards, known_widgets=False, **colours), text)


def quiz(concept: str = "", *, retry: bool = False, plain: bool = False) -> None:
    """Questions on a concept, with feedback on whichever option is chosen.

    `retry=True` asks about the same facts with other questions. Prints one sentence that lists the concepts if there
    is no such concept.
    """
    try:
        name = bank.find(concept)
    except bank.UnknownConcept as error:
        print(error)
        return
    questions = [item.retry if retry else item.question for item in bank.select(name)]
    again = f'quiz("{name}", retry=True)'
    note = "" if retry else f"Missed one? `{again}` asks about the same facts in other words."
    text = "\n\n".join(question_text(q, f"{n}. ") for n, q in enumerate(questions, 1))
    solutions = "\n\n".join(solution_text(q, f"{n}. ") for n, q in enumerate(questions, 1))
    text = f"{bank.title(name)}: {len(questions)} questions\n\n{text}\n\nAnswers\n\n{solutions}\n\n{note}".strip()
    if plain or not _front_end():
        parts = [quiz_html(q, f"{n}. ") for n, q in enumerate(questions, 1)]
        heading = f"<p>{markup.inline(bank.title(name))}: {len(questions)} questions</p>"
        markup.show(heading + "".join(map(markup.box, parts)) + f"<p>{markup.inline(note)}</p>", text)
        return
    from jupyterquiz import display_quiz

    colours = {"--jq-correct-color": "#00700F"}  # the white text of a chosen option is easy to read on it
    _run(lambda: display_quiz([_for_jupyterquiz(q) for q in questions], shuffle_answers=False, colors=colours), text)
    if note:
        markup.show(f"<p>{markup.inline(note)}</p>", note)


def question_html(question: bank.Question, number: str = "") -> str:
    """A question with its code and its lettered options."""
    options = "".join(
        f"<li><strong>{letter}</strong>&ensp;{markup.inline(option.text)}</li>"
        for letter, option in question.lettered().items()
    )
    return f'{stem_html(question, number)}<ul style="list-style: none; padding-left: 1em">{options}</ul>'


def stem_html(question: bank.Question, number: str = "") -> str:
    """A question with its code, without its options."""
    code = f"<pre><code>{escape(question.code)}</code></pre>" if question.code else ""
    return f"<p><strong>{escape(number)}{markup.inline(question.text)}</strong></p>{code}"


def question_text(question: bank.Question, number: str = "") -> str:
    """A question with its code and its lettered options, as text."""
    lines = [f"{number}{question.text}", *(f"    {line}" for line in question.code.splitlines())]
    return "\n".join([*lines, *(f"   {letter}  {option.text}" for letter, option in question.lettered().items())])


def quiz_html(question: bank.Question, number: str = "") -> str:
    """A question, and the feedback on each option behind its own disclosure: open the one that you would choose."""
    feedback = [
        markup.disclosure(f"I choose {letter}", f"<p>{markup.inline(verdict(option))}</p>")
        for letter, option in question.lettered().items()
    ]
    return question_html(question, number) + "".join(feedback)


def solution_text(question: bank.Question, number: str) -> str:
    """The right letter, and the feedback on each option, as text."""
    lines = [f"   {letter}  {verdict(option)}" for letter, option in question.lettered().items()]
    return "\n".join([f"{number}{question.answer} is right.", *lines])


def verdict(option: bank.Option) -> str:
    """The feedback on an option, marked right or wrong."""
    return f"{'✓' if option.right else '✗'} {option.feedback}"


def _for_jupyterquiz(question: bank.Question) -> dict:
    answers = [
        {
            "answer": f"{letter}&ensp;{markup.inline(option.text)}",
            "correct": option.right,
            "feedback": markup.inline(verdict(option)),
        }
        for letter, option in question.lettered().items()
    ]
    code = {"code": escape(question.code)} if question.code else {}
    return {"type": "multiple_choice", "question": markup.inline(question.text), "answers": answers, **code}


def _front_end() -> bool:
    """Whether somebody sits at a notebook that can run scripts."""
    from IPython.core.getipython import get_ipython

    return learner.present() and get_ipython() is not None


# The packages' own scripts, run in a function that hides JupyterLab's MathJax from them: they would load another one
# from elsewhere, even for texts without formulas. Whatever has the focus is marked as having its own keys, or an arrow
# key would go to another cell and not to another option; and jupytercards is kept from swallowing Tab. What the parts
# are is said to screen readers.
_SCRIPT = """(function () {
  var MathJax;
  (function own_keys() {
    var place = document.getElementById("%(place)s");
    if (!place) { setTimeout(own_keys, 100); return; }
    place.addEventListener("focusin", function (event) {
      event.target.setAttribute("data-lm-suppress-shortcuts", "true");
    });
    place.addEventListener("keydown", function (event) {
      if (event.key === "Tab" || event.ctrlKey || event.metaKey || event.altKey) event.stopPropagation();
    }, true);
    function name_parts() {
      function name(parts, role, label) {
        place.querySelectorAll(parts + ":not([role])").forEach(function (part) {
          part.setAttribute("role", role);
          if (label) part.setAttribute("aria-label", label(part));
        });
      }
      name(".flip-container", "group", function () { return "Flashcard: Space turns it, right arrow: next one"; });
      name(".Answer", "radiogroup", function (part) { return part.previousElementSibling.textContent; });
      name(".Feedback", "status");
    }
    name_parts();
    new MutationObserver(name_parts).observe(place, {childList: true, subtree: true});
  })();
%(script)s
})();"""
_LOOK = """<style>
.MCButton:focus-within, .flip-container:focus .flashcard { outline: 3px solid #0072B2 !important; outline-offset: 2px }
.flip-container:focus { outline: none }
.Feedback { color: inherit !important }
.next:not(.hide) { opacity: 1 !important; color: inherit !important; width: auto !important; white-space: nowrap }
.MCButton code, .Quiz code, .flip-container code { color: inherit !important; background: transparent !important }
</style>"""


def _run(draw: Callable[[], None], plain: str) -> None:
    """Show what one of the two packages displays, with a plain text for front ends that run no scripts."""
    from IPython.display import display
    from IPython.utils.capture import capture_output

    with capture_output(stdout=False, stderr=False) as captured:
        draw()
    shown: Sequence[dict] = [output.data for output in captured.outputs]
    html = "".join(data.get("text/html", "") for data in shown)
    script = "\n".join(data.get("application/javascript", "") for data in shown)
    place = f"practice-{uuid4().hex}"
    display({"text/html": f'{_LOOK}<div id="{place}">{html}</div>', "text/plain": plain}, raw=True)
    display({"application/javascript": _SCRIPT % {"place": place, "script": script}}, raw=True)
