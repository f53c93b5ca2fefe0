"""Where things stand on a figure: claim above, source below, axes between, and texts that keep apart."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from warnings import catch_warnings, filterwarnings

from corridor.figures import fonts
from corridor.figures.style import GREY, RED, SMALL_PT, TEXT_PT, TITLE_PT, WIDTH_IN, Caption
from corridor.figures.words import tick

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HEIGHT_IN, LEAST_AXES_IN = 4.2, 2.1
MARGIN_IN, LINE_IN, NOTE_IN = 0.12, 0.175, 0.6
KEY_IN = 0.75
"""Room for a name in a key, or on an area, inches."""

POINTS_PER_INCH = 72.0


class Page(NamedTuple):
    """A figure with its texts, and the room that is left between them.

    Attributes
    ----------
    figure
        As matplotlib has it.
    bottom_in, body_in
        Where the room begins, and how high it is, inches.
    """

    figure: Figure
    bottom_in: float
    body_in: float

    def axes(self, left_in: float, bottom_in: float, width_in: float, height_in: float, **how: Any) -> Axes:
        """Axes in the room; ``bottom_in`` counts from where it begins."""
        height = self.figure.get_figheight()
        at = (left_in / WIDTH_IN, (self.bottom_in + bottom_in) / height, width_in / WIDTH_IN, height_in / height)
        made = self.figure.add_axes(at, **how)
        made.xaxis.set_major_formatter(lambda value, _: tick(value))
        made.yaxis.set_major_formatter(lambda value, _: tick(value))
        return made


def page(said: Caption, title: str, body_in: float = 0, least_in: float = 0, more: str = "") -> Page:
    """A figure with claim and context above, and source below.

    Parameters
    ----------
    said
        Where the numbers come from.
    title
        The claim.
    body_in
        Height of the room between the texts, inches; 0: what is left of the usual height.
    least_in
        How much it is at least where it is what is left: much to say makes a taller figure.
    more
        Said after the source.
    """
    from matplotlib.figure import Figure

    usable = WIDTH_IN - 2 * MARGIN_IN
    above: list[tuple[str, float, str, str]] = [
        (line, TITLE_PT, "bold", "black") for line in wrapped(title, TITLE_PT, usable, bold=True)
    ]
    above += [(line, SMALL_PT, "normal", GREY) for line in wrapped(said.context, SMALL_PT, usable)]
    if said.lifted:
        counterfactual = f"COUNTERFACTUAL, NOT THE LAW: as if lifted: {', '.join(said.lifted)}"
        above += [(line, SMALL_PT, "bold", RED) for line in wrapped(counterfactual, SMALL_PT, usable, bold=True)]
    below = wrapped(f"{said.source} {more}".rstrip(), SMALL_PT, usable)
    top_in = MARGIN_IN + sum(LINE_IN * size / TEXT_PT for _, size, _, _ in above) + MARGIN_IN
    foot_in = MARGIN_IN + len(below) * LINE_IN * SMALL_PT / TEXT_PT
    body_in = body_in or max(HEIGHT_IN - top_in - foot_in, least_in)
    height = top_in + body_in + foot_in
    figure = Figure(figsize=(WIDTH_IN, height))
    y = height - MARGIN_IN
    for line, size, weight, colour in above:
        figure.text(MARGIN_IN / WIDTH_IN, y / height, line, va="top", size=size, weight=weight, color=colour)
        y -= LINE_IN * size / TEXT_PT
    for i, line in enumerate(reversed(below)):
        at = (MARGIN_IN / 2 + i * LINE_IN * SMALL_PT / TEXT_PT) / height
        figure.text(MARGIN_IN / WIDTH_IN, at, line, va="bottom", size=SMALL_PT, color=GREY)
    return Page(figure, foot_in, body_in)


def frame(
    said: Caption,
    title: str,
    *,
    left_in: float = 0.75,
    right_in: float = 0.3,
    below_in: float = 0.5,
    rows_in: float = 0,
) -> tuple[Figure, Axes]:
    """A figure with one chart.

    Parameters
    ----------
    said, title
        As for :func:`page`.
    left_in, right_in, below_in
        Room beside and below the axes, inches.
    rows_in
        Height of the axes, inches; 0: what is left of the usual height.

    Returns
    -------
    figure, axes
    """
    sheet = page(said, title, rows_in and rows_in + below_in, LEAST_AXES_IN + below_in)
    axes = sheet.axes(left_in, below_in, WIDTH_IN - left_in - right_in, sheet.body_in - below_in)
    return sheet.figure, axes


def wrapped(text: str, size: float, width_in: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines that fit a width, as the font draws it; a word that is wider than a line is cut."""
    space = width(" ", size, bold=bold)
    lines: list[str] = []
    filled = 0.0
    for word in text.split(" "):  # no-break spaces stay
        wide = width(word, size, bold=bold)
        if lines and filled + space + wide <= width_in:
            lines[-1] = f"{lines[-1]} {word}"
            filled += space + wide
        else:
            lines.append(word if wide <= width_in else shortened(word, size, width_in, bold=bold))
            filled = min(wide, width_in)
    return lines


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide the font draws a text, inches."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=[*fonts.FAMILIES], size=size, weight="bold" if bold else "normal")
    with catch_warnings():
        filterwarnings("ignore", message="Glyph .* missing")
        points, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(points) / POINTS_PER_INCH


def spread(wanted: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Move positions apart so that none is nearer than ``least`` to the next, in the same order, between two ends.

    Where there is no room for all, they stand evenly.
    """
    if len(wanted) > 1 and (len(wanted) - 1) * least > high - low:
        least = (high - low) / (len(wanted) - 1)
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = [0.0] * len(wanted)
    floor = low
    for i in order:
        placed[i] = floor = max(wanted[i], floor)
        floor += least
    ceiling = high
    for i in reversed(order):
        placed[i] = ceiling = min(placed[i], ceiling)
        ceiling -= least
    return placed


def shortened(text: str, size: float, width_in: float, *, bold: bool = False) -> str:
    """A text cut to a width, with an ellipsis where something was cut."""
    if width(text, size, bold=bold) <= width_in:
        return text
    kept = bisect.bisect(range(len(text)), width_in, key=lambda n: width(f"{text[:n]}…", size, bold=bold))
    return f"{text[: max(kept - 1, 0)]}…"


def small(axes: Axes, text: str, at: tuple[float, float], **how: Any) -> None:
    """A small text at a point of the axes, its letters never cut off by their edges."""
    usual: dict[str, Any] = {"ha": "center", "va": "center", "textcoords": "offset points", "xytext": (0, 0)}
    axes.annotate(text, at, **{"size": SMALL_PT, "annotation_clip": False, **usual, **how})


def key(axes: Axes, handles: Sequence[Artist]) -> None:
    """The key, right of the axes."""
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False, fontsize=SMALL_PT)


def note(figure: Figure, axes: Axes, text: str) -> None:
    """How to read the marks, in a line below the axis."""
    at = axes.get_position().y0 - NOTE_IN / figure.get_figheight()
    figure.text(0.5, at, text, ha="center", va="bottom", size=SMALL_PT, color=GREY)
