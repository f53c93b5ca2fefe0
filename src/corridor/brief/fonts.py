"""Fonts of a brief: where they lie, what they can show, and subsets small enough to be carried in a page."""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from corridor.errors import MissingExtraError

FAMILY = "DejaVu Sans"
FILES = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
UNKNOWN = "\N{WHITE SQUARE}"
"""What stands for a character that no font has."""


class Fonts(NamedTuple):
    """The fonts that a brief is set in.

    Attributes
    ----------
    folder
        Where they lie: they come with matplotlib, so that text and figures have the same.
    """

    folder: Path

    def file(self, *, bold: bool) -> Path:
        """A font's file.

        Raises
        ------
        MissingExtraError
            If it is not there.
        """
        path = self.folder / FILES[bold]
        if not path.is_file():
            raise MissingExtraError(f"the font {path.name} of matplotlib is missing: install matplotlib anew.")
        return path


def fonts() -> Fonts:
    """Find the fonts."""
    import matplotlib

    return Fonts(Path(matplotlib.get_data_path()) / "fonts" / "ttf")


class Coverage:
    """Which characters the fonts can show."""

    def __init__(self, found: Fonts) -> None:
        self._fonts = found

    @cached_property
    def known(self) -> frozenset[int]:
        """Code points that regular and bold both have."""
        from matplotlib.ft2font import FT2Font

        regular, bold = (set(FT2Font(str(self._fonts.file(bold=bold))).get_charmap()) for bold in (False, True))
        return frozenset(regular & bold)

    def missing(self, text: str) -> str:
        """Characters of a text that the fonts lack."""
        return "".join(sorted({c for c in text if ord(c) not in self.known and not c.isspace()}))

    def shown(self, text: str) -> str:
        """A text with a sign in place of what the fonts lack."""
        return "".join(c if ord(c) in self.known or c in "\n " else UNKNOWN for c in text)


def subset(found: Fonts, texts: Iterable[str], *, bold: bool) -> bytes:
    """A font with only the characters of some texts, as WOFF: the same bytes for the same characters."""
    from fontTools import subset as ft
    from fontTools.ttLib import TTFont

    options = ft.Options(flavor="woff", layout_features=["kern", "liga", "mark", "mkmk", "init", "medi", "fina", "rlig"], notdef_outline=True, hinting=False, drop_tables=["FFTM"])
    font = TTFont(found.file(bold=bold), recalcTimestamp=False, lazy=True)
    cutter = ft.Subsetter(options)
    cutter.populate(text="".join(sorted({c for text in texts for c in text})))
    cutter.subset(font)
    font.flavor = "woff"
    content = io.BytesIO()
    font.save(content, reorderTables=None)
    return content.getvalue()
