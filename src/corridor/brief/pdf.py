"""A document -> PDF: typeset by Typst from a fixed template, tagged for those who cannot see."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any, Literal

from corridor.brief.document import Block, Bullets, Cited, Document, FigureBlock, Paragraph, Run, Runs, Table
from corridor.brief.facts import Fact
from corridor.brief.fonts import Coverage, faces

Paper = Literal["a4", "letter"]
SIZES: dict[Paper, str] = {"a4": "a4", "letter": "us-letter"}
"""What Typst calls them."""


def pdf(document: Document, paper: Paper = "a4") -> bytes:
    """Typeset a document.

    Parameters
    ----------
    document
        The brief.
    paper
        Size of the page.

    Raises
    ------
    RuntimeError
        If the template does not fit the document: a bug of ours.
    """
    import typst

    content = json.dumps(as_json(document, Coverage()), ensure_ascii=False)
    inputs = {"document": content, "paper": SIZES[paper]}
    folders = sorted({str(face.file.parent) for face in faces()})
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    template = files("corridor.brief").joinpath("brief.typ").read_bytes()
    try:
        compiler = typst.Compiler(template, font_paths=fonts, sys_inputs=inputs)
        made, warnings = compiler.compile_with_warnings(format="pdf", pdf_standards=["ua-1"])
    except typst.TypstError as error:
        raise RuntimeError(f"the brief cannot be typeset: {error.message}") from None
    if warnings or not isinstance(made, bytes):
        raise RuntimeError(f"the brief cannot be typeset cleanly: {[warning.message for warning in warnings]}")
    return made


def as_json(document: Document, coverage: Coverage) -> dict[str, Any]:
    """The document for the template: plain values, no markup."""
    number_of = {source: i for i, source in enumerate(document.sources, start=1)}

    def run(one: Run) -> dict[str, Any]:
        if isinstance(one, Cited):
            return {"kind": "cited", "text": str(number_of[one.source])}
        if isinstance(one, Fact):
            return {"kind": "fact", "text": coverage.shown(one.shown)}
        text = one if isinstance(one, str) else one.text
        return {"kind": "text", "text": coverage.shown(text)}

    def runs(many: Runs) -> list[dict[str, Any]]:
        return [run(one) for one in many]

    def block(one: Block) -> dict[str, Any]:
        if isinstance(one, Paragraph):
            return {"kind": "paragraph", "look": one.kind, "runs": runs(one.runs)}
        if isinstance(one, Bullets):
            return {"kind": "bullets", "items": [runs(item) for item in one.items]}
        if isinstance(one, FigureBlock):
            return {"kind": "figure", "svg": coverage.shown(one.svg), "alt": coverage.shown(one.alt)}
        return table(one)

    def table(one: Table) -> dict[str, Any]:
        return {
            "kind": "table",
            "caption": runs(one.caption),
            "columns": [{"heading": runs(c.heading), "numbers": c.numbers, "width": c.width} for c in one.columns],
            "rows": [[runs(cell) for cell in row] for row in one.rows],
            "note": runs(one.note),
        }

    return {
        "title": runs(document.title),
        "subtitle": runs(document.subtitle),
        "meta": [[label, runs(told)] for label, told in document.meta],
        "warning": runs(document.warning),
        "findings": [runs(item) for item in document.findings.items],
        "sections": [
            {"heading": runs(section.heading), "blocks": [block(one) for one in section.blocks]}
            for section in document.sections
        ],
        "sources": [
            [coverage.shown(citation), coverage.shown(address)] for citation, address in document.sources.values()
        ],
        "running": runs(document.running),
        "short": document.short,
    }
