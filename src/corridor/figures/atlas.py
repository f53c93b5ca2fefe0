"""The map: where the best plan ships what, with the ways that it leaves unused."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from corridor.figures import layout, style
from corridor.figures.ground import Ground, beside, draw_countries, ground
from corridor.figures.labels import Label, Placed, line_pt, place
from corridor.figures.maptext import amount, claim, described, remarks
from corridor.figures.routemap import MOVES, RouteMap, Spot, route_map
from corridor.figures.style import Caption, Picture
from corridor.figures.words import listed
from corridor.study import Outcome
from corridor.values import Floats
from corridor.wording import from_id

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

WIDEST_PT, THINNEST_PT, UNUSED_PT = 8.0, 0.5, 1.2
"""Widths of lines: the largest flow, the least that can be seen, and ways without flow."""

UNUSED_DASH, CLOSED_DASH = (0, (4, 2)), (0, (1, 1.6))
APART_PT = 0.7
KEY_IN = 0.52
FAR_KM = 3000.0
"""What lies farther from every mine and berth is shown by an arrow at the edge, not by a smaller map."""

NEAR_PT, SAME_PLACE_PT = 20.0, 5.0
"""Places closer together on the page share a mark, and the name of the first of them."""

NAME_IN, LABEL_PT, COUNTRY = 1.15, 6.5, "#8A8578"
MARKS = {"mine": "*", "market": "o", "crossing": "|"}
MARK_PT = {"*": 5.0, "o": 3.2, "|": 4.5}
RANKS = {"mine": 0, "gateway": 1, "market": 2, "crossing": 3}
LEAST_COUNTRY = 0.004
"""Countries that fill a smaller share of the map have no name on it."""


class Ribbon(NamedTuple):
    """A line on the page: whose it is, what it stands for, and where.

    Attributes
    ----------
    corridor, manner
        Name; ``flow``, ``idle`` or ``closed``.
    mtpa, width_pt
        What flows, and how wide it is drawn: by the square root.
    line
        Points of the page, moved aside from others on the same link.
    straight
        Whether only a straight line is known.
    link
        Its id.
    """

    corridor: str
    manner: str
    mtpa: float
    width_pt: float
    line: Floats
    straight: bool
    link: str


def atlas(outcome: Outcome, commodity: str | None = None) -> Picture:
    """Draw where the best plan ships what; of one commodity, or of all."""
    return draw(style.caption(outcome), route_map(outcome, commodity))


def draw(said: Caption, chart: RouteMap) -> Picture:
    """Draw the map with its key below."""
    with style.styled():
        title = claim(said, chart)
        width_in = style.WIDTH_IN - 2 * layout.MARGIN_IN
        on = ground(_mapped(chart), width_in)
        height_in = on.height_pt / layout.POINTS_PER_INCH
        sheet = layout.page(said, title, height_in + KEY_IN, more=remarks(chart))
        axes = sheet.axes(layout.MARGIN_IN, KEY_IN, width_in, height_in)
        axes.set_xlim(0, on.width_pt)
        axes.set_ylim(0, on.height_pt)
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set(visible=True, color=style.PALE)
        shown = draw_countries(axes, on, chart.outlines, chart.home)
        found = ribbons(chart, on, said)
        _draw_ribbons(axes, said, found)
        spots, marks = _shown(chart, on)
        _marks(axes, said, spots, marks)
        labels = [*_labels(spots, marks), *_departures(chart, on), *_countries(chart, shown, on)]
        lines = np.concatenate([_dense(ribbon.line) for ribbon in found]) if found else np.empty((0, 2))
        key_box = np.array([[x, y] for x in np.linspace(2, 90, 12) for y in (6.0, 14.0)])  # the scale bar's corner
        _write(axes, place(labels, np.vstack([marks, key_box]), lines, on.width_pt, on.height_pt))
        _scale_bar(axes, on)
        _key(axes, said, chart)
        return Picture(title, described(said, chart), sheet.figure)


def _mapped(chart: RouteMap) -> Floats:
    """Positions that the map must show: all places that are not too far from those of loading."""
    from corridor.earth import great_circle_km

    spots = np.array([(spot.longitude_deg, spot.latitude_deg) for spot in chart.spots])
    near = np.array([(s.longitude_deg, s.latitude_deg) for s in chart.spots if s.role in ("mine", "gateway")])
    km = great_circle_km(*spots.T[:, :, None], *near.T[:, None, :]).min(axis=1)
    shown = spots[km <= FAR_KM]
    drawn = [s.line for s in chart.strokes if s.kind != "sea" or np.isclose(shown, s.line[-1]).all(axis=1).any()]
    return np.vstack([shown, *drawn])


def scale_pt(chart: RouteMap) -> float:
    """Width of 1 Mt/yr."""
    most = max((mtpa for stroke in chart.strokes for mtpa in stroke.mtpa.values()), default=0.0)
    return WIDEST_PT / math.sqrt(most) if most else 0.0


def ribbons(chart: RouteMap, on: Ground, said: Caption) -> list[Ribbon]:
    """Lines on the page, those without flow first; what shares a link stands side by side."""
    scale = scale_pt(chart)
    found = []
    for stroke in chart.strokes:
        lanes = [
            (name, manner, mtpa, max(THINNEST_PT, scale * math.sqrt(mtpa)) if mtpa else UNUSED_PT)
            for name, manner, mtpa in (
                *((name, "flow", mtpa) for name, mtpa in stroke.mtpa.items()),
                *((name, "idle", 0.0) for name in stroke.idle),
                *((name, "closed", 0.0) for name in stroke.closed),
            )
        ]
        lanes.sort(key=lambda lane: (said.place(lane[0]), lane[0]))
        across = math.fsum(width for *_, width in lanes) + APART_PT * (len(lanes) - 1)
        at, line = across / 2, on.place(stroke.line)
        for name, manner, mtpa, width in lanes:
            moved = beside(line, at - width / 2)
            straight = stroke.schematic and len(stroke.line) <= 4  # noqa: PLR2004  # two ends, and a chord between
            found.append(Ribbon(name, manner, mtpa, width, moved, straight and stroke.kind in MOVES, stroke.link))
            at -= width + APART_PT
    return sorted(found, key=lambda ribbon: (ribbon.mtpa, ribbon.manner, ribbon.link))


def _draw_ribbons(axes: Axes, said: Caption, found: Sequence[Ribbon]) -> None:
    """Lines of one corridor and manner together; what has only its ends known gets white dashes."""
    from matplotlib.collections import LineCollection

    groups: dict[tuple[str, str], list[Ribbon]] = {}
    for ribbon in found:
        groups.setdefault((ribbon.manner, ribbon.corridor), []).append(ribbon)
    for (manner, corridor), own in sorted(groups.items(), key=lambda item: item[0][0] == "flow"):
        dash: Any = {"flow": "solid", "idle": UNUSED_DASH, "closed": CLOSED_DASH}[manner]
        axes.add_collection(
            LineCollection(
                [ribbon.line for ribbon in own],
                linewidths=[ribbon.width_pt for ribbon in own],
                colors=said.colour(corridor),
                linestyles=[dash],
                capstyle="round" if manner == "flow" else "butt",
                joinstyle="round",
                zorder=2,
                label=f"{corridor} {manner}",
            ),
            autolim=False,
        )
    bare = [
        ribbon for ribbon in found if ribbon.straight and ribbon.manner == "flow" and ribbon.width_pt > 2 * THINNEST_PT
    ]
    widths = [min(1.0, ribbon.width_pt / 4) for ribbon in bare]
    lines = [ribbon.line for ribbon in bare]
    axes.add_collection(
        LineCollection(lines, linewidths=widths, colors="white", linestyles=[(0, (3, 3))], zorder=2.1), autolim=False
    )


def _labels(spots: Sequence[Spot], at: Floats) -> Iterator[Label]:
    """Names of places."""
    for spot, (x, y) in zip(spots, at.tolist(), strict=True):
        name = layout.shortened(plain(spot.name), LABEL_PT, NAME_IN, bold=True)
        native = layout.shortened(spot.native_name, LABEL_PT, NAME_IN)
        rank = RANKS[spot.role] + (0 if spot.mtpa else 4) - min(spot.mtpa, 1e3) / 1e4
        lines = tuple(text for text in (name, native) if text)
        yield Label(x, y, lines, rank, LABEL_PT, bold=spot.role != "crossing")


def _shown(chart: RouteMap, on: Ground) -> tuple[list[Spot], Floats]:
    """Places on the map, one for those that lie together: the one with most to say; and where they stand."""
    kept: list[Spot] = []
    at = np.empty((0, 2))
    for spot in _by_rank(chart):
        [[x, y]] = on.place(np.array([[spot.longitude_deg, spot.latitude_deg]])).tolist()
        alone = not len(at) or np.hypot(*(at - [x, y]).T).min() >= SAME_PLACE_PT
        if alone and 0 <= x <= on.width_pt and 0 <= y <= on.height_pt:
            kept.append(spot)
            at = np.vstack([at, [x, y]])
    return kept, at


def plain(name: str) -> str:
    """What stands before a comma or a bracket: on a map there is no room for more."""
    return name.split(",", maxsplit=1)[0].split(" (", maxsplit=1)[0]


def _by_rank(chart: RouteMap) -> list[Spot]:
    """Places, those with most to say first."""
    return sorted(chart.spots, key=lambda spot: (not spot.mtpa, RANKS[spot.role], -spot.mtpa, spot.name))


def _marks(axes: Axes, said: Caption, spots: Sequence[Spot], at: Floats) -> None:
    """Marks of places, those that look alike together; hollow where nothing is shipped, and where it is sold."""
    looks: dict[tuple[str, str, str], list[int]] = {}
    for i, spot in enumerate(spots):
        gateway = spot.role == "gateway"
        mark = said.mark(spot.corridor) if gateway else MARKS[spot.role]
        edge = said.colour(spot.corridor) if gateway else "black"
        looks.setdefault((mark, edge, "white" if spot.role == "market" or not spot.mtpa else edge), []).append(i)
    for (mark, edge, face), which in looks.items():
        axes.plot(*at[which].T, marker=mark, markersize=MARK_PT.get(mark, 4.2), color=edge, markerfacecolor=face,
                  markeredgewidth=0.7, linestyle="none", zorder=4)  # fmt: skip


def _departures(chart: RouteMap, on: Ground) -> Iterator[Label]:
    """Where sea lines leave the map, and where to."""
    import shapely

    far: dict[tuple[int, int], tuple[Floats, set[str]]] = {}  # lines that leave nearly together share a name
    for stroke in chart.strokes:
        line = shapely.LineString(on.place(stroke.line))
        if stroke.kind != "sea" or on.frame.contains(shapely.Point(line.coords[-1])):
            continue
        ends = [spot for spot in chart.spots if np.allclose((spot.longitude_deg, spot.latitude_deg), stroke.line[-1])]
        out = shapely.get_coordinates(shapely.intersection(line, on.frame.boundary))
        if len(out) and ends:
            near = round(float(out[0][0]) / NEAR_PT), round(float(out[0][1]) / NEAR_PT)
            far.setdefault(near, (out[0], set()))[1].add(plain(ends[0].name))
    for at, names in far.values():
        text = layout.shortened(f"to {listed(sorted(names))}", LABEL_PT, NAME_IN)
        yield Label(float(at[0]), float(at[1]), (text,), 2.5, LABEL_PT)


def _countries(chart: RouteMap, shown: dict[str, Any], on: Ground) -> Iterator[Label]:
    """Names of the countries that are large enough, anywhere within them."""
    import shapely

    grid = np.stack(np.meshgrid(np.arange(6, on.width_pt, 9.0), np.arange(6, on.height_pt, 9.0)), axis=-1).reshape(
        -1, 2
    )
    for name, shape in shown.items():
        if shape.area > LEAST_COUNTRY * on.width_pt * on.height_pt:
            largest = max(shapely.get_parts(shape), key=shapely.area)
            x, y = shapely.get_coordinates(shapely.centroid(largest))[0].tolist()
            inside = grid[shapely.contains_xy(largest, *grid.T)]
            nearest = inside[np.argsort(np.hypot(*(inside - [x, y]).T), kind="stable")]
            spots = tuple((float(x), float(y)) for x, y in nearest)
            if spots:
                yield Label(x, y, (chart.outlines[name].name,), 20.0, style.TEXT_PT, on=spots)


def _write(axes: Axes, names: Sequence[Placed]) -> None:
    """Names on white boxes, with thin lines to places that lie apart."""
    from matplotlib.collections import LineCollection, PolyCollection

    boxes = [
        [(a, b), (a, d), (c, d), (c, b)] for placed in names if not placed.label.on for a, b, c, d in (placed.box,)
    ]
    axes.add_collection(
        PolyCollection(boxes, facecolors="white", edgecolors="none", alpha=0.55, zorder=5), autolim=False
    )
    leaders = [
        [(one.label.x, one.label.y), (min(max(one.label.x, a), c), min(max(one.label.y, b), d))]
        for one in names
        if one.leads
        for a, b, c, d in (one.box,)
    ]
    axes.add_collection(LineCollection(leaders, colors=style.GREY, linewidths=0.4, zorder=3), autolim=False)
    for label, (left, _, _, top) in names:
        for i, text in enumerate(label.lines):
            at = top - (i + 0.5) * line_pt(label)
            colour = COUNTRY if label.on else "black" if i == 0 else style.GREY
            weight = "bold" if label.bold and i == 0 else "normal"
            axes.text(left, at, text, size=label.size, va="center_baseline", color=colour, weight=weight, zorder=6)


def _dense(line: Floats, step_pt: float = 3.0) -> Floats:
    """Points along a line, no farther apart than a step."""
    lengths = np.hypot(*np.diff(line, axis=0).T)
    parts = [
        np.linspace(a, b, int(length / step_pt) + 1, endpoint=False)
        for a, b, length in zip(line[:-1], line[1:], lengths, strict=True)
    ]
    return np.concatenate([*parts, line[-1:]])


def _scale_bar(axes: Axes, on: Ground) -> None:
    km = round_figure(80 * on.km_per_pt)
    axes.plot([6, 6 + km / on.km_per_pt], [7, 7], color="black", linewidth=1.5, solid_capstyle="butt", zorder=6)
    axes.text(6, 9.5, f"{km:,.0f} km", size=LABEL_PT, va="bottom", ha="left", zorder=6)


def round_figure(most: float) -> float:
    """The largest of 1, 2 and 5 times a power of ten that is not above a number."""
    power = 10.0 ** math.floor(math.log10(most))
    return max((step * power for step in (1, 2, 5) if step * power <= most), default=power)


def _key(axes: Axes, said: Caption, chart: RouteMap) -> None:
    """Colours and marks of corridors with what they carry; widths; what dashes and dots mean."""
    from matplotlib.lines import Line2D

    def line(label: str, **how: Any) -> Line2D:
        return Line2D([], [], label=label, **how)

    handles: list[Artist] = []
    for name, mtpa in chart.mtpa.items():
        status = f", {chart.closed[name]}" if name in chart.closed else ""
        words = layout.shortened(f"{from_id(name)} {amount(mtpa)} Mt/yr{status}", style.SMALL_PT, 1.9)
        handles.append(line(words, color=said.colour(name), linewidth=3, marker=said.mark(name), markersize=4,
                            markeredgecolor="white", markeredgewidth=0.6))  # fmt: skip
    scale = scale_pt(chart)
    if scale:
        top = round_figure((WIDEST_PT / scale) ** 2)
        for mtpa in dict.fromkeys((top, round_figure(top / 9))):
            width = max(THINNEST_PT, scale * math.sqrt(mtpa))
            handles.append(line(f"{mtpa:g} Mt/yr", color="#888888", linewidth=width))
    if any(stroke.idle and stroke.kind in MOVES for stroke in chart.strokes):
        handles.append(line("best way, unused", color=style.GREY, linewidth=UNUSED_PT, linestyle=UNUSED_DASH))
    if any(stroke.closed and stroke.kind in MOVES for stroke in chart.strokes):
        handles.append(line("not available (law)", color=style.GREY, linewidth=UNUSED_PT, linestyle=CLOSED_DASH))
    for role, mark in MARKS.items():
        if any(spot.role == role for spot in chart.spots):
            words = {"mine": "mine", "market": "place of sale", "crossing": "border crossing"}[role]
            handles.append(line(words, color="black", marker=mark, markersize=4.5, linestyle="none",
                                markerfacecolor="white" if role == "market" else "black"))  # fmt: skip
    axes.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0, -0.015), ncols=math.ceil(len(handles) / 3), frameon=False,
        fontsize=style.SMALL_PT, borderaxespad=0, columnspacing=1.2, handlelength=2.2, labelspacing=0.35, borderpad=0,
    )  # fmt: skip
