"""Every chart and map, from results to SVG, PNG or PDF: the only rooms that know matplotlib.

A figure is a function from what was computed to a :class:`~corridor.figures.style.Picture`, whose title is a claim that
follows from the numbers, whichever way they fall. :data:`FIGURES` has them by name, with what each may be asked.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from corridor import report
from corridor.errors import UsageError, did_you_mean
from corridor.figures.atlas import atlas
from corridor.figures.bars import costs
from corridor.figures.frontier import dependence
from corridor.figures.gains import by_country
from corridor.figures.lawline import law
from corridor.figures.netback import netback
from corridor.figures.regime import regime_of
from corridor.figures.shares import shares_of
from corridor.figures.staircase import cost_and_time
from corridor.figures.style import FORMS, Picture
from corridor.figures.tornado import tornado_of
from corridor.sensitivity.run import Tell
from corridor.study import Outcome

__all__ = ["FIGURES", "Asked", "Figure", "Picture", "check", "form_of", "make", "netback", "regime_of"]


class Asked(NamedTuple):
    """What a reader asks of a figure; None: not said.

    Attributes
    ----------
    origin, commodity, market
        Mine, what is shipped, and node of sale.
    node
        A place; for the law, a name that several begin with stands for all of them.
    x, y
        Parameters of a plane, as for :func:`corridor.sensitivity.parameters.find_parameter`.
    by, without
        Whose share is capped; and a corridor or country without which it is done too.
    draws, seed
        How many draws, and of which scrambling.
    """

    origin: str | None = None
    commodity: str | None = None
    market: str | None = None
    node: str | None = None
    x: str | None = None
    y: str | None = None
    by: str | None = None
    without: str | None = None
    draws: int | None = None
    seed: int | None = None


class Figure(NamedTuple):
    """A figure that can be asked for by name.

    Attributes
    ----------
    shows
        In a few words.
    takes
        Fields of :class:`Asked` that mean something to it.
    needs
        Those without which it cannot be drawn.
    make
        From a scenario, what is asked, and who hears of progress.
    """

    shows: str
    takes: tuple[str, ...]
    needs: tuple[str, ...]
    make: Callable[[Outcome, Asked, Tell | None], Picture]


def _netback(outcome: Outcome, asked: Asked, _: Tell | None) -> Picture:
    return netback(outcome, report.asked(outcome, *asked[:3])[0])


def _regime(outcome: Outcome, asked: Asked, _: Tell | None) -> Picture:
    from corridor.sensitivity.regime import plane_of

    x, y = ((axis or "", None, None) for axis in (asked.x, asked.y))
    return regime_of(outcome, plane_of(outcome, report.known(outcome, asked.commodity), x, y))


ENDS = ("origin", "commodity", "market")
FIGURES: dict[str, Figure] = {
    "map": Figure(
        "what the best plan ships where, and the ways that it leaves unused",
        ("commodity",),
        (),
        lambda outcome, asked, _: atlas(outcome, report.known(outcome, asked.commodity)),
    ),
    "costs": Figure(
        "what each way costs, part by part, with its range",
        ENDS,
        (),
        lambda outcome, asked, _: costs(outcome, *asked[:3]),
    ),
    "staircase": Figure(
        "cost and time against distance", ENDS, (), lambda outcome, asked, _: cost_and_time(outcome, *asked[:3])
    ),
    "netback": Figure("one mine and commodity against its price, with break-evens", ENDS, (), _netback),
    "regime": Figure("who carries most in a plane of two parameters", ("commodity", "x", "y"), ("x", "y"), _regime),
    "tornado": Figure(
        "what moves net value, or a commodity's gap between corridors; takes a run",
        ("commodity",),
        (),
        lambda outcome, asked, tell: tornado_of(outcome, report.known(outcome, asked.commodity), tell),
    ),
    "shares": Figure(
        "in which share of draws each corridor is the best; takes a run",
        ("commodity", "draws", "seed"),
        (),
        lambda outcome, asked, tell: shares_of(
            outcome, report.known(outcome, asked.commodity), asked.draws, asked.seed, tell
        ),
    ),
    "law": Figure(
        "what held for which cargo at which berth since 2006",
        ("commodity", "node"),
        (),
        lambda outcome, asked, _: law(outcome, asked.commodity, asked.node),
    ),
    "gains": Figure(
        "what each country may bargain for, and gets as tariffs are", (), (), lambda outcome, *_: by_country(outcome)
    ),
    "frontier": Figure(
        "what it costs to depend less on one country",
        ("by", "without"),
        (),
        lambda outcome, asked, _: dependence(outcome, asked.by, asked.without),
    ),
}
"""What ``corridor figure`` can draw by name."""


def make(name: str, outcome: Outcome, asked: Asked = Asked(), tell: Tell | None = None) -> Picture:  # noqa: B008  # frozen
    """Draw a figure by name.

    Parameters
    ----------
    name
        One of :data:`FIGURES`.
    outcome
        A study under a scenario.
    asked
        What of it.
    tell
        Hears of progress where a figure takes a run.

    Raises
    ------
    UsageError
        If there is no such figure, or it cannot be asked so.
    NoAnswerError
        If there is nothing to draw.
    """
    check(name, asked)
    return FIGURES[name].make(outcome, asked, tell)


def check(name: str, asked: Asked) -> None:
    """Refuse a figure that there is not, and what it does not take.

    Raises
    ------
    UsageError
        In these cases, or if it needs more.
    """
    if name not in FIGURES:
        near = did_you_mean(name, [*FIGURES])
        raise UsageError(f'there is no figure "{name}".{near} There are: {", ".join(FIGURES)}.')
    figure = FIGURES[name]
    said = [field for field, value in asked._asdict().items() if value is not None]
    takes = ", ".join(f"--{field}" for field in figure.takes)
    if strange := [f"--{field}" for field in said if field not in figure.takes]:
        raise UsageError(f"{name} does not take {', '.join(strange)}. It takes {takes or 'no names'}.")
    if lacking := [f"--{field}" for field in figure.needs if field not in said]:
        raise UsageError(f"{name} needs {' and '.join(lacking)}. It takes {takes}.")


def form_of(place: Path) -> str:
    """Form in which a figure is written to a place.

    Raises
    ------
    UsageError
        If there is no such form.
    """
    form = place.suffix.removeprefix(".").lower()
    if form not in FORMS:
        ending = f'"{place.suffix}"' if place.suffix else "no ending"
        raise UsageError(f"{place} has {ending}: a figure is written as {', '.join(f'.{known}' for known in FORMS)}.")
    return form
