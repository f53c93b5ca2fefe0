"""The law over time: what held for which cargo at which berth, and the measures that changed it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from corridor import report
from corridor.errors import NoAnswerError
from corridor.figures import layout, style
from corridor.figures.style import Caption, Picture
from corridor.figures.words import counterfactual, listed, sentence
from corridor.schema import EFFECTS
from corridor.study import Outcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROW_IN, NAME_IN, RIGHT_IN, FLAGS_IN = 0.36, 2.05, 0.2, 1.35
FLAG_PT, FLAG_SIZE_PT, SLANT_DEG, STALK_IN = 9.0, 6.5, 48, 0.25
MOST_YEARS = 10

LOOKS = {
    "open": ("#FFFFFF", ""),
    "conditional": ("#DCE9F2", "--"),
    "unclear": ("#B9B9B9", "///"),
    "barred": ("#3A3A3A", ""),
}
"""Strictness from white to dark, with hatches, and none of the corridors' colours."""


class Period(NamedTuple):
    """A status and the days on which it held, both belonging to it; measures behind it."""

    first: dt.date
    last: dt.date
    effect: str
    measures: tuple[str, ...]


class History(NamedTuple):
    """A row: berths and cargoes for which the same held on all days."""

    berths: tuple[str, ...]
    cargoes: tuple[str, ...]
    periods: tuple[Period, ...]


class LawChart(NamedTuple):
    """What is drawn: rows, first and last day."""

    rows: Sequence[History]
    first: dt.date
    last: dt.date


def law(outcome: Outcome, commodity: str | None = None, node: str | None = None) -> Picture:
    """Draw the status of cargoes at berths since 2006; the mildest for any buyer.

    Parameters
    ----------
    outcome
        Its tables, and the measures that it lifts.
    commodity, node
        Only of these; a name that several nodes begin with stands for all of them.

    Raises
    ------
    UsageError
        If a name is none of the study's.
    NoAnswerError
        If nothing is known there.
    """
    history = outcome.law_history
    report.known_word(commodity, history.network.commodities, "commodity")
    found = history.timeline(
        outcome.as_of, berths=history.nodes(node) if node else (), commodities=(commodity,) if commodity else ()
    )
    by_cargo: dict[tuple[str, str, str], list[Period]] = {}
    for first, last, status in found.spans:
        if not status.importer:
            measures = tuple(dict.fromkeys(rule.measure for rule in status.rules))
            own = by_cargo.setdefault((status.node, status.origin, status.commodity), [])
            _extend(own, Period(first, last, status.effect, measures))
    if not by_cargo:
        raise NoAnswerError("no way of the tables leads there; nothing was drawn.")
    chart = LawChart(_rows(outcome, by_cargo), found.first, found.last)
    return draw(style.caption(outcome), chart)


def _extend(periods: list[Period], later: Period) -> None:
    """Go on with the last period where the effect is the same."""
    if periods and periods[-1].effect == later.effect:
        periods[-1] = periods[-1]._replace(last=later.last)
    else:
        periods.append(later)


def _rows(outcome: Outcome, by_cargo: dict[tuple[str, str, str], list[Period]]) -> list[History]:
    """Cargoes for which the same held at a berth share a row, and so do berths with the same cargoes and history."""
    nodes, cargoes = outcome.law_history.network.nodes, outcome.law_history.network.commodities
    several = len({origin for _, origin, _ in by_cargo}) > 1
    groups: dict[str, dict[str, None]] = {}
    whole = max(2, len({cargo[1:] for cargo in by_cargo}))
    at_berth: dict[tuple[str, tuple[tuple[dt.date, str], ...]], list[tuple[str, Sequence[Period]]]] = {}
    for (node, origin, commodity), periods in by_cargo.items():
        name = cargoes[commodity].name + (f" ({origin})" if several else "")
        groups.setdefault(cargoes[commodity].group, {})[name] = None
        at_berth.setdefault((node, _key(periods)), []).append((name, periods))
    rows: dict[tuple[tuple[str, ...], tuple[tuple[dt.date, str], ...]], tuple[list[str], Sequence[Period]]] = {}
    for (node, key), own in at_berth.items():
        names = tuple(_grouped([name for name, _ in own], groups)) if len(own) < whole else ("all cargoes",)
        rows.setdefault((names, key), ([], own[0][1]))[0].append(nodes[node].name)
    found = [History(tuple(berths), names, tuple(periods)) for (names, _), (berths, periods) in rows.items()]
    order = [nodes[node].name for node in dict.fromkeys(node for node, _, _ in by_cargo)]
    return sorted(found, key=lambda row: order.index(row.berths[0]))


