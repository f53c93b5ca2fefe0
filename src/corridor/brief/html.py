"""A document -> one HTML file that asks nothing of any network: fonts, figures and all numbers with their origin."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from corridor.brief.document import Cited, Document, FigureBlock, Name, Run, Runs, Table, plain
from corridor.brief.facts import Fact, ledger
from corridor.brief.fonts import faces, subset

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)
"""What the page may load: nothing from outside, and no program at all."""

FONTS = "/* fonts */"
"""Where the style rules of the fonts go, once it is known which characters they need."""

NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def html(document: Document) -> str:
    """Write a document as a page that carries its fonts."""
    import jinja2

    facts = ledger(run for run in document.all_runs() if isinstance(run, Fact))
    number_of = {source: i for i, source in enumerate(document.sources, start=1)}
    anchors = {key: f"f{i}" for i, key in enumerate(facts, start=1)}
    evidence = {fact.behind.key: fact.behind for fact in facts.values()}
    places = {key: f"e{i}" for i, key in enumerate(evidence, start=1)}

    def runs(many: Runs) -> list[dict[str, Any]]:
        return [_run(one, anchors, number_of) for one in many]

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(files("corridor.brief").joinpath("brief.html.j2").read_text("utf-8"))
    blocks = [block for section in document.sections for block in section.blocks]
    numbered = {kind: [id(block) for block in blocks if isinstance(block, kind)] for kind in (Table, FigureBlock)}
    words = {
        "document": document,
        "runs": runs,
        "title": plain(document.title),
        "policy": POLICY,
        "facts": [(anchors[key], fact, places[fact.behind.key]) for key, fact in facts.items()],
        "evidence": [(places[key], one) for key, one in evidence.items()],
        "sources": [
            (citation, address if _is_web(address) else "", address) for citation, address in document.sources.values()
        ],
        "drawing": _drawing,
        "kind": lambda block: type(block).__name__,
        "number": lambda block: numbered[type(block)].index(id(block)) + 1,
    }
    page: str = template.render(**words, fonts=FONTS)
    return page.replace(FONTS, "\n".join(_fonts(page)), 1)


def _run(one: Run, anchors: Mapping[str, str], number_of: Mapping[str, int]) -> dict[str, Any]:
    if isinstance(one, Fact):
        title = f"{one.formula}. {one.behind.what}."
        return {"kind": "fact", "text": one.shown, "at": anchors[one.key], "title": title}
    if isinstance(one, Cited):
        return {"kind": "cited", "text": str(number_of[one.source])}
    if isinstance(one, Name):
        return {"kind": "name", "text": one.text}
    return {"kind": "text", "text": one}


def _is_web(address: str) -> bool:
    """Whether an address may stand in a link: the tables may hold anything."""
    try:
        return urlsplit(address).scheme in {"http", "https"}
    except ValueError:
        return False


def _drawing(block: FigureBlock) -> Any:
    """An SVG as it stands in a page: without the parts of a file of its own."""
    import markupsafe

    svg = block.svg[block.svg.index("<svg") :]
    return markupsafe.Markup(NOT_IN_XML.sub("", svg))  # noqa: S704  # ours, and every name in it was escaped


def _fonts(page: str) -> Iterator[str]:
    """The fonts with the characters of the page, as style rules."""
    for face in faces():
        cut = subset(face, [page])
        if cut is not None:
            source = f"url(data:font/woff;base64,{base64.b64encode(cut).decode('ascii')}) format('woff')"
            yield f'@font-face {{ font-family: "{face.family}"; font-weight: {face.weight}; src: {source}; }}'
