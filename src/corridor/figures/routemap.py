"""What a map of the best plan shows: strokes along links, with what flows on them, and places."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from corridor import report
from corridor.bound_for import by_corridor
from corridor.earth import great_circle_km
from corridor.errors import NoAnswerError
from corridor.geodata.shapes import Country, LinkShape, read_link_shapes, read_outlines
from corridor.network import Edge
from corridor.plan import NEGLIGIBLE_MTPA
from corridor.routes import Route
from corridor.schema import EFFECTS, Node
from corridor.study import Outcome, geography_of
from corridor.values import Floats

MOVES = ("rail", "road", "sea")
"""Kinds of links that are lines; all others are places."""

ENDS_WITHIN_KM = 30.0
"""A line whose ends lie farther from its nodes belongs to another network of the same names: it is not used."""


class Stroke(NamedTuple):
    """A link on the map.

    Attributes
    ----------
    link, kind
        Its id and kind.
    line
        Points x (longitude, latitude), degrees, in the direction of travel.
    schematic
        Whether it is straight between the places that are known.
    mtpa
        Corridor to what flows on it, Mt/yr.
    idle, closed
        Corridors whose best way leads over it unused; and those whose way may not be used.
    """

    link: str
    kind: str
    line: Floats
    schematic: bool
    mtpa: Mapping[str, float]
    idle: tuple[str, ...]
    closed: tuple[str, ...]


class Spot(NamedTuple):
    """A place on the map.

    Attributes
    ----------
    name, native_name
        In Latin letters, and as people there write it (or blank).
    longitude_deg, latitude_deg
        Where it lies.
    role
        ``mine``, ``gateway``, ``market`` or ``crossing``.
    corridor
        Of a gateway.
    mtpa
        What it ships, loads, buys or lets pass, Mt/yr.
    """

    name: str
    native_name: str
    longitude_deg: float
    latitude_deg: float
    role: str
    corridor: str
    mtpa: float


class RouteMap(NamedTuple):
    """What is drawn.

    Attributes
    ----------
    subject
        What is shipped, in words.
    strokes, spots
        Lines and places.
    mtpa
        Corridor to what it carries, Mt/yr; all of the study's stand in it.
    closed
        Corridor to the status of its best way, where no way of it may be used.
    outlines, home
        Land by country, and the countries of the mines.
    """

    subject: str
    strokes: Sequence[Stroke]
    spots: Sequence[Spot]
    mtpa: Mapping[str, float]
    closed: Mapping[str, str]
    outlines: Mapping[str, Country]
    home: tuple[str, ...]

    @property
    def whole_mtpa(self) -> float:
        """All that is shipped."""
        return math.fsum(self.mtpa.values())


def route_map(outcome: Outcome, commodity: str | None = None) -> RouteMap:
    """Take from the best plan, and from the best way of each corridor, what a map shows.

    Parameters
    ----------
    outcome
        A study under a scenario.
    commodity
        Of this one alone; None: of all.

    Raises
    ------
    NoAnswerError
        If no way leads from any mine to any market.
    """
    edges = outcome.network.edges
    flows: dict[int, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for (cargo, e), tonnes in by_corridor(outcome.plan).items():
        if commodity in (None, cargo):
            for corridor, flow in tonnes.items():
                flows[e][corridor] += flow
    blocks = [block for block in report.summary(outcome) if commodity in (None, block["commodity"])]
    usable: list[Route] = [route for block in blocks for route in block["lawful"]]
    barred: list[Route] = [route for block in blocks for route in block["not_lawful"]]
    if not flows and not usable and not barred:
        raise NoAnswerError(f"no way leads from any mine to any market on {outcome.as_of}; nothing was drawn.")
    mtpa = dict.fromkeys(outcome.study.file.corridors, 0.0)
    for (corridor, cargo), carried in outcome.plan.corridors().items():
        if commodity in (None, cargo):
            mtpa[corridor] = mtpa.get(corridor, 0.0) + carried
    open_to = {route.corridor for route in usable} | {corridor for corridor, carried in mtpa.items() if carried}
    closed: dict[str, str] = {}
    for route in barred:
        if route.corridor not in open_to:
            known = closed.get(route.corridor, EFFECTS[-1])
            closed[route.corridor] = min(known, route.law_status, key=EFFECTS.index)
    folder = geography_of(outcome)
    strokes = _strokes(outcome, flows, usable, barred, read_link_shapes(folder))
    cargo = outcome.network.commodities[commodity].name if commodity else "all minerals"
    home = tuple(sorted({node.country for node in outcome.tables["nodes"] if node.kind == "mine"}))
    on_map = {*flows} | {e for route in (*usable, *barred) for e in route.edges}
    spots = _spots(outcome, commodity, flows, [*usable, *barred], [edges[e] for e in sorted(on_map)])
    return RouteMap(cargo, strokes, spots, mtpa, closed, read_outlines(folder), home)


def _strokes(
    outcome: Outcome,
    flows: Mapping[int, Mapping[str, float]],
    usable: Sequence[Route],
    barred: Sequence[Route],
    shapes: Mapping[str, LinkShape],
) -> list[Stroke]:
    """One a link, both directions together, in the direction in which most goes."""
    edges, nodes = outcome.network.edges, outcome.network.nodes
    carried: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    toward: dict[str, dict[int, float]] = defaultdict(lambda: defaultdict(float))
    for e, tonnes in flows.items():
        for corridor, mtpa in tonnes.items():
            carried[edges[e].link.id][corridor] += mtpa
            toward[edges[e].link.id][e] += mtpa
    idle, closed = (_led_over(outcome, routes, toward) for routes in (usable, barred))
    strokes = []
    for link, ways in sorted(toward.items()):
        edge = edges[max(ways, key=lambda e: (ways[e], -e))]
        line, schematic = _line(edge, nodes, shapes.get(link))
        unused = tuple(name for name in sorted(idle[link]) if name not in carried[link])
        shut = tuple(name for name in sorted(closed[link]) if name not in carried[link] and name not in unused)
        strokes.append(Stroke(link, edge.link.kind, line, schematic, dict(carried[link]), unused, shut))
    return strokes


def _led_over(outcome: Outcome, routes: Iterable[Route], toward: dict[str, dict[int, float]]) -> dict[str, set[str]]:
    """Links to the corridors whose ways lead over them; directions of links without flow are noted."""
    found: dict[str, set[str]] = defaultdict(set)
    for route in routes:
        for e in route.edges:
            link = outcome.network.edges[e].link.id
            found[link].add(route.corridor)
            toward[link][e] += 0.0
    return found


def _line(edge: Edge, nodes: Mapping[str, Node], shape: LinkShape | None) -> tuple[Floats, bool]:
    """Line of an edge in its direction; straight where none is held, or where it ends elsewhere."""
    ends = np.array([(nodes[name].longitude_deg, nodes[name].latitude_deg) for name in (edge.tail, edge.head)])
    if shape is not None:
        line = shape.line if edge.tail == edge.link.from_node else shape.line[::-1]
        if (great_circle_km(*line[[0, -1]].T, *ends.T) <= ENDS_WITHIN_KM).all():
            return np.vstack([ends[:1], line, ends[1:]]), shape.schematic
    return ends, edge.link.kind in MOVES


def _spots(
    outcome: Outcome,
    commodity: str | None,
    flows: Mapping[int, Mapping[str, float]],
    routes: Sequence[Route],
    edges: Sequence[Edge],
) -> list[Spot]:
    """Mines, gateways, places of sale and crossings of what is drawn."""
    plan, network = outcome.plan, outcome.network
    at: dict[tuple[str, str], float] = defaultdict(float)
    solution = plan.solution
    for seller, mtpa in zip(plan.sellers, solution.purchases.tolist(), strict=True):
        if commodity in (None, seller.commodity) and mtpa > NEGLIGIBLE_MTPA:
            at["mine", seller.node] += mtpa
    for buyer, mtpa in zip(plan.buyers, solution.sales.tolist(), strict=True):
        if commodity in (None, buyer.commodity) and mtpa > NEGLIGIBLE_MTPA:
            at["market", buyer.node] += mtpa
    for route in routes:
        at["mine", route.origin] += 0.0
        at["market", route.market] += 0.0
    crossings: dict[str, str] = {}
    for edge in edges:
        kind = edge.link.kind
        if kind in ("sea", "border"):
            at["gateway" if kind == "sea" else "crossing", edge.tail] += 0.0
            crossings[edge.tail] = edge.link.crossing or ""
    for e, tonnes in flows.items():
        edge = network.edges[e]
        role = {"sea": "gateway", "border": "crossing"}.get(edge.link.kind)
        if role:
            at[role, edge.tail] += math.fsum(tonnes.values())
    return [
        Spot(
            node.name if role != "crossing" or node.native_name else crossings.get(name) or node.name,
            node.native_name,
            node.longitude_deg,
            node.latitude_deg,
            role,
            plan.corridor_at(name) if role == "gateway" else "",
            mtpa,
        )
        for (role, name), mtpa in sorted(at.items())
        for node in (network.nodes[name],)
    ]