def _grouped(names: Sequence[str], groups: dict[str, dict[str, None]]) -> list[str]:
    """Names of cargoes; that of a group in place of all its members."""
    told: list[str] = []
    for group, members in groups.items():
        own = [name for name in members if name in names]
        told += [group] if len(own) == len(members) > 1 else own
    return told


def _key(periods: Sequence[Period]) -> tuple[tuple[dt.date, str], ...]:
    return tuple((period.first, period.effect) for period in periods)


def claim(said: Caption, chart: LawChart) -> str:
    """What the timeline says, whichever way it falls: how it stands on its last day."""
    at_berth: dict[str, set[str]] = {}
    for row in chart.rows:
        for berth in row.berths:
            at_berth.setdefault(berth, set()).add(row.periods[-1].effect)
    told = []
    for effect in EFFECTS:
        own = [berth for berth, effects in at_berth.items() if effects == {effect}]
        told += [f"{effect} at {_some(own)}"] if own else []
    mixed = [berth for berth, effects in at_berth.items() if len(effects) > 1]
    parted = f"at {_some(mixed)} it depends on the cargo" if mixed else ""
    stands = "; ".join(part for part in (listed(told) if told else "", parted) if part)
    return f"{'As if measures were lifted,' if said.lifted else 'The law'} on {chart.last}: {stands}"


def _some(names: Sequence[str], most: int = 3) -> str:
    return listed([*names]) if len(names) <= most else f"{len(names)} berths"


def draw(said: Caption, chart: LawChart) -> Picture:
    """Draw one bar a row, divided by status, with flags where a measure changed it."""
    from matplotlib.patches import Patch

    with style.styled():
        title = claim(said, chart)
        rows_in = len(chart.rows) * ROW_IN
        flags = _flags(chart)
        flags_in = _room_in(flags)
        sheet = layout.page(said, title, rows_in + flags_in + 0.55)
        width_in = style.WIDTH_IN - NAME_IN - RIGHT_IN - layout.MARGIN_IN
        axes = sheet.axes(NAME_IN + layout.MARGIN_IN, 0.5, width_in, rows_in)
        start, end = chart.first.toordinal(), chart.last.toordinal() + 1
        axes.set_xlim(start, end)
        axes.set_ylim(len(chart.rows) - 0.5, -0.5)
        for i, row in enumerate(chart.rows):
            for period in row.periods:
                begin = period.first.toordinal()
                face, hatch = LOOKS[period.effect]
                axes.barh(i, period.last.toordinal() + 1 - begin, left=begin, height=0.62, facecolor=face, hatch=hatch,
                          edgecolor="#777777", linewidth=0.5)  # fmt: skip
            _name(axes, row, i)
        axes.set_yticks([])
        years = [*range(chart.first.year, chart.last.year + 1)]
        years = years[:: math.ceil(len(years) / MOST_YEARS)]
        days = [max(dt.date(year, 1, 1), chart.first).toordinal() for year in years]
        axes.set_xticks(days, [*map(str, years)])
        _draw_flags(axes, flags, width_in, flags_in)
        handles = [
            Patch(facecolor=LOOKS[effect][0], hatch=LOOKS[effect][1], edgecolor="#777777", linewidth=0.5, label=effect)
            for effect in EFFECTS
        ]
        axes.legend(
            handles=handles, loc="upper left", bbox_to_anchor=(-NAME_IN / width_in, -0.24 / rows_in), ncols=4,
            frameon=False, fontsize=style.SMALL_PT, borderaxespad=0, columnspacing=1.4, handlelength=2,
        )  # fmt: skip
        return Picture(title, described(said, chart), sheet.figure)


