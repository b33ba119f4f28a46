from autograder.learning import recall


def test_the_back_of_a_card_is_hidden_until_it_is_turned(shown):
    recall("What does `step` read?", "`.grad` of every parameter.")
    ((html, plain),) = shown
    front, back = html.split("<details>")
    assert "<code>step</code>" in front
    assert "<summary" in back
    assert "<code>.grad</code>" in back
    assert plain.endswith("`.grad` of every parameter.")
