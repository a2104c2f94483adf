"""Sequence diagrams: a part of Mermaid's language in, SVG out. Pure.

The pages hold diagrams as Mermaid text, which many hosts of repositories draw by themselves. The
built pages hold SVG, so that they need no script and nothing from another host. What of the
language is not known here is an error, and so is whatever a slip makes of a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise
from typing import TypeAlias

from attrs import define, field, frozen

_PARTICIPANT = re.compile(r"participant (?P<id>\w+)(?: as (?P<label>.+))?")
_MESSAGE = re.compile(r"(?P<source>\w+)(?P<arrow>-{1,2}>>|-x|--x)(?P<target>\w+): (?P<text>.+)")
_NOTE = re.compile(r"Note over (?P<first>\w+)(?:,(?P<last>\w+))?: (?P<text>.+)")
_BLOCK = re.compile(r"(?P<kind>loop|opt|alt|par|critical)(?: (?P<text>.+))?")
_PART = re.compile(r"(?P<kind>else|and)(?: (?P<text>.+))?")

#: Pixels. Texts are measured by their number of characters, which is near enough.
_CHARACTER = 7.0
_LINE = 17
_GAP = 14
_BOX = 34
_LEAST = 120
_EDGE = 12


class NotUnderstood(ValueError):
    """Tell of a line that is no part of a sequence diagram."""


@frozen
class Participant:
    """Somebody who takes part: an id in the text, a label in the picture."""

    id: str
    label: str


@frozen
class Message:
    """An arrow from one participant to another."""

    source: str
    target: str
    text: str
    answer: bool
    lost: bool


@frozen
class Note:
    """A remark over one participant, or from one to another."""

    first: str
    last: str
    text: str


@frozen
class Begin:
    """The beginning of a frame, such as a loop."""

    kind: str
    text: str


@frozen
class Part:
    """A line across a frame: another case, or something at the same time."""

    text: str


@frozen
class End:
    """The end of a frame."""


Step: TypeAlias = "Message | Note | Begin | Part | End"


@frozen
class Diagram:
    """A sequence diagram as it is written."""

    participants: tuple[Participant, ...]
    steps: tuple[Step, ...]


def parse(text: str) -> Diagram:
    """Return the diagram that a text describes, or raise `NotUnderstood` with the line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines or lines[0] != "sequenceDiagram":
        raise NotUnderstood("a diagram begins with the line sequenceDiagram")
    participants: dict[str, Participant] = {}
    steps: list[Step] = []
    open_blocks = 0
    for line in lines[1:]:
        if found := _PARTICIPANT.fullmatch(line):
            name = found["id"]
            participants[name] = Participant(name, found["label"] or name)
            continue
        step = _step(line)
        named = (
            [step.source, step.target]
            if isinstance(step, Message)
            else [step.first, step.last]
            if isinstance(step, Note)
            else []
        )
        for name in named:
            if name not in participants:
                raise NotUnderstood(f"nobody is called {name!r}: {line}")
        open_blocks += isinstance(step, Begin) - isinstance(step, End)
        if open_blocks < isinstance(step, Part):
            raise NotUnderstood(f"no frame is open: {line}")
        steps.append(step)
    if open_blocks:
        raise NotUnderstood("a frame has no end")
    return Diagram(tuple(participants.values()), tuple(steps))


def _step(line: str) -> Step:
    if line == "end":
        return End()
    if found := _MESSAGE.fullmatch(line):
        arrow = found["arrow"]
        if found["source"] == found["target"]:
            raise NotUnderstood(f"use a note for what somebody does alone: {line}")
        return Message(
            found["source"],
            found["target"],
            found["text"],
            answer=arrow.startswith("--"),
            lost=arrow.endswith("x"),
        )
    if found := _NOTE.fullmatch(line):
        return Note(found["first"], found["last"] or found["first"], found["text"])
    if found := _BLOCK.fullmatch(line):
        return Begin(found["kind"], found["text"] or "")
    if found := _PART.fullmatch(line):
        return Part(found["text"] or "")
    raise NotUnderstood(f"this is no step of a diagram: {line}")


