"""What a brief is made of: sections of paragraphs, lists, tables and figures, before anything is typeset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from corridor.brief.facts import Fact


@dataclass(frozen=True)
class Name:
    """Text of the tables or of the study: a place, a measure, a citation. It may hold anything."""

    text: str


@dataclass(frozen=True)
class Cited:
    """A reference to a source: it is printed as its number in the list of sources."""

    source: str


Run = str | Name | Fact | Cited
"""A piece of a sentence. Words of ours (``str``) hold no digit: numbers are facts or stand in the tables."""

Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``note`` is set small."""

    runs: Runs
    kind: Literal["body", "note"] = "body"


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[Runs, ...]


class Column(NamedTuple):
    """A column of a table: its heading, whether it holds numbers, and how wide it is beside the others."""

    heading: Runs
    numbers: bool = False
    width: float | None = None


@dataclass(frozen=True)
class Table:
    """A table. A row with a single cell is a heading of those below it.

    Attributes
    ----------
    key
        Its name, which files take too.
    caption, note
        Above and below it.
    columns, rows
        Cells are runs.
    """

    key: str
    caption: Runs
    columns: tuple[Column, ...]
    rows: tuple[tuple[Runs, ...], ...]
    note: Runs = ()


@dataclass(frozen=True)
class FigureBlock:
    """A chart or map.

    Attributes
    ----------
    key
        Its name.
    title
        What it claims; the drawing says so too.
    alt
        What is to be seen, in words.
    svg
        The drawing.
    command
        What draws it alone.
    png
        The same for those who cannot draw SVG; empty where nobody asked for it.
    """

    key: str
    title: str
    alt: str
    svg: str
    command: str
    png: bytes = b""


Block = Paragraph | Bullets | Table | FigureBlock


@dataclass(frozen=True)
class Section:
    """A section: a heading with blocks below it. Without a heading it goes on from what stands above."""

    key: str
    heading: Runs
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """A brief.

    Attributes
    ----------
    title
        The finding.
    subtitle
        What was asked.
    meta
        Study, scenario, date and all else that says what was computed: pairs of label and value.
    warning
        What nobody may overlook: that measures are treated as if lifted.
    findings
        The key findings.
    sections
        All else.
    sources
        Source id to its citation and its address, in the order of their numbers.
    running
        What every page says.
    short
        Whether it is to fit on two pages.
    """

    title: Runs
    subtitle: Runs
    meta: tuple[tuple[str, Runs], ...]
    warning: Runs
    findings: Bullets
    sections: tuple[Section, ...]
    sources: dict[str, tuple[str, str]] = field(default_factory=dict)
    running: Runs = ()
    short: bool = False

    def all_runs(self) -> Iterator[Run]:
        """Every piece of text, in the order in which it is printed."""
        yield from (*self.title, *self.subtitle)
        for _, runs in self.meta:
            yield from runs
        yield from self.warning
        yield from (run for item in self.findings.items for run in item)
        for section in self.sections:
            yield from section.heading
            for block in section.blocks:
                yield from runs_of(block)
        yield from self.running

    def figures(self) -> list[FigureBlock]:
        """Every chart and map."""
        return [block for section in self.sections for block in section.blocks if isinstance(block, FigureBlock)]


def runs_of(block: Block) -> Iterator[Run]:
    """Every piece of text of a block."""
    if isinstance(block, Paragraph):
        yield from block.runs
    elif isinstance(block, Bullets):
        yield from (run for item in block.items for run in item)
    elif isinstance(block, Table):
        yield from block.caption
        yield from (run for column in block.columns for run in column.heading)
        yield from (run for row in block.rows for cell in row for run in cell)
        yield from block.note


def plain(runs: Runs) -> str:
    """Runs as plain text, references left out."""
    return "".join(plain_run(run) for run in runs)


def plain_run(run: Run) -> str:
    """One run as plain text."""
    if isinstance(run, str):
        return run
    if isinstance(run, Fact):
        return run.shown
    return run.text if isinstance(run, Name) else ""
