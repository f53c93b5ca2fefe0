"""What each way costs: one bar a route, its parts stacked, its range beneath."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from corridor.figures import layout, style
from corridor.figures.comparison import by_way_of, compared
from corridor.figures.layout import small
from corridor.figures.style import Caption, Picture
from corridor.figures.words import counterfactual, listed
from corridor.schema import NOT_CASH, PARTS
from corridor.study import Outcome
from corridor.wording import Names, from_id, money

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW_IN, NAME_IN, NUMBERS_IN, KEY_COLUMNS = 0.5, 1.35, 1.2, 6
FADED = 0.45
"""Opacity of what is not available."""

LEAST_LABELLED_IN = 0.24
"""Parts that are narrower have no number on them: the words beside the figure have it."""

ORDER = (*(part for part in PARTS if part not in NOT_CASH), *NOT_CASH)
"""What is paid in cash stands first, so that the cash total is a place on the bar."""

FILLS = {
    "haul": ("#8FA8BF", ""),
    "handling": ("#D9D9D9", ""),
    "gauge_break": ("#F2E6B8", "xxx"),
    "border": ("#F2E6B8", ""),
    "port": ("#C9B8D9", ""),
    "ocean": ("#BFE3EF", ""),
    "ad_valorem": ("#E8CFC0", ""),
    "loss": ("#E8CFC0", "\\\\\\"),
    "capital": ("#D5E3C0", ""),
    "other": ("#D9D9D9", "///"),
    "time": ("#FFFFFF", "///"),
    "reliability": ("#FFFFFF", "\\\\\\"),
    "carbon": ("#FFFFFF", "xxx"),
}
"""Pale, so that a number on it can be read, and no corridor's colour; what nobody is invoiced for is white."""


class Bar(NamedTuple):
    """One route.

    Attributes
    ----------
    corridor, way, entry, status
        Name, by which place in words, over which border crossing, and the status where it may not be used (blank: it
        may).
    parts
        Part to USD/t, without those that are nothing.
    low, high
        Generalised cost with every component at its bound.
    """

    corridor: str
    way: str
    entry: str
    status: str
    parts: dict[str, float]
    low: float
    high: float

    @property
    def total(self) -> float:
        """Generalised cost, USD/t."""
        return math.fsum(self.parts.values())

    @property
    def cash(self) -> float:
        """Cash cost, USD/t."""
        return math.fsum(cost for part, cost in self.parts.items() if part not in NOT_CASH)


class Bars(NamedTuple):
    """What is drawn: commodity, mine and market in words; and the bars, the cheapest first."""

    subject: str
    bars: Sequence[Bar]


def costs(outcome: Outcome, origin: str | None, commodity: str | None, market: str | None) -> Picture:
    """Draw what the routes of one mine to one market cost; the names are those of :func:`compared`."""
    found, names = compared(outcome, origin, commodity, market), Names(outcome)
    bars = [
        Bar(
            from_id(route.corridor),
            by_way_of(outcome, route),
            names.place(route.entry) if route.entry != route.gateway else "",
            "" if route.usable else route.law_status,
            {part: cost for part, cost in zip(PARTS, route.parts, strict=True) if cost},
            route.low,
            route.high,
        )
        for route in found.routes
    ]
    return draw(style.caption(outcome), Bars(found.subject, bars))


def claim(chart: Bars) -> str:
    """What the chart says, whichever way its numbers fall."""
    usable = [bar for bar in chart.bars if not bar.status]
    if not usable:
        first = chart.bars[0]
        would = f"the cheapest, by {_named(first)}, would cost {money(first.total)} USD/t"
        return f"{chart.subject}: no way may be used; {would}"
    best, *others = usable
    told = f"{chart.subject}: {best.corridor} is cheapest at {money(best.total)} USD/t"
    if others:
        dearer = [f"{bar.corridor} costs {money(bar.total - best.total)} more" for bar in others]
        sure = all(bar.low > best.high for bar in others)
        told += f"; {listed(dearer)}, " + ("beyond the ranges" if sure else "but their ranges overlap")
    for bar in chart.bars:
        if bar.status:
            less = bar.total < best.total
            far = f"{money(abs(bar.total - best.total))} {'less' if less else 'more'}"
            told += f"; {_named(bar)} would cost {far}"
    return told


def _named(bar: Bar) -> str:
    return f"{bar.corridor} ({bar.status})" if bar.status else bar.corridor


