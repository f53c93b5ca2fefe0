"""Cost and time against distance: slopes are hauls, steps are borders, ports, gauge breaks and loading."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from corridor.figures import layout, style
from corridor.figures.comparison import by_way_of, compared
from corridor.figures.style import Caption, Picture
from corridor.figures.words import counterfactual, listed
from corridor.routes import Route
from corridor.study import Outcome
from corridor.units import HOURS_PER_DAY
from corridor.wording import from_id, money, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANEL_IN, BETWEEN_IN, LEFT_IN, NAMES_IN = 1.62, 0.12, 0.55, 1.35
APART_PT = 1.7
"""Lines stand so far from each other where routes share a stretch."""

STOPS = {"border": "D", "gauge_break": "^", "port": "s", "transload": "o"}
"""Kinds of links that cargo stands still on, with their marks."""


class Step(NamedTuple):
    """A link of a route: its kind, and what it adds."""

    kind: str
    km: float
    usd_per_t: float
    hours: float


class Stair(NamedTuple):
    """A route as steps, from the mine.

    Attributes
    ----------
    corridor, way, status
        Name, by which place in words, and the status where it may not be used (blank: it may).
    steps
        In order of travel.
    """

    corridor: str
    way: str
    status: str
    steps: Sequence[Step]

    @property
    def km(self) -> float:
        """Whole distance."""
        return math.fsum(step.km for step in self.steps)

    @property
    def usd_per_t(self) -> float:
        """Whole generalised cost."""
        return math.fsum(step.usd_per_t for step in self.steps)

    @property
    def days(self) -> float:
        """Whole time."""
        return math.fsum(step.hours for step in self.steps) / HOURS_PER_DAY

    @property
    def standing_share(self) -> float:
        """Share of the time that is spent at stops."""
        stood = math.fsum(step.hours for step in self.steps if step.kind in STOPS)
        return stood / (HOURS_PER_DAY * self.days) if self.days else 0.0


class Staircase(NamedTuple):
    """What is drawn: commodity, mine and market in words; and the routes, the cheapest first."""

    subject: str
    stairs: Sequence[Stair]


def cost_and_time(outcome: Outcome, origin: str | None, commodity: str | None, market: str | None) -> Picture:
    """Draw the routes of one mine to one market against distance; the names are those of :func:`compared`."""
    found = compared(outcome, origin, commodity, market)
    return draw(style.caption(outcome), Staircase(found.subject, [_stair(outcome, route) for route in found.routes]))


def _stair(outcome: Outcome, route: Route) -> Stair:
    costs = outcome.costs[route.commodity]
    steps = [
        Step(outcome.network.edges[e].link.kind, float(costs.km[e]), float(costs.generalised[e]), float(costs.hours[e]))
        for e in route.edges
    ]
    return Stair(from_id(route.corridor), by_way_of(outcome, route), "" if route.usable else route.law_status, steps)


def claim(chart: Staircase) -> str:
    """What the chart says, whichever way its numbers fall."""
    usable = [stair for stair in chart.stairs if not stair.status]
    if not usable:
        return f"{chart.subject}: no way may be used"
    cheapest = min(usable, key=lambda stair: stair.usd_per_t)
    fastest = min(usable, key=lambda stair: stair.days)
    cheap = f"{money(cheapest.usd_per_t)} USD/t"
    fast = f"{money(fastest.days)} days"
    if len(usable) == 1:
        told = f"{cheapest.corridor} is the one way that may be used: {cheap}, {fast}"
    elif cheapest is fastest:
        told = f"{cheapest.corridor} is both cheapest ({cheap}) and fastest ({fast})"
    else:
        told = f"{cheapest.corridor} is cheapest ({cheap}), {fastest.corridor} fastest ({fast})"
    longest = max(usable, key=lambda stair: stair.standing_share)
    stood = f"stops take {percent(cheapest.standing_share)} of the time"
    if len(usable) > 1:
        stood += f" by {cheapest.corridor}"
        most = percent(longest.standing_share)
        stood += f", {most} by {longest.corridor}" if most != percent(cheapest.standing_share) else ""
    return f"{chart.subject}: {told}; {stood}"


def draw(said: Caption, chart: Staircase) -> Picture:
    """Draw two panels over one distance: cost above, time below."""
    from matplotlib.lines import Line2D

    with style.styled():
        title = claim(chart)
        below_in, key_in = 0.45, 0.25
        sheet = layout.page(said, title, 2 * PANEL_IN + BETWEEN_IN + below_in + key_in)
        width_in = style.WIDTH_IN - LEFT_IN - NAMES_IN
        time = sheet.axes(LEFT_IN, below_in, width_in, PANEL_IN)
        cost = sheet.axes(LEFT_IN, below_in + PANEL_IN + BETWEEN_IN, width_in, PANEL_IN)
        far = max(stair.km for stair in chart.stairs) or 1.0
        _panel(cost, said, chart, lambda step: step.usd_per_t, far)
        _panel(time, said, chart, lambda step: step.hours / HOURS_PER_DAY, far)
        cost.set_ylabel("generalised cost, USD/t")
        time.set_ylabel("time, days")
        time.set_xlabel("distance from the mine, km")
        cost.tick_params(labelbottom=False)
        kinds = [kind for kind in STOPS if any(step.kind == kind for stair in chart.stairs for step in stair.steps)]
        handles = [
            Line2D([], [], marker=STOPS[kind], color=style.GREY, markerfacecolor="white", markersize=4, linewidth=3,
                   label=kind.replace("_", " ").replace("transload", "loading, transfer"))
            for kind in kinds
        ]  # fmt: skip
        if any(stair.status for stair in chart.stairs):
            handles.append(Line2D([], [], color=style.GREY, linestyle="dashed", label="not available"))
        cost.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(0, 1.02), ncols=5, frameon=False,
            fontsize=style.SMALL_PT, borderaxespad=0, columnspacing=1.2,
        )  # fmt: skip
        return Picture(title, described(said, chart), sheet.figure)


def _panel(axes: Axes, said: Caption, chart: Staircase, amount: Callable[[Step], float], far: float) -> None:
    """One panel: every route's running sum, moved a little aside so that shared stretches are all seen."""
    from matplotlib.transforms import ScaledTranslation

    ends = []
    for i, stair in enumerate(chart.stairs):
        aside = (i - (len(chart.stairs) - 1) / 2) * APART_PT / layout.POINTS_PER_INCH
        figure = axes.get_figure()
        moved = axes.transData + ScaledTranslation(aside / math.sqrt(2), -aside / math.sqrt(2), figure.dpi_scale_trans)  # type: ignore[union-attr]
        colour, dash = said.colour(stair.corridor), "dashed" if stair.status else "solid"
        pale = 0.5 if stair.status else None
        km, sums = [0.0], [0.0]
        for step in stair.steps:
            km.append(km[-1] + step.km)
            sums.append(sums[-1] + amount(step))
            if step.kind in STOPS:
                axes.plot(
                    km[-2:], sums[-2:], color=colour, linewidth=3, solid_capstyle="butt", alpha=pale, transform=moved
                )
                middle = (km[-2] + km[-1]) / 2, (sums[-2] + sums[-1]) / 2
                axes.plot(*[[at] for at in middle], marker=STOPS[step.kind], color=colour, markerfacecolor="white",
                          markersize=3.2, markeredgewidth=0.7, linestyle="none", transform=moved, zorder=4)  # fmt: skip
        axes.plot(km, sums, color=colour, linewidth=1.2, linestyle=dash, transform=moved, gid=f"route {i}")
        ends.append((km[-1], sums[-1]))
    high = max(y for _, y in ends) or 1.0
    axes.set_xlim(-0.015 * far, 1.03 * far)
    axes.set_ylim(-0.03 * high, 1.08 * high)
    axes.grid(color=style.PALE, linewidth=0.6)
    axes.set_axisbelow(True)
    _names(axes, said, chart, ends)


