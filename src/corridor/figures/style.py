"""One style for every chart: colours, texts, frame, and files that are the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple
from warnings import catch_warnings, filterwarnings
from xml.sax.saxutils import escape

from corridor.figures import fonts
from corridor.study import Outcome
from corridor.wording import from_id

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMS = ("svg", "png", "pdf")
"""Endings of files that can be written."""

OKABE_ITO = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Colours that remain apart for colour-blind readers (Okabe and Ito 2008); a corridor has one of them everywhere."""

MARKS = ("o", "s", "^", "D", "v", "P", "X")
"""A mark for each corridor, so that colour is never the only sign."""

HATCHES = ("", "///", "\\\\\\", "xxx", "++", "--", "||")
"""A hatch for each corridor where it fills an area; dots would take a hundred kilobytes each in SVG."""

NOTHING = "nothing sold"
"""What wins where no corridor does; it is grey."""

NOTHING_GREY = "#BBBBBB"
WHITE_BOX = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
GREY, PALE, RED = "#555555", "#E8E8E8", "#B00000"
WIDTH_IN, DPI = 160 / 25.4, 200
"""A figure is as wide as the text of an A4 page with margins of 25 mm: no letter is made smaller there."""

TITLE_PT, TEXT_PT, SMALL_PT = 10.0, 8.5, 7.0


_STYLE: dict[str, Any] = {
    "font.family": [*fonts.FAMILIES],
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
        In the order of the study, which gives them their colours: ids and names have the same.
    """

    context: str
    source: str
    lifted: tuple[str, ...]
    corridors: tuple[str, ...]

    def place(self, corridor: str) -> int:
        """Position of a corridor among the colours, marks and hatches."""
        known, name = [from_id(each) for each in self.corridors], from_id(corridor)
        return (known.index(name) if name in known else len(known)) % len(OKABE_ITO)

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
        """Characters of its texts that no font has: they show as boxes in PNG and PDF."""
        from matplotlib.text import Text

        return fonts.unknown("".join(text.get_text() for text in self.figure.findobj(Text)))

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

    fonts.make_known()
    with mpl.rc_context():
        mpl.rcdefaults()
        for key, value in _STYLE.items():
            mpl.rcParams[key] = value  # type: ignore[index]  # its hints list every key there is
        yield
