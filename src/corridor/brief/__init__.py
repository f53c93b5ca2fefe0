"""The policy brief: every sentence and number computed, written as PDF, as one HTML file, or as DOCX.

The only rooms that know Typst, Jinja and the formats of word processors.
"""

from __future__ import annotations

import gc
import hashlib
import json
import platform
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from corridor.brief.beside import Rows, tables
from corridor.brief.case import Case, focus_of
from corridor.brief.compose import compose
from corridor.brief.document import Document
from corridor.brief.facts import Fact, ledger
from corridor.brief.fonts import Coverage
from corridor.brief.glimpse import glimpse
from corridor.brief.pdf import Paper, pdf
from corridor.brief.view import Length, View
from corridor.errors import UsageError, did_you_mean
from corridor.output import as_csv, as_xlsx
from corridor.report import heading
from corridor.sensitivity.run import Executor, Tell
from corridor.study import Study

__all__ = ["DRAWS", "FORMS", "Brief", "Length", "make", "wanted"]

FORMS = (".pdf", ".html", ".docx")
"""Endings of files that a brief is written as."""

DRAWS = 256
"""So many draws say how sure a brief is where none are asked for: two seconds."""

VERSIONS = ("corridor", "highspy", "numpy", "scipy", "matplotlib", "fonttools", "typst", "jinja2", "python-docx")
"""Packages whose versions decide what a brief says and how it looks."""


@dataclass(frozen=True)
class Brief:
    """A brief that is ready to be written.

    Attributes
    ----------
    view
        What it was computed from.
    paper
        Size of the PDF's pages.
    """

    view: View
    paper: Paper = "a4"

    @cached_property
    def document(self) -> Document:
        """Its sections, before they are typeset."""
        document = compose(self.view)
        gc.collect()  # what was drawn refers to itself, and commands do not look for such garbage by themselves
        return document

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """Every number that it prints."""
        return ledger(run for run in self.document.all_runs() if isinstance(run, Fact))

    def files(self, places: Sequence[Path]) -> dict[Path, str | bytes]:
        """All files: the brief in the forms asked for, and beside each name its facts, tables, and what made them.

        Raises
        ------
        UsageError
            If a file would have a form that is not known, or two would be one.
        """
        wanted(places)
        made: dict[Path, str | bytes] = {}
        for place in places:
            made[place] = self._written(place.suffix.lower())
        for stem in dict.fromkeys(place.with_suffix("") for place in places):
            facts = self.facts_document()
            made[stem.with_name(f"{stem.name}.facts.json")] = _json(facts)
            for name, rows in self._tables.items():
                made[stem.with_name(f"{stem.name}.{name}.csv")] = as_csv(rows)
            made[stem.with_name(f"{stem.name}.xlsx")] = as_xlsx(self._tables)
            own = [place for place in places if place.with_suffix("") == stem]
            written = {place: made[place] for place in (*own, stem.with_name(f"{stem.name}.facts.json"))}
            made[stem.with_name(f"{stem.name}.run.json")] = _json(self._run(own, written))
        return made

    @cached_property
    def _tables(self) -> Mapping[str, Rows]:
        """Tables for spreadsheets."""
        return tables(self.view)

    def _written(self, form: str) -> str | bytes:
        if form == ".pdf":
            return pdf(self.document, self.paper)
        if form == ".docx":
            from corridor.brief.docx import docx

            return docx(self.document)
        from corridor.brief.html import html

        return html(self.document)

    def unknown_characters(self) -> str:
        """Characters that the fonts lack: a sign stands for them in the PDF."""
        from corridor.brief.document import plain_run

        text = "".join(plain_run(run) for run in self.document.all_runs())
        text += "".join(citation + address for citation, address in self.document.sources.values())
        return Coverage().missing(text)

    def facts_document(self) -> dict[str, Any]:
        """Each number with its formula and what it rests on."""
        outcome = self.view.main.outcome
        evidence = {fact.behind.key: fact.behind for fact in self.facts.values()}
        cited = dict.fromkeys(source for one in evidence.values() for source in one.sources)
        known = {source.id: source for source in outcome.tables["sources"]}
        return {
            **heading(outcome),
            "facts": [fact.record() for fact in self.facts.values()],
            "figures": [
                {"key": block.key, "title": block.title, "alt": block.alt, "command": block.command}
                for block in self.document.figures()
            ],
            "evidence": [one.record() for one in evidence.values()],
            "sources": [
                {"id": one, "citation": known[one].citation, "address": known[one].address}
                for one in cited
                if one in known
            ],
        }

    def _run(self, places: Sequence[Path], files: Mapping[Path, str | bytes]) -> dict[str, Any]:
        """What made the brief: input, versions, scenarios, command, and what came out."""
        view = self.view
        return {
            **heading(view.main.outcome),
            "scenarios_beside": [seen.scenario for seen in view.others],
            "length": view.length,
            "draws": view.n_draws,
            "seed": view.seed,
            "command": " ".join([view.command, *(f"-o {shlex.quote(str(place))}" for place in places)]),
            "versions": {"python": platform.python_version(), **{name: version(name) for name in VERSIONS}},
            "files": {place.name: hashlib.sha256(_bytes(content)).hexdigest() for place, content in files.items()},
        }


