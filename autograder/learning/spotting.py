"""Find stated patterns of words in a text. Nothing is understood: a pattern occurs or it does not, and says where.

A text is read as sentences of lower-case words. A line break, a bullet and a number in a list begin a sentence;
commas, brackets and the like, and the words listed as `breaks`, end a part of one. Misspellings by one letter
(dropped, added, two swapped, or another vowel) of the words listed under `spelling` are mended first.

A pattern is a line of words:

    clipped          this word                      scale*       any word that begins so
    same|equal       one of these words             {limits}     one of the entries of the list `limits`
    the?             this word or none              !norm        the next word is not this one
    ,                a part of a sentence ends      =norm        the next word is this one
    ...              up to six words, within one part of a sentence and not beyond "and"
    A & B            both, in any order, in one sentence or in two that follow each other
    A without B      A, and B neither in its sentence nor in a sentence beside it

A match is denied if a word of the list `denials` stands in it, or before it: within seven words of the same part of
the sentence, with no word of the list `denial_stops` between. After a word of the list `suppositions` ("without") and
in an if-clause the denial is hypothetical. Every search takes a time proportional to the text's length.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

AFFIRMED, DENIED, HYPOTHETICAL = "affirmed", "denied", "hypothetical"
BREAK = "|"

_GAP = 6  # words that "..." may stand for
_WINDOW = 7  # words before a match in which a denial reaches it
_QUOTED = 160  # characters of a quotation
_TOKEN = re.compile(
    r"""(?P<bullet>^[^\S\n]*[-*•‣·+–][^\S\n]+)
      | (?P<number>\b(?:step|schritt)\s?[1-9]\b(?!\.\d)[:.)]?)
      | (?P<interval>\[\s*[-−+±]?[\w.]{1,12}\s*[,;:]\s*[-−+±]?[\w.]{1,12}\s*\])
      | (?P<arrow>-{1,3}>+|={1,2}>|→|⇒|➡|⟶|➔|>{2,3})
      | (?P<times>(?<=[\w\s)])(?<!\*)[*·×⋅](?!\*)(?=[\w\s(]))
      | (?P<compared>[<>]=?|≤|≥|=)
      | (?P<abbreviation>\b(?:e\.g|i\.e|z\.b|etc|vs|resp)\.)
      | (?P<figure>\d+(?:[.,]\d+)*(?:e[+-]?\d+)?(?!\w))
      | (?P<word>[^\W_]\w*(?:['’]\w+)*)
      | (?P<open>\()
      | (?P<close>\))
      | (?P<stop>[.!?…]+(?=\s|$|["'”)])|\n)
      | (?P<comma>[,;:\[\]–—]|\s-\s|\s--\s)""",
    re.VERBOSE | re.MULTILINE | re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?<!\S)\(?([1-9])[.)](?=\s*[^\W\d])")
_COMPARED = {"<": "<", "<=": "<=", "≤": "<=", ">": ">", ">=": ">", "≥": ">", "=": "="}


@dataclass(frozen=True)
class Word:
    """A word as patterns see it, and where it stands in the text. `argument`: inside the brackets of a call."""

    text: str
    start: int
    end: int
    argument: bool = False


@dataclass(frozen=True)
class Match:
    """Words `first` to `last` (both included) of a sentence, and whether they are affirmed, denied or hypothetical."""

    sentence: int
    first: int
    last: int
    status: str = AFFIRMED


@dataclass
class Sentence:
    """Words between two full stops. `numbered`: it is an item of a numbered list; `new_line`: it begins a line."""

    words: list[Word] = field(default_factory=list)
    numbered: bool = False
    new_line: bool = False

    @cached_property
    def line(self) -> str:
        """The words, each with a space behind it."""
        return "".join(f"{word.text} " for word in self.words)

    @cached_property
    def places(self) -> dict[int, int]:
        """The word that begins at each position of `line`."""
        places, position = {}, 0
        for n, word in enumerate(self.words):
            places[position] = n
            position += len(word.text) + 1
        places[position] = len(self.words)
        return places

    def find(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
        """First and last word of each match."""
        for match in pattern.finditer(self.line):
            yield self.places[match.start()], self.places[match.end()] - 1

    def is_conditional(self, word: int, pattern: re.Pattern[str]) -> bool:
        """Whether a word is closely preceded by "if" or the like in its part of the sentence."""
        start = word
        while start and word - start < _GAP and self.words[start - 1].text != BREAK:
            start -= 1
        before = "".join(f"{one.text} " for one in self.words[start:word])
        return bool(pattern.search(before))


class Vocabulary:
    """Lists of words by name, and what they make of patterns."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self._lists = lists
        self._spelling = frozenset(lists["spelling"])
        self._known = {word for entries in lists.values() for entry in entries for word in re.findall(r"[\w']+", entry)}
        self._shortened = {short: word for word in lists["spelling"] for short in _without_one(word)}
        self.breaks = frozenset(lists["breaks"])
        self.denial_stops = frozenset((*lists["denial_stops"], BREAK))
        self.compiled = cache(self._compiled)

    def mended(self, word: str) -> str:
        """The word of the list `spelling` that this one is a misspelling of, or the word itself."""
        if not 4 < len(word) < 17 or word in self._known:
            return word
        if word in self._shortened:  # a letter is missing
            return self._shortened[word]
        for short in _without_one(word):
            if short in self._spelling:  # a letter too many
                return short
            meant = self._shortened.get(short, "")
            if len(meant) == len(word) and _alike(word, meant):
                return meant
        return word

    def _compiled(self, pattern: str) -> re.Pattern[str]:
        return re.compile("(?<![^ ])" + "".join(self._item(item) for item in pattern.split()))

    def _item(self, item: str) -> str:
        if item == "...":
            return rf"(?:(?!and )[^ {BREAK}]+ ){{0,{_GAP}}}?"
        if item == ",":
            return re.escape(f"{BREAK} ")
        if item.startswith("=") and item != "=":
            return f"(?={self._item(item[1:])})"
        if item.startswith("!"):
            return f"(?!{self._item(item[1:])})"
        if item.endswith("?"):
            return f"(?:{self._item(item[:-1])})?"
        if item.startswith("{"):
            entries = self._lists[item.strip("{}")]
            return f"(?:{'|'.join(''.join(self._item(part) for part in entry.split()) for entry in entries)})"
        return "(?:" + "|".join(re.escape(word).replace(r"\*", rf"[^ {BREAK}]*") for word in item.split("|")) + ") "


class Text:
    """A text as sentences of words, in which patterns can be found."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.text = text
        self._vocabulary = vocabulary
        self.sentences = _sentences(text, vocabulary)
        self._found: dict[str, list[Match]] = {}

    def find(self, pattern: str) -> list[Match]:
        """All matches of a pattern without `&` and `without`, in order."""
        if pattern not in self._found:
            compiled = self._vocabulary.compiled(pattern)
            self._found[pattern] = [
                Match(n, first, last, self._status(n, first, last))
                for n, sentence in enumerate(self.sentences)
                for first, last in sentence.find(compiled)
            ]
        return self._found[pattern]

    def first(self, pattern: str, statuses: Sequence[str]) -> tuple[Match, ...]:
        """The first place where the whole pattern occurs with one of these statuses, a match per part; () if none.

        Of several parts joined by `&`, denial is asked of each: with AFFIRMED among the statuses all must be affirmed,
        otherwise one that has such a status is enough.
        """
        wanted, _, unwanted = pattern.partition(" without ")
        parts = [self._by_sentence(part) for part in wanted.split(" & ")]
        barred = self._by_sentence(unwanted) if unwanted else {}
        for n in sorted(parts[0]):
            beside = (n, n + 1, n - 1)
            if any(place in barred for place in (n - 1, n, n + 1)):
                continue
            near = [[match for place in beside for match in part.get(place, ())] for part in parts]
            if len(parts) > 1:
                near[0] = parts[0][n]
            else:
                near = [parts[0][n]]
            if AFFIRMED in statuses:
                chosen = [next((match for match in matches if match.status in statuses), None) for matches in near]
                if all(chosen):
                    return tuple(match for match in chosen if match)
            elif all(near):
                chosen = [next((m for m in matches if m.status in statuses), matches[0]) for matches in near]
                if any(match.status in statuses for match in chosen if match):
                    return tuple(match for match in chosen if match)
        return ()

    def quote(self, matches: Sequence[Match]) -> str:
        """The learner's own words around matches: the parts of sentences in which they stand, shortened if long."""
        spans = []
        for match in matches:
            words = self.sentences[match.sentence].words
            first, last = match.first, match.last
            while first and words[first - 1].text != BREAK and match.first - first < 2 * _GAP:
                first -= 1
            while last + 1 < len(words) and words[last + 1].text != BREAK and last - match.last < 2 * _GAP:
                last += 1
            spans.append((words[first].start, words[last].end))
        pieces: list[tuple[int, int]] = []
        for start, end in sorted(spans):
            if pieces and start <= pieces[-1][1] + 2:
                pieces[-1] = (pieces[-1][0], max(end, pieces[-1][1]))
            else:
                pieces.append((start, end))
        quoted = " … ".join(" ".join(self.text[start:end].split()) for start, end in pieces)
        return quoted if len(quoted) <= _QUOTED else f"{quoted[: _QUOTED - 1].rstrip()}…"

    def _by_sentence(self, pattern: str) -> dict[int, list[Match]]:
        found: dict[int, list[Match]] = {}
        for match in self.find(pattern):
            found.setdefault(match.sentence, []).append(match)
        return found

    def _status(self, sentence: int, first: int, last: int) -> str:
        denials = self._denials[sentence]
        words = self.sentences[sentence].words
        start = first
        while start and first - start < _WINDOW and words[start - 1].text not in self._vocabulary.denial_stops:
            start -= 1
        statuses = {denials[n] for n in range(start, last + 1) if n in denials}
        return DENIED if DENIED in statuses else HYPOTHETICAL if statuses else AFFIRMED

    @cached_property
    def _denials(self) -> list[dict[int, str]]:
        """For each sentence the words that deny, each with DENIED or HYPOTHETICAL."""
        compiled = self._vocabulary.compiled
        found = []
        for sentence in self.sentences:
            harmless = {n for first, last in sentence.find(compiled("{no_denials}")) for n in range(first, last + 1)}
            supposed = {last for _, last in sentence.find(compiled("{suppositions}"))}
            denials = {}
            for first, last in sentence.find(compiled("{denials}")):
                if harmless.isdisjoint(range(first, last + 1)):
                    hypothetical = first in supposed or sentence.is_conditional(first, compiled("{if}"))
                    denials |= dict.fromkeys(range(first, last + 1), HYPOTHETICAL if hypothetical else DENIED)
            found.append(denials)
        return found


def _sentences(text: str, vocabulary: Vocabulary) -> list[Sentence]:
    numbers = list(_NUMBERED.finditer(text))
    is_list = {"1", "2"} <= {match[1] for match in numbers}
    number_ends = {match.start(): match.end() for match in numbers if is_list}
    sentences = [Sentence(new_line=True)]
    depth, position = 0, 0
    while token := _TOKEN.search(text, position):
        kind, position = token.lastgroup, token.end()
        words = sentences[-1].words
        if token.start() in number_ends and not depth:
            kind, position = "number", number_ends[token.start()]
        if kind in ("stop", "bullet", "number"):
            new_line = kind == "bullet" or token[0] == "\n" or (sentences[-1].new_line and not words)
            if kind == "bullet" and not words:
                continue
            depth = 0
            sentences.append(Sentence(numbered=kind == "number", new_line=new_line))
            continue
        if kind == "open" and words and words[-1].end == token.start():
            depth += 1
            continue
        if kind == "close" and depth:
            depth -= 1
            continue
        if kind in ("open", "close", "comma"):
            if not depth and words and words[-1].text != BREAK:
                words.append(Word(BREAK, token.start(), token.start()))
            continue
        word = token[0].lower().replace("’", "'").removesuffix("'s")
        if kind == "arrow":
            word = "->"
        elif kind == "interval":
            word = "[]"
        elif kind == "times":
            word = "times"
        elif kind == "compared":
            word = _COMPARED[word]
        elif kind == "figure":
            word = "#" + word  # so that patterns can ask for any number
        elif kind == "word":
            word = vocabulary.mended(word)
            if word in vocabulary.breaks and words and words[-1].text != BREAK:
                words.append(Word(BREAK, token.start(), token.start()))
        words.append(Word(word, token.start(), token.end(), depth > 0))
    return [sentence for sentence in sentences if sentence.words]


def _without_one(word: str) -> set[str]:
    return {word[:n] + word[n + 1 :] for n in range(len(word))}


def _alike(word: str, meant: str) -> bool:
    """Two words of the same length that differ by two letters swapped, or by one vowel."""
    differ = [n for n in range(len(word)) if word[n] != meant[n]]
    if len(differ) == 1:
        return word[differ[0]] in "aeiou" and meant[differ[0]] in "aeiou"
    swapped = len(differ) == 2 and differ[1] == differ[0] + 1
    return swapped and word[differ[0]] == meant[differ[1]] and word[differ[1]] == meant[differ[0]]