def _name(axes: Axes, row: History, at: int) -> None:
    """Berths of a row, and its cargoes below."""
    how: dict[str, Any] = {"xycoords": axes.get_yaxis_transform(), "ha": "left", "annotation_clip": False}
    shift = -72 * NAME_IN
    berths = layout.shortened(", ".join(row.berths), style.SMALL_PT, NAME_IN - 0.08, bold=True)
    cargoes = ", ".join(row.cargoes)
    layout.small(axes, berths, (0, at), xytext=(shift, 0.5), va="bottom", weight="bold", **how)
    words = layout.shortened(cargoes, style.SMALL_PT, NAME_IN - 0.08)
    layout.small(axes, words, (0, at), xytext=(shift, -0.5), va="top", color=style.GREY, **how)


def _flags(chart: LawChart) -> list[tuple[dt.date, str]]:
    """Days on which a status changed, with the measures that begin to hold or cease."""
    found: dict[dt.date, list[str]] = {}
    for row in chart.rows:
        for before, after in zip(row.periods, row.periods[1:], strict=False):
            began = [name for name in after.measures if name not in before.measures]
            named = began or [*after.measures] or [f"{name} ends" for name in before.measures]
            own = found.setdefault(after.first, [])
            own += [name for name in named[:1] if name not in own]
    return [(day, listed(names)) for day, names in sorted(found.items())]


def _room_in(flags: Sequence[tuple[dt.date, str]]) -> float:
    """Height that the longest flag asks for, inches."""
    longest = max((layout.width(f"{when} {words}", FLAG_SIZE_PT) for when, words in flags), default=0.0)
    return min(FLAGS_IN, longest * math.sin(math.radians(SLANT_DEG)) + STALK_IN) if flags else 0.1


def _draw_flags(axes: Axes, flags: Sequence[tuple[dt.date, str]], width_in: float, room_in: float) -> None:
    """Measures above the bars, each with a line down to its day."""
    slant = math.radians(SLANT_DEG)
    start, end = axes.get_xlim()
    per_pt = (end - start) / (width_in * layout.POINTS_PER_INCH)
    days = [float(day.toordinal()) for day, _ in flags]
    most_in = (room_in - STALK_IN) / math.sin(slant) + 0.01
    across = math.cos(slant) * most_in * layout.POINTS_PER_INCH * per_pt
    places = layout.spread(days, FLAG_PT * per_pt / math.sin(slant), start, max(end - across, start))
    above = axes.get_xaxis_transform()
    line: dict[str, Any] = {"color": "#777777", "linewidth": 0.5}
    for day, at, (when, words) in zip(days, places, flags, strict=True):
        axes.plot([day, day], [0, 1], linestyle=":", transform=above, zorder=3, **line)
        axes.annotate(
            layout.shortened(f"{when} {words}", FLAG_SIZE_PT, most_in), (day, 1), xycoords=above, size=FLAG_SIZE_PT,
            xytext=((at - day) / per_pt, 11), textcoords="offset points", annotation_clip=False,
            rotation=SLANT_DEG, rotation_mode="anchor", ha="left", va="center",
            arrowprops={"arrowstyle": "-", "shrinkA": 0, "shrinkB": 0, "relpos": (0, 0), **line},
        )  # fmt: skip


def described(said: Caption, chart: LawChart) -> str:
    """The timeline in words."""
    told = [f"Timeline of the law from {chart.first} to {chart.last}, by berth and cargo; the mildest for any buyer."]
    told.append("Of the law alone: whether a railway or berth was there is not asked.")
    for row in chart.rows:
        spans = [
            f"from {period.first} {period.effect}" + (f" ({listed([*period.measures])})" if period.measures else "")
            for period in row.periods
        ]
        told.append(f"{listed([*row.berths])}, {listed([*row.cargoes])}: {'; '.join(spans)}.")
    return " ".join(sentence(text) for text in told) + counterfactual(said)