def _names(axes: Axes, said: Caption, chart: Staircase, ends: Sequence[tuple[float, float]]) -> None:
    """The name of each line right of the panel, moved apart, with its end value."""
    bottom, top = axes.get_ylim()
    least = 2 * layout.LINE_IN * style.SMALL_PT / style.TEXT_PT / PANEL_IN * (top - bottom)
    places = layout.spread([y for _, y in ends], least, bottom + least / 2, top - least / 2)
    for stair, (x, y), at in zip(chart.stairs, ends, places, strict=True):
        colour = said.colour(stair.corridor)
        status = f", {stair.status}" if stair.status else ""
        name = layout.shortened(f"{money(y)}  {stair.corridor}{status}", style.SMALL_PT, NAMES_IN - 0.2)
        way = layout.shortened(stair.way, style.SMALL_PT, NAMES_IN - 0.2)
        axes.annotate(
            f"{name}\n{way}",
            (x, y),
            xytext=(1.03, (at - bottom) / (top - bottom)),
            textcoords="axes fraction",
            va="center",
            size=style.SMALL_PT,
            color=colour,
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": colour,
                "linewidth": 0.5,
                "shrinkA": 0,
                "shrinkB": 2,
                "relpos": (0, 0.5),
            },
        )


def described(said: Caption, chart: Staircase) -> str:
    """The chart in words."""
    told = [f"Two line charts over distance from the mine: generalised cost (USD/t) and time (days). {chart.subject}."]
    for stair in chart.stairs:
        status = f", {stair.status}, not available" if stair.status else ""
        kinds = [kind for kind in STOPS if any(step.kind == kind for step in stair.steps)]
        stops = [_stop(stair, kind) for kind in kinds]
        told.append(
            f"{stair.corridor} by {stair.way}{status}: {money(stair.km)} km, {money(stair.usd_per_t)} USD/t, "
            f"{money(stair.days)} days; of that at stops: {listed(stops)}."
        )
    return " ".join(told) + counterfactual(said)


def _stop(stair: Stair, kind: str) -> str:
    own = [step for step in stair.steps if step.kind == kind]
    days = math.fsum(step.hours for step in own) / HOURS_PER_DAY
    return f"{kind.replace('_', ' ')} {money(math.fsum(step.usd_per_t for step in own))} USD/t and {money(days)} days"