def draw(said: Caption, chart: Bars) -> Picture:
    """Draw one bar a route."""
    from matplotlib.patches import Patch

    with style.styled():
        title = claim(chart)
        parts = [part for part in ORDER if any(part in bar.parts for bar in chart.bars)]
        key_in = layout.LINE_IN * math.ceil(len(parts) / KEY_COLUMNS) + 0.08
        rows_in = len(chart.bars) * ROW_IN
        sheet = layout.page(said, title, rows_in + key_in + 0.62)
        width_in = style.WIDTH_IN - NAME_IN - NUMBERS_IN - 2 * layout.MARGIN_IN
        axes = sheet.axes(NAME_IN + layout.MARGIN_IN, 0.57, width_in, rows_in)
        lowest = min(0.0, *(bar.low for bar in chart.bars), *(_negative(bar) for bar in chart.bars))
        highest = max(max(bar.high, bar.total - _negative(bar)) for bar in chart.bars) or 1.0
        axes.set_xlim(lowest * 1.02, highest * 1.02)
        axes.set_ylim(len(chart.bars) - 0.5, -0.5)
        for i, bar in enumerate(chart.bars):
            _stack(axes, bar, i, width_in / (1.02 * (highest - lowest)))
            axes.plot([bar.low, bar.high], [i + 0.33, i + 0.33], color="black", linewidth=0.9, marker="|", markersize=5)
            axes.plot([bar.cash] * 2, [i - 0.36, i + 0.2], color="black", linewidth=1.4)
            _beside(axes, said, bar, i)
        axes.set_yticks([])
        axes.spines["left"].set_position(("data", 0.0))
        axes.set_xlabel("generalised cost, USD/t")
        handles = [
            Patch(facecolor=FILLS[part][0], hatch=FILLS[part][1], edgecolor="#777777", linewidth=0.4, label=_word(part))
            for part in parts
        ]
        axes.legend(
            handles=handles,
            loc="lower left",
            bbox_to_anchor=(-(NAME_IN) / width_in, 1 + 0.08 / rows_in),
            ncols=KEY_COLUMNS,
            frameon=False,
            fontsize=style.SMALL_PT,
            borderaxespad=0,
            handlelength=1.3,
            columnspacing=1.0,
        )
        layout.note(
            sheet.figure,
            axes,
            "white: invoiced by nobody · thick stroke: cash total · line below: range · pale: not available",
        )
        return Picture(title, described(said, chart), sheet.figure)


def _negative(bar: Bar) -> float:
    return math.fsum(cost for cost in bar.parts.values() if cost < 0)


def _stack(axes: Axes, bar: Bar, row: int, inches_per_usd: float) -> None:
    """Parts from 0 to the right; what is earned to the left of it."""
    right, left = 0.0, 0.0
    for part in ORDER:
        cost = bar.parts.get(part, 0.0)
        if not cost:
            continue
        start = right if cost > 0 else left
        face, hatch = FILLS[part]
        axes.barh(
            row - 0.08,
            cost,
            left=start,
            height=0.56,
            facecolor=face,
            hatch=hatch,
            edgecolor="#777777",
            linewidth=0.4,
            alpha=FADED if bar.status else None,
        )
        if abs(cost) * inches_per_usd >= LEAST_LABELLED_IN:
            box = style.WHITE_BOX if hatch else None
            small(axes, money(cost), (start + cost / 2, row - 0.08), bbox=box)
        right, left = (right + cost, left) if cost > 0 else (right, left + cost)


def _beside(axes: Axes, said: Caption, bar: Bar, row: int) -> None:
    """Name of the route on the left, its numbers on the right."""
    beside = axes.get_yaxis_transform()
    left: dict[str, Any] = {"xycoords": beside, "ha": "left", "annotation_clip": False}
    name = layout.shortened(_named(bar), style.TEXT_PT, NAME_IN, bold=True)
    way = layout.shortened(bar.way, style.SMALL_PT, NAME_IN)
    shift = -72 * NAME_IN
    colour = said.colour(bar.corridor)
    axes.annotate(
        name, (0, row), xytext=(shift, 3), textcoords="offset points", va="bottom", color=colour, weight="bold", **left
    )
    small(axes, way, (0, row), xytext=(shift, 1), va="top", **left)
    entry = layout.shortened(f"over {bar.entry}", style.SMALL_PT, NAME_IN) if bar.entry else ""
    small(axes, entry, (0, row), xytext=(shift, -9), va="top", color=style.GREY, **left)
    axes.annotate(
        f"{money(bar.total)}", (1, row), xytext=(6, 3), textcoords="offset points", va="bottom", weight="bold", **left
    )
    numbers = f"{money(bar.low)} to {money(bar.high)}; cash {money(bar.cash)}"
    small(axes, numbers, (1, row), xytext=(6, 1), va="top", color=style.GREY, **left)


def _word(part: str) -> str:
    return part.replace("_", " ")


def described(said: Caption, chart: Bars) -> str:
    """The chart in words."""
    told = [f"Stacked bars of generalised cost, USD/t. {chart.subject}."]
    for bar in chart.bars:
        status = f", {bar.status}, not available" if bar.status else ""
        parts = ", ".join(f"{_word(part)} {money(bar.parts[part])}" for part in ORDER if part in bar.parts)
        over = f" over {bar.entry}" if bar.entry else ""
        ends = f"{money(bar.low)} to {money(bar.high)}"
        told.append(
            f"{bar.corridor} by {bar.way}{over}{status}: {money(bar.total)}, range {ends}, cash {money(bar.cash)}; "
            f"{parts}."
        )
    return " ".join(told) + counterfactual(said)