def make(
    study: Study,
    scenarios: Sequence[str] = (),
    *,
    length: Length = "brief",
    draws: int = DRAWS,
    seed: int = 1,
    paper: Paper = "a4",
    with_png: bool = False,
    command: str = "corridor brief",
    executor: Executor | None = None,
    tell: Tell | None = None,
) -> Brief:
    """Compute all that a brief says.

    Parameters
    ----------
    study
        A study.
    scenarios
        The one that it tells of, and others to be told beside it; all of the study, its default first, if none is
        named.
    length
        Two pages, or all.
    draws
        How many draws of the uncertain numbers say how sure it is; 0 for none.
    seed
        Of the draws.
    paper
        Size of the PDF's pages.
    with_png
        Whether figures are drawn as PNG too, which DOCX asks for.
    command
        What makes it again, but for the files that it is written to.
    executor
        Who answers blocks of draws; this process if None.
    tell
        Hears how far the draws are.

    Raises
    ------
    UsageError
        If there is no such scenario, one is named twice, or draws are below 0.
    """
    from corridor.evidence.quality import assumed_inputs
    from corridor.sensitivity.question import answer

    first = study.file.default_scenario
    names = [*scenarios] or [first, *(name for name in study.by_scenario if name != first)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(f"scenario {', '.join(twice)} is named twice.")
    if draws < 0:
        raise UsageError(f"{draws} draws cannot be made.")
    focus = focus_of(study)
    main = Case(study.run(names[0]), focus)
    others = tuple(glimpse(Case(study.run(name), focus)) for name in names[1:])
    drawn = (
        answer(main.outcome, "montecarlo", draws=draws, seed=seed, executor=executor, tell=tell)
        if draws and main.any_lawful
        else None
    )
    alone = [] if length == "full" else [each.name for each in assumed_inputs(main.outcome)]
    tornado = (
        answer(main.outcome, "tornado", chosen=alone, executor=executor, tell=tell)
        if main.any_lawful and (length == "full" or alone)
        else None
    )
    return Brief(View(main, others, drawn, tornado, seed, length, command, with_png), paper)


def wanted(places: Sequence[Path]) -> None:
    """Check that all files can be told apart and have a form that is known.

    Raises
    ------
    UsageError
        If not.
    """
    for place in places:
        if place.suffix.lower() not in FORMS:
            ending = f'"{place.suffix}"' if place.suffix else "no ending"
            hint = did_you_mean(place.suffix.lower(), FORMS)
            raise UsageError(f"{place} has {ending}.{hint} A brief is written as {', '.join(FORMS)}.")
    resolved = [place.resolve() for place in places]
    twice = sorted({str(place) for place, full in zip(places, resolved, strict=True) if resolved.count(full) > 1})
    if twice:
        raise UsageError(f"{', '.join(twice)} is named twice. Name each file once.")


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _bytes(content: str | bytes) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content
