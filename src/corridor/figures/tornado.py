"""What an outcome hangs on: one bar a parameter, from its low to its high end, with the line where a decision turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from corridor.errors import NoAnswerError
from corridor.figures import layout, style
from corridor.figures.layout import small
from corridor.figures.style import Caption, Picture
from corridor.figures.words import counterfactual, listed, sentence
from corridor.study import Outcome
from corridor.wording import Names, from_id, money

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from corridor.sensitivity.run import Tell

ROW_IN = 0.27
NAME_IN = 2.9
"""Most room for a parameter's name, inches; what is longer is cut."""

LOW_COLOUR, HIGH_COLOUR = "#56B4E9", "#E69F00"
PRECISE = 1e-9
NAMED_IN_TITLE = 2
"""So many parameters have room in the title."""


class Swing(NamedTuple):
    """A parameter, and the outcome with it at its low and at its high end, all others as they are."""

    parameter: str
    low: float
    high: float

    @property
    def width(self) -> float:
        """How far the outcome moves."""
        return abs(self.high - self.low)


class Tornado(NamedTuple):
    """What is drawn.

    Attributes
    ----------
    outcome, unit
        What moves, in words, and its unit.
    swings
        One a parameter, in any order.
    base
        The outcome with all parameters as they are.
    decision
        Where the decision turns; None where there is no such line.
    below, above
        What is decided below and above the line, in words.
    most
        How many parameters are drawn, the widest first; what is left out is told.
    alone
        How many more parameters leave nothing to compare with at one of their ends; they are not drawn.
    """

    outcome: str
    unit: str
    swings: Sequence[Swing]
    base: float
    decision: float | None = None
    below: str = ""
    above: str = ""
    most: int = 15
    alone: int = 0


def ordered(chart: Tornado) -> list[Swing]:
    """Parameters by how far the outcome moves, the widest first."""
    return sorted(chart.swings, key=lambda swing: (-swing.width, swing.parameter))


def crossing(chart: Tornado) -> list[Swing]:
    """Parameters that alone carry the outcome to the other side of the decision line, or onto it."""
    if chart.decision is None:
        return []
    line, side = chart.decision, chart.base - chart.decision
    return [s for s in ordered(chart) if any((end - line) * side <= 0 for end in (s.low, s.high))]


def claim(chart: Tornado) -> str:
    """What the chart says, whichever way it falls."""
    rows = ordered(chart)
    if not rows or rows[0].width <= PRECISE:
        return f"No parameter moves {chart.outcome}"
    ends = f"{money(rows[0].low)} to {money(rows[0].high)} {chart.unit}"
    widest = f"{sentence(chart.outcome)} hangs most on {rows[0].parameter} ({ends})"
    if chart.decision is None:
        return widest
    turning = crossing(chart)
    if not turning:
        return f"{widest}; none of {len(rows)} parameters alone turns the decision"
    verb = "turns" if len(turning) == 1 else "turn"
    more = len(turning) - NAMED_IN_TITLE
    named = listed([*(swing.parameter for swing in turning[:NAMED_IN_TITLE]), *([f"{more} more"] if more > 0 else [])])
    return f"{widest}; {len(turning)} of {len(rows)} parameters alone {verb} the decision: {named}"


