"""Named spellings of an answer, right ones and wrong ones with the misconception they show."""

from collections.abc import Callable


class Corpus:
    """Collects answers: `rights` maps names to answers, `wrongs` maps names to (answer, codes)."""

    def __init__(self) -> None:
        self.rights: dict[str, Callable] = {}
        self.wrongs: dict[str, tuple[Callable, tuple[str, ...]]] = {}

    def right(self, answer, name=None):
        self.rights[name or answer.__name__] = answer
        return answer

    def wrong(self, *codes):
        def register(answer):
            self.wrongs[answer.__name__] = (answer, codes)
            return answer

        return register
