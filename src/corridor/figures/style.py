"""One style for every chart: colours, texts, frame, and files that are the same bytes every time."""

from __future__ import annotations

import bisect
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple
from warnings import catch_warnings, filterwarnings
from xml.sax.saxutils import escape

from corridor.study import Outcome

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMS = ("svg", "png", "pdf")
"""Endings of files that can be written."""

OKABE_ITO = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Colours that remain apart for colour-blind readers (Okabe and Ito 2008); a corridor has one of them everywhere."""

MARKS = ("o", "s", "^", "D", "v", "P", "X")
"""A mark for each corridor, so that colour is never the only sign."""

HATCHES = ("", "///", "...", "\\\\\\", "xxx", "++", "--")
"""A hatch for each corridor where it fills an area."""

FONT = "DejaVu Sans"
"""Comes with matplotlib, and has the two letters of Mongolian that Russian lacks."""

KEY_IN = 0.75
"""Room for a name in a key, or on an area, inches."""

NOTHING = "nothing sold"
"""What wins where no corridor does; it is grey."""

HALF_A_PERCENT, SAME_SHARE = 0.005, 1e-9
NOTHING_GREY = "#BBBBBB"
WHITE_BOX = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
GREY, PALE, RED = "#555555", "#E8E8E8", "#B00000"
WIDTH_IN, HEIGHT_IN, LEAST_AXES_IN, DPI = 7.6, 4.9, 2.4, 150
MARGIN_IN, LINE_IN, NOTE_IN = 0.15, 0.185, 0.64
TITLE_PT, TEXT_PT, SMALL_PT = 11.5, 9.0, 7.5

_STYLE: dict[str, Any] = {
    "font.family": [FONT],
    "font.size": TEXT_PT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": GREY,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "axes.unicode_minus": True,
    "hatch.linewidth": 0.6,
    "text.parse_math": False,  # names come from tables: a dollar sign in one is a dollar sign
    "text.usetex": False,
    "svg.fonttype": "none",  # words stay words that can be searched and read aloud
    "svg.hashsalt": "corridor",  # else every run makes other ids
    "pdf.fonttype": 42,
    "figure.dpi": DPI,
    "savefig.dpi": DPI,
}


class Caption(NamedTuple):
    """What a chart says of where its numbers come from.

    Attributes
    ----------
    context
        Study, scenario, date and dollars in one line.
    source
        Program, version and input.
    lifted
        Measures that are treated as if lifted; the chart says so in red.
    corridors
        Names in the order of the study, which gives them their colours.
    """

    context: str
    source: str
    lifted: tuple[str, ...]
    corridors: tuple[str, ...]

    def place(self, corridor: str) -> int:
        """Position of a corridor among the colours, marks and hatches."""
        known = [*self.corridors]
        return (known.index(corridor) if corridor in known else len(known)) % len(OKABE_ITO)

    def colour(self, corridor: str) -> str:
        """Colour of a corridor."""
        return OKABE_ITO[self.place(corridor)]

    def mark(self, corridor: str) -> str:
        """Mark of a corridor."""
        return MARKS[self.place(corridor)]

    def fill(self, corridor: str) -> tuple[str, str]:
        """Colour and hatch of an area that a corridor has; grey where nothing is sold."""
        return (NOTHING_GREY, "") if corridor == NOTHING else (self.colour(corridor), HATCHES[self.place(corridor)])


def caption(outcome: Outcome) -> Caption:
    """Say where the numbers of an outcome come from."""
    study = outcome.study
    return Caption(
        context=f"{study.file.title} · {outcome.scenario} · as of {outcome.as_of} · USD of {outcome.price_year}",
        source=f"Source: corridor {version('corridor')}, tables of {study.path.name} with the source of every number; "
        f"input {study.input_hash[:12]}. Law as of {outcome.as_of}: informs, is no legal advice.",
        lifted=outcome.lifted_measures,
        corridors=tuple(study.file.corridors),
    )


class Picture(NamedTuple):
    """A chart that is ready to be written.

    Attributes
    ----------
    title
        The claim.
    alt
        What is to be seen, in words, with the numbers.
    figure
        As matplotlib has it.
    """

    title: str
    alt: str
    figure: Figure

    def unknown_characters(self) -> str:
        """Characters of its texts that the font lacks: they show as boxes in PNG and PDF."""
        from matplotlib.font_manager import FontProperties, findfont, get_font
        from matplotlib.text import Text

        known = get_font(findfont(FontProperties(family=FONT))).get_charmap()
        texts: list[str] = [text.get_text() for text in self.figure.findobj(Text)]
        return "".join(sorted({c for text in texts for c in text if not c.isspace() and ord(c) not in known}))

    def render(self, form: str) -> bytes:
        """The file, the same bytes whenever the same numbers are drawn by the same versions.

        Parameters
        ----------
        form
            One of :data:`FORMS`.
        """
        said = {
            "svg": {"Title": self.title, "Date": None, "Creator": None},
            "png": {"Title": self.title, "Description": self.alt, "Software": None},
            "pdf": {"Title": self.title, "Subject": self.alt, "CreationDate": None, "Creator": None, "Producer": None},
        }[form]
        content = io.BytesIO()
        with styled(), catch_warnings():
            filterwarnings("ignore", message="Glyph .* missing")  # told by unknown_characters
            self.figure.savefig(content, format=form, metadata=said)
        drawn = content.getvalue()
        if form != "svg":
            return drawn
        described = f"</title>\n <desc>{escape(self.alt)}</desc>"
        text = drawn.decode("utf-8").replace("</title>", described, 1).replace("<svg ", '<svg role="img" ', 1)
        return text.encode("utf-8")


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the one style, whatever style the user has set for other work."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        for key, value in _STYLE.items():
            mpl.rcParams[key] = value  # type: ignore[index]  # its hints list every key there is
        yield


def frame(
    said: Caption,
    title: str,
    *,
    left_in: float = 0.75,
    right_in: float = 0.3,
    below_in: float = 0.5,
    rows_in: float = 0,
) -> tuple[Figure, Axes]:
    """A chart's frame: claim and context above, source below, and the axes between them.

    Parameters
    ----------
    said
        Where the numbers come from.
    title
        The claim.
    left_in, right_in, below_in
        Room beside and below the axes, inches.
    rows_in
        Height of the axes, inches; 0: what is left of the usual height.

    Returns
    -------
    figure, axes
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
    below = wrapped(said.source, SMALL_PT, usable)
    top_in = MARGIN_IN + sum(LINE_IN * size / TEXT_PT for _, size, _, _ in above) + 2 * MARGIN_IN
    foot_in = MARGIN_IN + len(below) * LINE_IN * SMALL_PT / TEXT_PT
    height = top_in + rows_in + below_in + foot_in
    height = height if rows_in else max(HEIGHT_IN, height + LEAST_AXES_IN)  # much to say makes a taller chart
    figure = Figure(figsize=(WIDTH_IN, height))
    y = height - MARGIN_IN
    for line, size, weight, colour in above:
        figure.text(MARGIN_IN / WIDTH_IN, y / height, line, va="top", size=size, weight=weight, color=colour)
        y -= LINE_IN * size / TEXT_PT
    for i, line in enumerate(reversed(below)):
        at = (MARGIN_IN / 2 + i * LINE_IN * SMALL_PT / TEXT_PT) / height
        figure.text(MARGIN_IN / WIDTH_IN, at, line, va="bottom", size=SMALL_PT, color=GREY)
    bottom = foot_in + below_in
    axes = figure.add_axes(
        (left_in / WIDTH_IN, bottom / height, 1 - (left_in + right_in) / WIDTH_IN, 1 - (bottom + top_in) / height)
    )
    axes.xaxis.set_major_formatter(lambda value, _: tick(value))
    axes.yaxis.set_major_formatter(lambda value, _: tick(value))
    return figure, axes


