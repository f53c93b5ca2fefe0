"""Which figures a brief has, in their order, and how each is drawn."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from corridor import figures
from corridor.brief.document import Block, FigureBlock, Name, Paragraph
from corridor.brief.text import say
from corridor.brief.view import View
from corridor.errors import NoAnswerError, UsageError
from corridor.figures import Asked, Picture


@dataclass(frozen=True)
class Slot:
    """A place for a figure.

    Attributes
    ----------
    section
        Key of the section that it stands in.
    key
        Its name.
    short
        Whether it stands in the short form of a brief too.
    picture
        Draws it; None where the study has nothing to draw.
    command
        What draws it alone.
    """

    section: str
    key: str
    short: bool
    picture: Callable[[View], Picture | None]
    command: Callable[[View], str]


def drawn(view: View, section: str) -> Iterator[Block]:
    """The figures of a section; where one cannot be drawn, a note says why."""
    for slot in SLOTS:
        if slot.section != section or not (view.full or slot.short):
            continue
        try:
            picture = slot.picture(view)
        except (NoAnswerError, UsageError) as error:
            yield Paragraph(say("Not drawn: {why}", why=Name(str(error))), "note")
            continue
        if picture is not None:
            svg = picture.render("svg").decode("utf-8")
            png = picture.render("png") if view.with_png else b""
            yield FigureBlock(slot.key, picture.title, picture.alt, svg, slot.command(view), png)


def _ends(view: View, *, market: bool) -> Asked | None:
    """The largest mine's commodity, and its main market."""
    sale = view.main.flagship
    if sale is None:
        return None
    return Asked(sale.origin, sale.commodity, sale.market if market else None)


def _named(name: str, *, market: bool) -> tuple[Callable[[View], Picture | None], Callable[[View], str]]:
    """Draws a figure of the largest mine by its name, and the command that does."""

    def picture(view: View) -> Picture | None:
        ends = _ends(view, market=market)
        return figures.make(name, view.main.outcome, ends) if ends else None

    def words(view: View) -> str:
        ends = _ends(view, market=market) or Asked()
        asked = [word for field, value in ends._asdict().items() if value for word in (f"--{field}", str(value))]
        return command(view, name, *asked)

    return picture, words


def command(view: View, name: str, *asked: str) -> str:
    """The command that draws a figure alone."""
    scenario = () if view.main.is_default else ("--scenario", view.main.scenario)
    return shlex.join(["corridor", "figure", name, *asked, *scenario, "-o", f"{name}.svg"])


def _map(view: View) -> Picture | None:
    return figures.make("map", view.main.outcome) if view.main.outcome.routes else None


def _shares(view: View) -> Picture | None:
    from corridor.figures.shares import shares_from

    return shares_from(view.main.outcome, None, view.draws) if view.draws else None


def _shares_command(view: View) -> str:
    return command(view, "shares", "--draws", str(view.n_draws), "--seed", str(view.seed))


def _tornado(view: View) -> Picture | None:
    from corridor.figures.tornado import tornado_from

    sale = view.main.flagship
    if view.tornado is None or sale is None or not any(g["commodity"] == sale.commodity for g in view.tornado["gaps"]):
        return None
    return tornado_from(view.main.outcome, sale.commodity, view.tornado)


def _tornado_command(view: View) -> str:
    sale = view.main.flagship
    return command(view, "tornado", *(("--commodity", sale.commodity) if sale else ()))


def _frontier(view: View) -> Picture | None:
    return figures.make("frontier", view.main.outcome) if view.frontier else None


def _gains(view: View) -> Picture | None:
    return figures.make("gains", view.main.outcome) if view.gains else None


def _regime(view: View) -> Picture | None:
    """The plane of price and tariff, where more than one corridor wins in it."""
    if view.plane is None or len(view.planes_winners) < 2:  # noqa: PLR2004  # words are enough
        return None
    return figures.regime_of(view.main.outcome, view.plane)


def _regime_command(view: View) -> str:
    found = view.plane
    if found is None:
        return ""
    return command(view, "regime", "--x", found.x.name, "--y", found.y.name, "--commodity", found.commodity or "")


SLOTS: tuple[Slot, ...] = (
    Slot("compared", "map", True, _map, lambda view: command(view, "map")),
    Slot("costs", "costs", False, *_named("costs", market=True)),
    Slot("costs", "staircase", False, *_named("staircase", market=True)),
    Slot("change", "netback", False, *_named("netback", market=False)),
    Slot("change", "regime", False, _regime, _regime_command),
    Slot("change", "tornado", False, _tornado, _tornado_command),
    Slot("law", "law", False, lambda view: figures.make("law", view.main.outcome), lambda view: command(view, "law")),
    Slot("dependence", "frontier", False, _frontier, lambda view: command(view, "frontier")),
    Slot("dependence", "gains", False, _gains, lambda view: command(view, "gains")),
    Slot("sureness", "shares", False, _shares, _shares_command),
)
"""In the order in which they stand."""