def draw(text: str) -> str:
    """Return the SVG of a diagram, and below it the same as text, for whoever does not see it."""
    picture = _Picture(parse(text))
    return (
        f'<figure class="sequence">\n{picture.svg()}\n'
        f"<details><summary>The same as text</summary><pre>{escape(text.strip())}</pre></details>\n"
        "</figure>"
    )


def _wrapped(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"<br ?/?>", text)]


def _width(text: str) -> float:
    return max(len(line) for line in _wrapped(text)) * _CHARACTER


@frozen
class _Frame:
    """A frame that is open: where it begins, and how deep it lies in others."""

    top: float
    kind: str
    depth: int


@define
class _Picture:
    """Lay a diagram out from top to bottom."""

    diagram: Diagram
    _columns: dict[str, float] = field(init=False, factory=dict[str, float])
    _y: float = field(init=False, default=0.0)
    _parts: list[str] = field(init=False, factory=list[str])
    _frames: list[_Frame] = field(init=False, factory=list[_Frame])

    def svg(self) -> str:
        """Return the whole picture."""
        people = self.diagram.participants
        self._columns = dict(zip((one.id for one in people), self._places(), strict=True))
        width = self._right + _EDGE
        body_top = _EDGE + _BOX
        self._y = body_top + _GAP
        for step in self.diagram.steps:
            self._take(step)
        bottom = self._y + _GAP
        height = bottom + _BOX + _EDGE
        lifelines = [
            f'<line class="life" x1="{x:.0f}" y1="{body_top:.0f}" x2="{x:.0f}" y2="{bottom:.0f}"/>'
            for x in self._columns.values()
        ]
        boxes = [
            part
            for one in people
            for top in (_EDGE, bottom)
            for part in self._person(one, self._columns[one.id], top)
        ]
        label = escape(", ".join(one.label for one in people))
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}"'
                f' style="max-width: {width:.0f}px" role="img"'
                f' aria-label="Sequence of messages between {label}">',
                *lifelines,
                *self._parts,
                *boxes,
                "</svg>",
            ]
        )

    def _places(self) -> Iterator[float]:
        """Yield the middles of the columns, far enough apart for what is written between them."""
        people = [one.id for one in self.diagram.participants]
        order = {name: index for index, name in enumerate(people)}
        boxes = [_width(one.label) + 24 for one in self.diagram.participants]
        gaps = [max(_LEAST, (left + right) / 2 + 16) for left, right in pairwise(boxes)]
        last = 0.0
        for step in self.diagram.steps:
            if not isinstance(step, Message | Note):
                continue
            ends = (
                (step.source, step.target) if isinstance(step, Message) else (step.first, step.last)
            )
            left, right = sorted(order[name] for name in ends)
            need = _width(step.text) + 30
            if left == right:
                # A note over one line has a half on either side of it.
                if left == len(gaps):
                    last = max(last, need / 2)
                else:
                    gaps[left] = max(gaps[left], need / 2 + 10)
                if left:
                    gaps[left - 1] = max(gaps[left - 1], need / 2 + 10)
                continue
            missing = need - sum(gaps[left:right])
            for index in range(left, right):
                gaps[index] += max(0.0, missing) / (right - left)
        x = _EDGE + max(boxes[0] / 2, self._margin(order))
        yield x
        for gap in gaps:
            x += gap
            yield x
        self._right = x + max(boxes[-1] / 2, last)

    _right: float = field(init=False, default=0.0)

    def _margin(self, order: dict[str, int]) -> float:
        """Return what a note over the first participant needs to the left of its line."""
        return max(
            (
                (_width(step.text) + 20) / 2
                for step in self.diagram.steps
                if isinstance(step, Note) and order[step.first] == order[step.last] == 0
            ),
            default=0.0,
        )

    def _person(self, one: Participant, x: float, top: float) -> list[str]:
        width = _width(one.label) + 24
        return [
            f'<rect class="person" x="{x - width / 2:.0f}" y="{top:.0f}" width="{width:.0f}"'
            f' height="{_BOX}" rx="6"/>',
            self._text(one.label, x, top + _BOX / 2 + 5, "name"),
        ]

    def _take(self, step: Step) -> None:
        if isinstance(step, Message):
            self._message(step)
        elif isinstance(step, Note):
            self._note(step)
        elif isinstance(step, Begin):
            self._begin(step)
        elif isinstance(step, Part):
            self._part(step)
        else:
            self._end()

    def _message(self, message: Message) -> None:
        lines = _wrapped(message.text)
        x1, x2 = self._columns[message.source], self._columns[message.target]
        kind = "answer" if message.answer else "call"
        self._lines(lines, (x1 + x2) / 2)
        y = self._y
        tip = 7 if x2 > x1 else -7
        end = x2 - tip * (4 if message.lost else 0)
        self._parts.append(
            f'<line class="{kind}" x1="{x1:.0f}" y1="{y:.0f}" x2="{end - tip:.0f}" y2="{y:.0f}"/>'
        )
        if message.lost:
            self._parts.append(
                f'<path class="lost" d="M{end - 6:.0f} {y - 6:.0f} l12 12 m0 -12 l-12 12"/>'
            )
        else:
            self._parts.append(
                f'<path class="tip" d="M{x2:.0f} {y:.0f} l{-tip * 1.4:.0f} -5 v10 z"/>'
            )
        self._y += _GAP

    def _note(self, note: Note) -> None:
        lines = _wrapped(note.text)
        left, right = sorted((self._columns[note.first], self._columns[note.last]))
        width = max(_width(note.text) + 20, right - left + 40)
        middle = (left + right) / 2
        height = len(lines) * _LINE + 10
        self._parts.append(
            f'<rect class="note" x="{middle - width / 2:.0f}" y="{self._y:.0f}"'
            f' width="{width:.0f}" height="{height}" rx="4"/>'
        )
        self._y += 5
        self._lines(lines, middle)
        self._y += 3 + _GAP

    def _begin(self, begin: Begin) -> None:
        self._frames.append(_Frame(self._y, begin.kind, len(self._frames)))
        self._y += 5
        left = self._left(len(self._frames) - 1)
        tab = len(begin.kind) * _CHARACTER + 14
        self._parts.append(
            f'<rect class="tab" x="{left:.0f}" y="{self._y - 5:.0f}" width="{tab:.0f}"'
            ' height="20" rx="3"/>'
        )
        self._parts.append(self._text(begin.kind, left + tab / 2, self._y + 9, "kind"))
        if begin.text:
            self._parts.append(
                self._text(begin.text, left + tab + 10, self._y + 9, "condition", "start")
            )
        self._y += 20 + _GAP / 2

    def _part(self, part: Part) -> None:
        left, right = self._left(len(self._frames) - 1), self._far(len(self._frames) - 1)
        self._parts.append(
            f'<line class="part" x1="{left:.0f}" y1="{self._y:.0f}" x2="{right:.0f}"'
            f' y2="{self._y:.0f}"/>'
        )
        if part.text:
            self._parts.append(
                self._text(part.text, left + 12, self._y + _LINE, "condition", "start")
            )
            self._y += _LINE
        self._y += _GAP

    def _end(self) -> None:
        frame = self._frames.pop()
        left, right = self._left(frame.depth), self._far(frame.depth)
        self._parts.append(
            f'<rect class="frame" x="{left:.0f}" y="{frame.top:.0f}" width="{right - left:.0f}"'
            f' height="{self._y - frame.top:.0f}" rx="3"/>'
        )
        self._y += _GAP

    def _left(self, depth: int) -> float:
        return 3 + 5.0 * depth

    def _far(self, depth: int) -> float:
        return self._right + _EDGE - 3 - 5.0 * depth

    def _lines(self, lines: Sequence[str], x: float) -> None:
        for line in lines:
            self._y += _LINE
            self._parts.append(self._text(line, x, self._y - 4, "said"))
        self._y += 2

    def _text(self, text: str, x: float, y: float, kind: str, anchor: str = "middle") -> str:
        return (
            f'<text class="{kind}" x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">'
            f"{escape(text)}</text>"
        )
