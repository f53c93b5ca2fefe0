"""The fonts of all figures, and where their files lie: whatever embeds an SVG must carry the same."""

from __future__ import annotations

from pathlib import Path

LATIN = "DejaVu Sans"
"""Comes with matplotlib; Latin, and Cyrillic with the two letters of Mongolian that Russian lacks."""

CJK = "Corridor CJK"
"""The Chinese, Japanese and Korean characters of the committed study's places; see OFL.txt beside it."""

FAMILIES = (LATIN, CJK)
"""In the order in which a character is looked for."""

CJK_FILE = Path(__file__).with_name("corridor-cjk.ttf")


def files() -> tuple[Path, ...]:
    """Font files of :data:`FAMILIES`: regular, bold, and the one weight of the characters of Asia."""
    from matplotlib import get_data_path

    latin = Path(get_data_path()) / "fonts" / "ttf"
    return latin / "DejaVuSans.ttf", latin / "DejaVuSans-Bold.ttf", CJK_FILE


def make_known() -> None:
    """Let matplotlib find the font that does not come with it; once is enough."""
    from dataclasses import replace

    from matplotlib.font_manager import fontManager

    if all(entry.name != CJK for entry in fontManager.ttflist):
        fontManager.addfont(CJK_FILE)
        fontManager.ttflist.append(replace(fontManager.ttflist[-1], weight=700))  # its one weight serves for bold too


def unknown(text: str) -> str:
    """Characters of a text that no font here has: boxes stand for them in PNG and PDF."""
    from matplotlib.font_manager import get_font

    known = {code for file in (files()[0], CJK_FILE) for code in get_font(file).get_charmap()}
    return "".join(sorted({c for c in text if not c.isspace() and ord(c) not in known}))
