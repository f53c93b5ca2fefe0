"""The plane of two parameters, divided into the polygons in which each corridor wins."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from corridor.figures import layout, style
from corridor.figures.layout import small
from corridor.figures.style import NOTHING, Caption, Picture
from corridor.figures.words import counterfactual, listed
from corridor.sensitivity.regime import Regime
from corridor.study import Outcome
from corridor.values import Floats
from corridor.wording import from_id, percent

LEAST_LABELLED = 0.02
"""A winner whose largest polygon has a smaller share of the plane is not named on it: the key has the name."""

SHOWN_OPACITY = 0.55


class Region(NamedTuple):
    """A polygon of the plane and who wins in it.

    Attributes
    ----------
    vertices
        Corners in order, vertices x 2.
    corridor
        Who wins; blank where nothing is sold; several in a tie, joined by `` = ``.
    """

    vertices: Floats
    corridor: str


class RegimeMap(NamedTuple):
    """What is drawn.

    Attributes
    ----------
    subject
        What the corridors compete for, in words.
    regions
        Polygons that fill the plane.
    x_name, y_name
        Parameters, with their units.
    today
        Where the scenario stands; it may lie outside of the plane.
    """

    subject: str
    regions: Sequence[Region]
    x_name: str
    y_name: str
    today: tuple[float, float]


def areas(chart: RegimeMap) -> dict[str, float]:
    """Share of the plane that each winner has, the largest first."""
    by_name: dict[str, float] = defaultdict(float)
    for region in chart.regions:
        by_name[region.corridor or NOTHING] += abs(_area(region.vertices))
    whole = math.fsum(by_name.values())
    shares = {name: area / whole if whole else 0.0 for name, area in by_name.items()}
    return dict(sorted(shares.items(), key=lambda item: (-item[1], item[0])))


def winners_at(chart: RegimeMap, point: tuple[float, float]) -> list[str]:
    """Who wins at a point: several on a border, none outside of the plane."""
    found = (region.corridor or NOTHING for region in chart.regions if _holds(region.vertices, point))
    return sorted({*found})


def claim(chart: RegimeMap) -> str:
    """What the map says, whichever way it falls."""
    shares, here = areas(chart), winners_at(chart, chart.today)
    now = {0: "the scenario lies outside of the plane", 1: f"{''.join(here)} wins as things are"}.get(
        len(here), f"{listed(here)} are as good as each other as things are"
    )
    if len(shares) == 1:
        return f"{chart.subject}: {now}, and {next(iter(shares))} wins all over the plane"
    told = listed([f"{name} {percent(share)}" for name, share in shares.items()])
    return f"{chart.subject}: {now}; of the plane {told}"


def regime(said: Caption, chart: RegimeMap) -> Picture:
    """Draw who wins where: one colour and hatch a corridor, today's point marked."""
    from matplotlib.patches import Patch, Polygon

    with style.styled():
        title = claim(chart)
        figure, axes = layout.frame(said, title, left_in=0.85, right_in=1.75)
        corners = np.concatenate([np.asarray(region.vertices, dtype=float) for region in chart.regions])
        shown = np.vstack([corners, [chart.today]])
        (left, bottom), (right, top) = shown.min(axis=0).tolist(), shown.max(axis=0).tolist()
        axes.set_xlim(left, right if right > left else left + 1)
        axes.set_ylim(bottom, top if top > bottom else bottom + 1)
        whole = math.fsum(abs(_area(region.vertices)) for region in chart.regions)
        by_size = sorted(chart.regions, key=lambda region: abs(_area(region.vertices)))
        largest = {region.corridor: region for region in by_size}
        for region in chart.regions:
            face, hatch = said.fill(region.corridor or NOTHING)
            axes.add_patch(
                Polygon(
                    region.vertices, facecolor=face, hatch=hatch, edgecolor="white", linewidth=1, alpha=SHOWN_OPACITY
                )
            )
            if whole and abs(_area(region.vertices)) / whole >= LEAST_LABELLED and region is largest[region.corridor]:
                small(
                    axes,
                    layout.shortened(region.corridor or NOTHING, style.SMALL_PT, layout.KEY_IN),
                    _centre(region.vertices),
                    bbox=style.WHITE_BOX,
                )
        star: dict[str, Any] = {"marker": "*", "color": "black", "linestyle": "none"}
        axes.plot(*chart.today, markersize=13, markeredgecolor="white", clip_on=False, zorder=5, **star)
        keys = []
        for name, share in areas(chart).items():
            face, hatch = said.fill(name)
            words = f"{layout.shortened(name, style.SMALL_PT, layout.KEY_IN)} {percent(share)}"
            keys.append(Patch(facecolor=face, hatch=hatch, edgecolor="white", alpha=SHOWN_OPACITY, label=words))
        layout.key(axes, [*keys, *axes.plot([], [], markersize=10, label="as things are", **star)])
        axes.set_xlabel(chart.x_name)
        axes.set_ylabel(chart.y_name)
        return Picture(title, described(said, chart), figure)


def regime_of(outcome: Outcome, found: Regime) -> Picture:
    """Draw the plane of two parameters of a scenario: which corridor carries most in each polygon."""
    name = outcome.network.commodities[found.commodity].name if found.commodity else "all minerals"
    cargo, how = name[:1].lower() + name[1:], "" if found.exact else " (sampled)"
    chart = RegimeMap(
        subject=f"Most tonnes of {cargo}{how}",
        regions=[Region(area.corners, from_id(area.winner)) for area in found.areas],
        x_name=f"{found.x.name} ({found.x.row.unit})",
        y_name=f"{found.y.name} ({found.y.row.unit})",
        today=found.today,
    )
    return regime(style.caption(outcome), chart)


def described(said: Caption, chart: RegimeMap) -> str:
    """The map in words."""
    here = winners_at(chart, chart.today)
    shares = listed([f"{name} {percent(share)}" for name, share in areas(chart).items()])
    x, y = chart.today
    wins = listed(here) if here else "outside of the plane"
    return (
        f"Map of the plane of {chart.x_name} and {chart.y_name} for {chart.subject}, in {len(chart.regions)} polygons. "
        f"Shares of the plane: {shares}. As things are, {x:g} and {y:g}: {wins}."
    ) + counterfactual(said)


def _area(vertices: Floats) -> float:
    """Area of a polygon, below 0 where its corners run clockwise."""
    x, y = np.asarray(vertices, dtype=float).T
    return 0.5 * float(x @ np.roll(y, -1) - y @ np.roll(x, -1))


def _centre(vertices: Floats) -> tuple[float, float]:
    """Centre of mass of a polygon; the mean of its corners where it has no area."""
    corners = np.asarray(vertices, dtype=float)
    following = np.roll(corners, -1, axis=0)
    cross = corners[:, 0] * following[:, 1] - following[:, 0] * corners[:, 1]
    centre = (
        ((corners + following) * cross[:, None]).sum(axis=0) / (3 * cross.sum()) if cross.sum() else corners.mean(0)
    )
    return float(centre[0]), float(centre[1])


def _holds(vertices: Floats, point: tuple[float, float]) -> bool:
    """Tell whether a convex polygon holds a point; its border belongs to it."""
    corners = np.asarray(vertices, dtype=float)
    sides, to_point = np.roll(corners, -1, axis=0) - corners, np.asarray(point) - corners
    turns = sides[:, 0] * to_point[:, 1] - sides[:, 1] * to_point[:, 0]
    slack = 1e-9 * float(np.abs(turns).max(initial=0.0))
    return bool((turns >= -slack).all() or (turns <= slack).all())
