"""Right orders of the training step's lines, and every known way to order them wrongly. Authors and graders only."""

from ..solutions import Answers

answers = Answers()

answers.right_value("canonical", "D B E C A")
answers.right_value("zeroes_after_the_forward_pass", "B D E C A")
answers.right_value("zeroes_at_the_end", ["B", "E", "C", "A", "D"])
answers.right_value("without_spaces", "dbeca")
answers.right_value("with_commas", "D, B, E, C, A")
answers.right_value("with_arrows", "D -> B → E->C>A\n")
answers.right_value("a_letter_a_line", "D\nB\nE\nC\nA")

for _code, _name, _order in [
    ("clip-missing", "no_clip", "D B E A"),
    ("clip-after-step", "clip_last", "D B E A C"),
    ("clip-after-step", "clip_after_final_zero_grad", "B E A D C"),
    ("clip-before-backward", "clip_first", "D B C E A"),
    ("clip-before-backward", "clip_before_the_loss", "D C B E A"),
    ("zero-grad-before-step", "zeroes_before_the_step", "B E C D A"),
    ("zero-grad-before-step", "zeroes_before_the_clip", "B E D C A"),
    ("missing-zero-grad", "never_zeroes", "B E C A"),
    ("missing-step", "never_steps", "D B E C"),
    ("missing-backward", "never_goes_backward", "D B C A"),
    ("step-before-backward", "steps_first", "D B A E C"),
    ("detached-loss", "detaches_the_loss", "D B F E C A"),
    ("clip-by-value", "clips_by_value", "D B E G A"),
    ("used-before-made", "goes_backward_first", "D E B C A"),
    ("unknown-line", "names_a_line_that_is_not_there", "D B E C H"),
    ("repeated-line", "repeats_a_line", "D B E C A A"),
    ("not-an-order", "gives_a_number", 5),
    ("not-implemented", "leaves_it_empty", ""),
]:
    answers.wrong_value(_code, _name, _order)
