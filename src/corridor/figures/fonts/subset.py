"""Make the font of Asian place names: ``python -m corridor.figures.fonts.subset NotoSansCJK-Regular.ttc [study.toml]``.

The collection comes with ``pip install noto-cjk-sans-otc``. It is 19 MB; the names of a study need a few dozen of its
characters. Outlines become quadratic, since PDF readers want TrueType, and the family has a name of its own, so that
no font of the machine stands in for it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from corridor.figures.fonts import CJK, CJK_FILE
from corridor.study import read_study

SIMPLIFIED_CHINESE = 2
"""Its place in the collection: characters that all share have the forms of this one."""

ERROR_PER_EM = 0.001
"""How far a quadratic outline may lie from the cubic one."""

FIRST_ASIAN = 0x2E80
"""Characters from here on are looked for; those before are in the other font."""


def characters(texts: Iterable[str]) -> list[int]:
    """Code points of the characters of Asia in some texts."""
    return sorted({ord(c) for text in texts for c in text if ord(c) >= FIRST_ASIAN})


def subset(collection: Path, codes: Iterable[int]) -> Any:
    """Font of some characters alone.

    Parameters
    ----------
    collection
        NotoSansCJK-Regular.ttc.
    codes
        Code points.
    """
    from fontTools import subset as tool
    from fontTools.ttLib import TTFont

    options = tool.Options(
        layout_features=[],
        hinting=False,
        notdef_outline=True,
        name_IDs=[0, 13, 14],
        drop_tables=["VORG", "vhea", "vmtx"],
    )
    font = TTFont(collection, fontNumber=SIMPLIFIED_CHINESE, recalcTimestamp=False)
    cut = tool.Subsetter(options)
    cut.populate(unicodes=codes)
    cut.subset(font)
    _make_quadratic(font)
    names = font["name"]
    for place, text in (
        (1, CJK),
        (2, "Regular"),
        (3, f"{CJK} Regular"),
        (4, CJK),
        (6, CJK.replace(" ", "") + "-Regular"),
    ):
        names.setName(text, place, 3, 1, 0x409)
    return font


def _make_quadratic(font: Any) -> None:
    """Put TrueType outlines in place of PostScript's."""
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen
    from fontTools.ttLib import newTable

    order, shapes = font.getGlyphOrder(), font.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(shapes)
        shapes[name].draw(Cu2QuPen(pen, ERROR_PER_EM * font["head"].unitsPerEm, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"], font["glyf"] = newTable("loca"), newTable("glyf")
    font["glyf"].glyphOrder, font["glyf"].glyphs = order, glyphs
    del font["CFF "]
    most = font["maxp"]
    most.tableVersion = 0x00010000
    for name in (
        "Zones",
        "TwilightPoints",
        "Storage",
        "FunctionDefs",
        "InstructionDefs",
        "StackElements",
        "SizeOfInstructions",
    ):
        setattr(most, f"max{name}", 1 if name == "Zones" else 0)
    for name in ("ComponentElements", "ComponentDepth", "CompositePoints", "CompositeContours", "Points", "Contours"):
        setattr(most, f"max{name}", 0)
    font["post"].formatType = 3.0
    font["head"].glyphDataFormat = 0
    font.sfntVersion = "\000\001\000\000"


if __name__ == "__main__":
    nodes = read_study(sys.argv[2] if len(sys.argv) > 2 else None).tables["nodes"]  # noqa: PLR2004  # a study is named
    subset(Path(sys.argv[1]), characters(node.native_name for node in nodes)).save(CJK_FILE)
