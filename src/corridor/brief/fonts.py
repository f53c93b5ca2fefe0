"""Fonts of a brief, those of its figures: what they can show, and subsets small enough to be carried in a page."""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from corridor.errors import MissingExtraError
from corridor.figures import fonts

UNKNOWN = "\N{WHITE SQUARE}"
"""What stands for a character that no font has."""

USED = ["kern", "liga", "locl", "ccmp", "mark", "mkmk", "init", "medi", "fina", "isol", "rlig"]
"""Features of the fonts that a page keeps: without them Arabic would fall apart."""


class Face(NamedTuple):
    """A font file with the name and weight that pages know it by."""

    family: str
    weight: int
    file: Path


def faces() -> tuple[Face, ...]:
    """Fonts in the order in which a character is looked for.

    Raises
    ------
    MissingExtraError
        If a file is not there.
    """
    regular, bold, cjk = fonts.files()
    found = (Face(fonts.LATIN, 400, regular), Face(fonts.LATIN, 700, bold), Face(fonts.CJK, 400, cjk))
    for face in found:
        if not face.file.is_file():
            raise MissingExtraError(f"the font {face.file.name} is missing: install corridor and matplotlib anew.")
    return found


class Coverage:
    """Which characters the fonts can show."""

    @cached_property
    def _known(self) -> frozenset[int]:
        """Code points that can be set, bold or not."""
        from fontTools.ttLib import TTFont

        by_family: dict[str, list[set[int]]] = {}
        for face in faces():
            with TTFont(face.file, lazy=True) as font:
                by_family.setdefault(face.family, []).append(set(font.getBestCmap()))
        return frozenset(code for sets in by_family.values() for code in set.intersection(*sets))

    def missing(self, text: str) -> str:
        """Characters of a text that the fonts lack."""
        return "".join(sorted({c for c in text if ord(c) not in self._known and not c.isspace()}))

    def shown(self, text: str) -> str:
        """A text with a sign in place of what the fonts lack."""
        if text.isascii():
            return text
        return "".join(c if ord(c) in self._known or c in "\n\t " else UNKNOWN for c in text)


def subset(face: Face, texts: Iterable[str]) -> bytes | None:
    """A font with only the characters of some texts, as WOFF: the same bytes for the same characters.

    None where it has none of them.
    """
    from fontTools import subset as cut
    from fontTools.ttLib import TTFont

    wanted = {ord(c) for text in texts for c in text}
    with TTFont(face.file, recalcTimestamp=False, lazy=True) as font:
        if not wanted & set(font.getBestCmap()):
            return None
        options = cut.Options(flavor="woff", layout_features=USED, notdef_outline=True, hinting=False)
        options.drop_tables += ["FFTM"]
        cutter = cut.Subsetter(options)
        cutter.populate(unicodes=wanted)
        cutter.subset(font)
        font.flavor = "woff"
        content = io.BytesIO()
        font.save(content, reorderTables=None)
    return content.getvalue()