def tick(value: float) -> str:
    """A number on an axis: commas between thousands, as in all texts."""
    return f"{value:,.10g}".replace("-", "−")


def wrapped(text: str, size: float, width_in: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines that fit a width, as the font draws it; a word that is wider than a line is cut."""
    lines: list[str] = []
    for word in text.split(" "):  # no-break spaces stay
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size, bold=bold) <= width_in:
            lines[-1] = longer
        else:
            lines.append(shortened(word, size, width_in, bold=bold))
    return lines


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How wide the font draws a text, inches."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=FONT, size=size, weight="bold" if bold else "normal")
    with catch_warnings():
        filterwarnings("ignore", message="Glyph .* missing")
        points, _, _ = text_to_path.get_text_width_height_descent(text, font, ismath=False)
    return float(points) / POINTS_PER_INCH


POINTS_PER_INCH = 72.0


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
    axes.annotate(text, at, size=SMALL_PT, **{"annotation_clip": False, **usual, **how})


def key(axes: Axes, handles: Sequence[Artist]) -> None:
    """The key, right of the axes."""
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.02, 1), frameon=False, fontsize=SMALL_PT)


def note(figure: Figure, axes: Axes, text: str) -> None:
    """How to read the marks, in a line below the axis."""
    at = axes.get_position().y0 - NOTE_IN / figure.get_figheight()
    figure.text(0.5, at, text, ha="center", va="bottom", size=SMALL_PT, color=GREY)


def percent(share: float) -> str:
    """A share for reading: what is not nothing is never 0 %, and what is not all never 100 %."""
    if 0 < share < HALF_A_PERCENT:
        return "less than 1\N{NO-BREAK SPACE}%"
    if 1 - HALF_A_PERCENT <= share < 1 - SAME_SHARE:
        return "more than 99\N{NO-BREAK SPACE}%"
    return f"{100 * share:.0f}\N{NO-BREAK SPACE}%"


def counterfactual(said: Caption) -> str:
    """The last sentence of an alternative text, where measures are treated as if lifted."""
    return f" Counterfactual, not the law: as if lifted: {', '.join(said.lifted)}." if said.lifted else ""


def listed(words: Sequence[str]) -> str:
    """Words with commas, and an ``and`` before the last."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else "none"


def money(value: float) -> str:
    """A price for reading: no decimals from 100 on."""
    shown = f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"  # noqa: PLR2004  # three digits are enough
    return shown.replace("-", "−")