def tornado(said: Caption, chart: Tornado) -> Picture:
    """Draw one bar a parameter, those that turn the decision in bold."""
    with style.styled():
        title = claim(chart)
        rows, turning = ordered(chart)[: chart.most], {swing.parameter for swing in crossing(chart)}
        names = [layout.shortened(swing.parameter, style.SMALL_PT, NAME_IN, bold=True) for swing in rows]
        name_in = max((layout.width(name, style.SMALL_PT, bold=True) for name in names), default=0.0)
        figure, axes = layout.frame(
            said, title, left_in=name_in + 0.3, right_in=0.5, below_in=0.72, rows_in=max(len(rows), 3) * ROW_IN + 0.3
        )
        for i, swing in enumerate(rows):
            for end, colour, hatch in ((swing.low, LOW_COLOUR, ""), (swing.high, HIGH_COLOUR, "///")):
                axes.barh(
                    i, end - chart.base, left=chart.base, height=0.7, color=colour, hatch=hatch, edgecolor="white"
                )
        axes.set_ylim(max(len(rows), 3) - 0.4, -1.1)
        axes.set_yticks(range(len(rows)), names, size=style.SMALL_PT)
        for tick, swing in zip(axes.get_yticklabels(), rows, strict=True):
            tick.set_fontweight("bold" if swing.parameter in turning else "normal")
            tick.set_color("black")
        axes.tick_params(axis="y", length=0)
        axes.axvline(chart.base, color=style.GREY, linewidth=0.8)
        _limits(axes, chart, rows)
        if chart.decision is not None:
            axes.axvline(chart.decision, color=style.RED, linewidth=1.2, linestyle="dashed")
            line, how = (chart.decision, -0.75), {"color": style.RED, "bbox": style.WHITE_BOX}
            if chart.below:
                small(axes, f"◂ {chart.below}", line, xytext=(-4, 0), ha="right", **how)
            if chart.above:
                small(axes, f"{chart.above} ▸", line, xytext=(4, 0), ha="left", **how)
        axes.set_xlabel(f"{chart.outcome}, {chart.unit}")
        left_out = len(chart.swings) - len(rows)
        more = f" · {left_out} narrower left out" if left_out else ""
        bold = " · bold: turns the decision alone" if turning else ""
        more += f" · at one end of {chart.alone} more no second way" if chart.alone else ""
        layout.note(figure, axes, f"plain: parameter at its low end · hatched: at its high end{bold}{more}")
        return Picture(title, described(said, chart), figure)


def _limits(axes: Axes, chart: Tornado, rows: Sequence[Swing]) -> None:
    """Room for all bars, the base and the decision line, and beside the line for its words."""
    marked = [chart.base, *(end for swing in rows for end in (swing.low, swing.high))]
    if chart.decision is not None:
        marked.append(chart.decision)
    room = 0.12 * (max(marked) - min(marked)) or 1.0
    axes.set_xlim(min(marked) - room, max(marked) + room)


def described(said: Caption, chart: Tornado) -> str:
    """The chart in words."""
    told = f"Bar chart of {chart.outcome} ({chart.unit}), {money(chart.base)} as things are. "
    if chart.decision is not None:
        told += f"Decision line at {money(chart.decision)}: below {chart.below or '–'}, above {chart.above or '–'}. "
    told += " ".join(f"{s.parameter}: {money(s.low)} to {money(s.high)}." for s in ordered(chart)[: chart.most])
    return told + counterfactual(said)


def tornado_of(outcome: Outcome, commodity: str | None, tell: Tell | None = None) -> Picture:
    """Draw a run in which each number of the tables goes to its ends, all others as they are.

    Parameters
    ----------
    outcome
        A study under a scenario.
    commodity
        How far its best corridor lies ahead of the next at the mine; None: net value of the whole plan.
    tell
        Hears of progress.

    Raises
    ------
    NoAnswerError
        If the commodity has less than two corridors to choose from.
    """
    from corridor.sensitivity.question import answer

    return tornado_from(outcome, commodity, answer(outcome, "tornado", tell=tell))


def tornado_from(outcome: Outcome, commodity: str | None, found: Mapping[str, Any]) -> Picture:
    """Draw such a run that was made already: what :func:`corridor.sensitivity.question.answer` found."""
    names = Names(outcome)
    if commodity is None:
        swings = [
            Swing(names.parameter(row["input"]), row["low_musd_per_yr"], row["high_musd_per_yr"])
            for row in found["tornado"]
        ]
        chart = Tornado("net value", "million USD/yr", swings, found["central_musd_per_yr"])
        return tornado(style.caption(outcome), chart)
    rows = [row for row in found["gaps"] if row["commodity"] == commodity]
    if not rows:
        raise NoAnswerError(f"{commodity} has no two corridors to choose from on {outcome.as_of}; nothing was drawn.")
    ends = [(row["input"], row["gap_low_usd_per_t"], row["gap_high_usd_per_t"]) for row in rows]
    swings = [
        Swing(names.parameter(name), low, high) for name, low, high in ends if low is not None and high is not None
    ]
    best, name = from_id(rows[0]["best"]), outcome.network.commodities[commodity].name
    chart = Tornado(
        f"lead of {best} for {name[:1].lower()}{name[1:]}",
        "USD/t",
        swings,
        rows[0]["gap_usd_per_t"],
        0.0,
        "another corridor wins",
        f"{best} wins",
        alone=len(rows) - len(swings),
    )
    return tornado(style.caption(outcome), chart)
