"""Read from a text in which order things are done: "after backward", "clip, then step", "backward → clip → step".

The things are the events of the vocabulary (`backward`, `clip`, `step`, and others that only keep their place). What
a text says becomes statements "one event comes before another", in these ways:

    relation   "clip before the step", "under loss.backward()", "between backward and step": the event after the word
               is placed against the one that the sentence is about, which is clipping if none is named.
    denial     "not before backward", "after the step it has no effect": the relation is turned round. An unusual
               order in an if-clause says nothing.
    sequence   "backward, then clip", "→", numbered lists, and lists or lines with hardly a word between the events.
    mention    "call backward and clip" in the usual order counts as a sequence; in another order it says nothing.

From "A before B" and "B before C" follows "A before C".
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from . import spotting

EVENTS = ("backward", "clip", "step", "other")  # where two of them match the same words, the longer match counts
MARKERS = ("before", "after", "between", "then", "futile", "optimizer", "ignored")
_USUAL = {("backward", "clip"), ("clip", "step"), ("backward", "step")}
_LIST_LIKE = 2  # words between two events in a list
_SHORT = 9  # words in a sentence that is hardly more than an event


@dataclass
class Statement:
    """Event `first` comes before event `second`, and the matches that say so."""

    first: str
    second: str
    matches: tuple[spotting.Match, ...]


@dataclass
class _Mention:
    """An event or a marker where it stands. `then`: a word before it says that it follows what was mentioned last."""

    kind: str
    match: spotting.Match
    then: bool = False

    @property
    def is_event(self) -> bool:
        return self.kind in EVENTS


@dataclass
class _Anchor:
    """An event behind "before" or "after", against which another one is placed."""

    relation: str
    mention: _Mention
    marker: spotting.Match
    turned: bool
    supposed: bool  # "if you clip after the step, ..."
    detached: bool  # a comma stands between the marker and the event before it
    subject: _Mention | None


def statements(text: spotting.Text) -> list[Statement]:
    """All statements about the order of events in a text."""
    reading = _Reading(text)
    for n in range(len(text.sentences)):
        reading.read(n)
    return reading.statements


def between(found: list[Statement], first: str, second: str) -> tuple[spotting.Match, ...]:
    """The matches that say, directly or in steps, that `first` comes before `second`; () if nothing says so."""
    reached: dict[str, tuple[spotting.Match, ...]] = {first: ()}
    waiting = [first]
    while waiting:
        here = waiting.pop(0)
        for statement in found:
            if statement.first == here and statement.second not in reached:
                reached[statement.second] = reached[here] + statement.matches
                waiting.append(statement.second)
    return reached.get(second, ())


class _Reading:
    def __init__(self, text: spotting.Text) -> None:
        self._text = text
        self.statements: list[Statement] = []
        self._last: _Mention | None = None  # the event mentioned last that is no anchor, in any sentence so far
        self._both: list[_Mention] = []  # the first mentions of backward and step, for a bare "in between"
        self._mentions: dict[int, list[_Mention]] = {}
        for kind in (*EVENTS, *MARKERS):
            for match in text.find(f"{{{kind}}}"):
                self._mentions.setdefault(match.sentence, []).append(_Mention(kind, match))

    def read(self, n: int) -> None:
        mentions = list(self._without_overlaps(self._mentions.get(n, [])))
        futile = [mention.match for mention in mentions if mention.kind == "futile"]
        mentions = [mention for mention in mentions if mention.kind not in ("futile", "ignored")]
        self._count_lone_anchors(mentions)
        anchors: list[_Anchor] = []
        mains: list[_Mention] = []
        dangling: list[spotting.Match] = []
        pending: _Mention | None = None
        then = self._text.sentences[n].numbered
        pair: list[_Mention] = []
        ends: list[tuple[list[_Mention], _Mention | None]] = []
        for place, mention in enumerate(mentions):
            if mention.kind == "optimizer":
                if not pending and not (then and mentions[place - 1].kind == "then"):
                    continue
                mention.kind = "step"
            if mention.kind == "then":
                then = True
            elif mention.kind in ("before", "after"):
                if pending and pending.kind != "between":
                    dangling.append(pending.match)
                pending, pair = mention, []
            elif mention.kind == "between":
                pending, pair = mention, []
            elif pending and pending.kind == "between":
                pair.append(mention)
                if len(pair) == 2:
                    ends.append((pair, mains[-1] if mains else None))
                    pending, pair = None, []
            elif pending:
                anchors.append(self._anchor(pending, mention, mains))
                pending = None
            elif anchors and anchors[-1].mention is mentions[place - 1] and self._joined(anchors[-1].mention, mention):
                last = anchors[-1]
                anchors.append(replace(last, mention=mention))
            elif not (anchors and self._same(anchors[-1].mention, mention)):
                mention.then = then
                self._main(mention, mains)
                then = False
        if pending and pending.kind == "between":
            self._between_both(pending)
        elif pending:
            dangling.append(pending.match)
        self._turn_futile(futile, anchors, dangling)
        for anchor in anchors:
            self._place(anchor, mains)
        for pair, subject in ends:
            self._between(pair, subject or next((main for main in mains if main.kind == "clip"), None))

    # ------------------------------------------------------------------------------------------------- pieces

    def _without_overlaps(self, mentions: list[_Mention]) -> Iterator[_Mention]:
        """From left to right, the longest of those that begin at or before the end of another; repeats left out."""
        mentions = sorted(mentions, key=lambda one: (one.match.first, one.match.first - one.match.last))
        kept: list[_Mention] = []
        for mention in mentions:
            if kept and mention.match.first <= kept[-1].match.last:
                if mention.match.last - mention.match.first > kept[-1].match.last - kept[-1].match.first:
                    kept[-1] = mention
                continue
            kept.append(mention)
        before: _Mention | None = None
        for mention in kept:
            if not (before and before.is_event and self._same(before, mention)):
                yield mention
            before = mention

    def _count_lone_anchors(self, mentions: list[_Mention]) -> None:
        """Remember backward and step for a bare "in between", wherever they are mentioned."""
        seen = {mention.kind for mention in self._both}
        for mention in mentions:
            if mention.kind in ("backward", "step") and mention.kind not in seen:
                seen.add(mention.kind)
                self._both.append(mention)

    def _anchor(self, marker: _Mention, mention: _Mention, mains: list[_Mention]) -> _Anchor:
        subject = mains[-1] if mains else None
        detached = bool(subject and self._breaks(subject.match, marker.match))
        if detached and subject and not subject.then:  # "clip before that, because the step ..., and after this"
            subject = next((main for main in mains if main.kind == "clip"), subject)
        turned = marker.match.status == spotting.DENIED
        supposed = any(
            match.sentence == marker.match.sentence
            and match.last < marker.match.first
            and not self._breaks(match, marker.match)
            for match in self._text.find("{supposing}")
        )
        return _Anchor(marker.kind, mention, marker.match, turned, supposed, detached, subject)

    def _main(self, mention: _Mention, mains: list[_Mention]) -> None:
        """An event that the text tells in its turn: it may follow the one told before."""
        last = self._last
        if last and last.kind != mention.kind:
            usual = (last.kind, mention.kind) in _USUAL
            near = last.match.sentence == mention.match.sentence or self._in_line(last, mention)
            if mention.then or self._list_like(last, mention) or (usual and near):
                self._state(last.kind, mention.kind, last.match, mention.match)
        mains.append(mention)
        self._last = mention

    def _place(self, anchor: _Anchor, mains: list[_Mention]) -> None:
        """Turn "before X" or "after X" into a statement about what stands before it, or else behind it."""
        following = [main for main in mains if main.match.first > anchor.mention.match.last]
        subject = anchor.subject
        if subject is None:
            subject = following[0] if following else None
        elif anchor.detached and following and not following[0].then:
            subject = following[0]
        kind, shown = (subject.kind, (subject.match,)) if subject else ("clip", ())
        other = anchor.mention.kind
        if kind == other:
            if not subject and self._last and self._last.kind != other:  # "After we clip." means: then we clip
                self._state(self._last.kind, other, self._last.match, anchor.mention.match)
                self._last = anchor.mention
            return
        order = (other, kind) if (anchor.relation == "after") != anchor.turned else (kind, other)
        if not anchor.supposed or order in _USUAL:
            self._state(*order, *shown, anchor.marker, anchor.mention.match)

    def _between(self, pair: list[_Mention], subject: _Mention | None) -> None:
        kind = subject.kind if subject else "clip"
        first, second = sorted(pair, key=lambda one: EVENTS.index(one.kind)) if self._is_usual(pair) else pair
        shown = (subject.match,) if subject else ()
        self._state(first.kind, kind, *shown, first.match, second.match)
        self._state(kind, second.kind, *shown, first.match, second.match)

    def _between_both(self, marker: _Mention) -> None:
        """ "in between", of two events mentioned elsewhere."""
        if len(self._both) == 2 and marker.match.status == spotting.AFFIRMED:
            self._between(self._both, None)

    @staticmethod
    def _is_usual(pair: list[_Mention]) -> bool:
        return {one.kind for one in pair} == {"backward", "step"}

    @staticmethod
    def _turn_futile(futile: list[spotting.Match], anchors: list[_Anchor], dangling: list[spotting.Match]) -> None:
        """ "After the step it has no effect" says that it does not go there: turn the relation next to such words."""
        for match in futile:
            markers = [anchor.marker for anchor in anchors] + dangling
            nearest = min(markers, key=lambda marker: abs(marker.first - match.first), default=None)
            for anchor in anchors:
                anchor.turned = anchor.turned or anchor.marker == nearest

    # ------------------------------------------------------------------------------------------------ distances

    def _words(self, first: spotting.Match, second: spotting.Match) -> list[spotting.Word]:
        return self._text.sentences[first.sentence].words[first.last + 1 : second.first]

    def _breaks(self, first: spotting.Match, second: spotting.Match) -> bool:
        return any(word.text == spotting.BREAK for word in self._words(first, second))

    def _joined(self, first: _Mention, second: _Mention) -> bool:
        """Two events with nothing but "and" between them, as in "after forward and backward"."""
        words = [word.text for word in self._words(first.match, second.match) if not word.argument]
        return second.kind != "clip" and words in (["and"], ["and", "the"], ["&"])

    def _same(self, first: _Mention, second: _Mention) -> bool:
        """Two names of one event next to each other: "the backward pass with loss.backward()"."""
        words = [word.text for word in self._words(first.match, second.match)]
        return first.kind == second.kind and len(words) < 4 and not {spotting.BREAK, "and", "->"} & set(words)

    def _in_line(self, first: _Mention, second: _Mention) -> bool:
        """Two sentences that follow each other and are hardly more than an event each."""
        one, other = self._text.sentences[first.match.sentence], self._text.sentences[second.match.sentence]
        follows = second.match.sentence - first.match.sentence == 1
        return follows and all(sum(not word.argument for word in s.words) <= _SHORT for s in (one, other))

    def _list_like(self, first: _Mention, second: _Mention) -> bool:
        """Items of a list: hardly a word between them, and a comma, an arrow or a new line."""
        if first.match.sentence == second.match.sentence:
            words = [word for word in self._words(first.match, second.match) if not word.argument]
            signs = [word for word in words if word.text in (spotting.BREAK, "->", ">")]
            others = [word.text for word in words if word not in signs]
            return bool(signs) and len(others) <= _LIST_LIKE and not {"and", "or"} & set(others)
        one, other = self._text.sentences[first.match.sentence], self._text.sentences[second.match.sentence]
        if second.match.sentence - first.match.sentence != 1 or not other.new_line:
            return False
        behind = sum(not word.argument and word.text != spotting.BREAK for word in one.words[first.match.last + 1 :])
        ahead = sum(word.text != spotting.BREAK for word in other.words[: second.match.first])
        return behind <= _LIST_LIKE and ahead <= _LIST_LIKE

    def _state(self, first: str, second: str, *matches: spotting.Match) -> None:
        if first != second:
            self.statements.append(Statement(first, second, matches))
