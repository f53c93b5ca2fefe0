"""A document -> DOCX, for those who go on writing: the same bytes each time."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

from corridor.brief.document import Bullets, Cited, Document, FigureBlock, Paragraph, Runs, Table, plain, plain_run
from corridor.brief.facts import Fact

if TYPE_CHECKING:
    from docx.document import Document as Docx

NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DAY = dt.datetime(1980, 1, 1)  # noqa: DTZ001  # the format has no time zone; the first day that it knows
MARGIN_MM, FIGURE_MM = 22, 160
SMALL_PT, TABLE_PT, TEXT_PT = 7.5, 8, 10
FONT = "Arial"
GREY, BLUE, RED = "555555", "0072B2", "B00000"


def docx(document: Document) -> bytes:
    """Write a document for a word processor."""
    import docx as package

    made = package.Document()
    _set_up(made, document)
    made.add_heading(_clean(plain(document.title)), level=1)
    _paragraph(made, document.subtitle, colour=GREY)
    for label, told in document.meta:
        _paragraph(made, (f"{label}: ", *told), size=SMALL_PT)
    if document.warning:
        _paragraph(made, document.warning, colour=RED, bold=True)
    numbers = {source: i for i, source in enumerate(document.sources, start=1)}
    made.add_heading("Key findings", level=2)
    for item in document.findings.items:
        _paragraph(made, item, style="List Bullet", numbers=numbers, strong=True)
    tables = figures = 0
    for section in document.sections:
        made.add_heading(_clean(plain(section.heading)), level=2)
        for block in section.blocks:
            if isinstance(block, Paragraph):
                small = block.kind == "note"
                _paragraph(made, block.runs, numbers=numbers, size=SMALL_PT if small else TEXT_PT)
            elif isinstance(block, Bullets):
                for item in block.items:
                    _paragraph(made, item, style="List Bullet", numbers=numbers)
            elif isinstance(block, Table):
                tables += 1
                _table(made, block, tables, numbers)
            else:
                figures += 1
                _figure(made, block, figures)
    if document.sources:
        made.add_heading("Sources", level=2)
        for citation, address in document.sources.values():
            text = f"{citation}. {address}" if address else citation
            _run(made.add_paragraph(style="List Number"), text, size=SMALL_PT)
    return _packed(made)


def _set_up(made: Docx, document: Document) -> None:
    """Page, fonts, running foot, and what the file says of itself."""
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    said = made.core_properties
    said.title, said.subject = _clean(plain(document.title))[:255], _clean(plain(document.subtitle))[:255]
    said.author = said.last_modified_by = "corridor"
    said.created = said.modified = DAY
    said.language, said.comments = "en-GB", ""
    page = made.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(MARGIN_MM)
    for name in ("Normal", "Heading 1", "Heading 2"):
        style: Any = made.styles[name]
        style.font.name = FONT
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for attribute in ("w:ascii", "w:hAnsi", "w:cs"):
            fonts.set(qn(attribute), FONT)
    normal: Any = made.styles["Normal"]
    normal.font.size = Pt(TEXT_PT)
    _run(page.footer.paragraphs[0], plain(document.running), size=SMALL_PT, colour=GREY)


def _paragraph(
    made: Any, runs: Runs, *, style: str | None = None, numbers: dict[str, int] | None = None, **look: Any
) -> Any:
    """A paragraph of runs."""
    paragraph = made.add_paragraph(style=style)
    _fill(paragraph, runs, numbers or {}, **look)
    return paragraph


def _fill(paragraph: Any, runs: Runs, numbers: dict[str, int], *, strong: bool = False, **look: Any) -> None:
    before = None
    for run in runs:
        if isinstance(run, Cited):
            mark = f", {numbers[run.source]}" if isinstance(before, Cited) else str(numbers[run.source])
            _run(paragraph, mark, **{**look, "colour": BLUE}).font.superscript = True
        else:
            bold = look.get("bold", False) or (strong and isinstance(run, Fact))
            _run(paragraph, plain_run(run), **{**look, "bold": bold})
        before = run


def _run(paragraph: Any, text: str, *, size: float | None = None, bold: bool = False, colour: str = "") -> Any:
    from docx.shared import Pt, RGBColor

    run = paragraph.add_run(_clean(text))
    run.bold = bold or None
    if size:
        run.font.size = Pt(size)
    if colour:
        run.font.color.rgb = RGBColor.from_string(colour)
    return run


def _table(made: Any, block: Table, number: int, numbers: dict[str, int]) -> None:
    """A table whose headings are repeated on every page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement

    _paragraph(made, (f"Table {number}. ", *block.caption), bold=True, numbers=numbers)
    table = made.add_table(rows=1, cols=len(block.columns), style="Light List")
    header = table.rows[0]
    header._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001  # the package has no other door
    for cell, column in zip(header.cells, block.columns, strict=True):
        _fill(cell.paragraphs[0], column.heading, numbers, size=TABLE_PT, bold=True)
    for row in block.rows:
        cells = table.add_row().cells
        if len(row) == 1:
            _fill(cells[0].merge(cells[-1]).paragraphs[0], row[0], numbers, size=TABLE_PT, bold=True)
            continue
        for cell, runs, column in zip(cells, row, block.columns, strict=True):
            paragraph = cell.paragraphs[0]
            _fill(paragraph, runs, numbers, size=TABLE_PT)
            if column.numbers:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _paragraph(made, block.note, size=SMALL_PT, colour=GREY, numbers=numbers)


def _figure(made: Any, block: FigureBlock, number: int) -> None:
    """A drawing, with its alternative text."""
    from docx.shared import Mm

    _paragraph(made, (f"Figure {number}",), bold=True)
    made.add_picture(io.BytesIO(block.png), width=Mm(FIGURE_MM))
    inline = made.inline_shapes[len(made.inline_shapes) - 1]._inline  # noqa: SLF001  # the package has no other door
    inline.docPr.set("descr", _clean(block.alt))
    inline.docPr.set("title", _clean(block.title))


def _clean(text: str) -> str:
    return NOT_IN_XML.sub("", text)


def _packed(made: Any) -> bytes:
    """The file, all its parts of one day: the package would write the time of now."""
    written, packed = io.BytesIO(), io.BytesIO()
    made.save(written)
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for name in parts.namelist():
            out.writestr(zipfile.ZipInfo(name, DAY.timetuple()[:6]), parts.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
