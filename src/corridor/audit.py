"""The typed links and the measured geography check each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field

from corridor.earth import chord_km, unit_vectors
from corridor.errors import Fault, InputError
from corridor.geodata.crosscheck import CrossCheck, Pair, searoute_check
from corridor.geodata.graph import MODES, GeoGraph
from corridor.geodata.places import Places
from corridor.geodata.sea import SEA_ROUTES, read_sea_routes
from corridor.paths import Floats, Ints, WeightedGraph
from corridor.schema import Identifier, Link, Node, Row, Text
from corridor.tables import Tables, read_rows
from corridor.units import parse

MOST_DIFFERENCE = 0.05
"""Share by which a measured railway or sea route may differ from the typed one without a written reason."""
SNAP_KM = 25.0
"""How far from a graph a node may lie: positions of stations were set by hand."""
HELD_TO_IT = ("rail", "sea")
"""Kinds that are held to the limit; roads of the graph are mostly chords."""


class Reason(Row):
    """exceptions.csv: why a link's measured length may differ, or cannot be measured."""

    link: Identifier
    reason: Annotated[Text, Field(min_length=10)]


class Finding(NamedTuple):
    """A link's typed and measured length.

    Attributes
    ----------
    link, kind, status
        As in ``links.csv``.
    typed_km, measured_km
        The second is None where nothing could be measured.
    difference
        Measured over typed, less 1.
    verdict
        ``agrees``, ``exception`` (with its reason), ``differs``, ``not measured``, or ``not judged`` (roads, planned
        lines).
    reason
        Why it may differ, or why nothing could be measured.
    line
        Longitude and latitude of its points, for maps; a straight line where nothing better is known.
    schematic
        Whether the line is straight or drawn by hand.
    """

    link: str
    kind: str
    status: str
    typed_km: float
    measured_km: float | None
    difference: float | None
    verdict: str
    reason: str
    line: Floats
    schematic: bool


def audit(tables: Tables, folder: str | Path) -> list[Finding]:
    """Measure every rail, road and sea link of a study.

    Parameters
    ----------
    tables
        The study's tables.
    folder
        Holds the committed geography: graphs, sea routes, ``exceptions.csv``.

    Returns
    -------
    list of Finding
        In the order of the tables.

    Raises
    ------
    InputError
        If a file of the geography is missing or damaged, or an exception names no link.
    """
    folder = Path(folder)
    written = folder / "exceptions.csv"
    rows = read_rows(written, Reason)[0] if written.exists() else []
    known = {link.id for link in tables["links"]}
    reasons = {row.link: row.reason for row in rows}
    strays = [
        Fault("exceptions.csv", row.number, "link", f'"{row.link}" is no link of this study.')
        for row in rows
        if row.link not in known
    ]
    if strays:
        raise InputError(strays)
    nodes = {node.id: node for node in tables["nodes"]}
    typed = {row.subject: row.central * parse(row.unit)[1] for row in tables["lengths"]}
    over_land = {mode: _Way(GeoGraph.read(folder, mode, shapes=True), mode) for mode in ("rail", "road")}
    by_sea = _sea(folder)
    findings = []
    for link in tables["links"]:
        if link.kind in ("rail", "road", "sea"):
            ends = nodes[link.from_node], nodes[link.to_node]
            km, line, schematic, why = (
                by_sea.get((link.from_node, link.to_node), (None, _straight(ends), True, "not in sea_routes.parquet"))
                if link.kind == "sea"
                else over_land[link.kind].between(ends)
            )
            findings.append(
                _finding(link, typed[link.id], km, line, why, reasons.get(link.id, ""), schematic=schematic)
            )
    return findings


def cross_check(tables: Tables, findings: Sequence[Finding]) -> dict[str, CrossCheck]:
    """Lengths of searoute beside the measured sea links, by link; told, never judged and never a cost.

    Raises
    ------
    MissingExtraError
        If searoute is not installed: ``pip install corridor[crosscheck]``.
    """
    ends = {link.id: (link.from_node, link.to_node) for link in tables["links"]}
    at_sea = [(f.link, f.measured_km) for f in findings if f.kind == "sea"]
    pairs = {link: Pair(*ends[link], km) for link, km in at_sea if km is not None}
    used = {name for pair in pairs.values() for name in pair[:2]}
    nodes = [node for node in tables["nodes"] if node.id in used]
    places = Places(
        np.array([node.id for node in nodes], dtype=np.str_),
        np.array([node.longitude_deg for node in nodes]),
        np.array([node.latitude_deg for node in nodes]),
    )
    return dict(zip(pairs, searoute_check(places, list(pairs.values())), strict=True))


def _finding(
    link: Link, typed: float, km: float | None, line: Floats, why: str, reason: str, *, schematic: bool
) -> Finding:
    difference = None if km is None else km / typed - 1
    held = link.kind in HELD_TO_IT and link.status == "open"
    if difference is not None and abs(difference) <= MOST_DIFFERENCE:
        verdict = "agrees"
    elif reason:
        verdict = "exception"
    else:
        verdict = "not judged" if not held else "not measured" if difference is None else "differs"
    if difference is None or abs(difference) > MOST_DIFFERENCE:
        schematic = True
    return Finding(link.id, link.kind, link.status, typed, km, difference, verdict, reason or why, line, schematic)


class _Way:
    """Shortest ways over the edges of one mode."""

    def __init__(self, graph: GeoGraph, mode: str) -> None:
        self._graph = graph
        self._edge = np.flatnonzero(graph.mode == MODES.index(mode))
        ends = np.column_stack([graph.edge_from, graph.edge_to])[self._edge]
        self._served = np.unique(ends)
        self._km = graph.length_km[self._edge]
        self._rows = WeightedGraph(graph.n_nodes, ends)
        self._unit = unit_vectors(graph.longitude_deg[self._served], graph.latitude_deg[self._served])

    def between(self, ends: tuple[Node, Node]) -> tuple[float | None, Floats, bool, str]:
        """Length, line, whether the line is schematic, and why there is no length."""
        start, stop = (self._near(end) for end in ends)
        if start is None or stop is None:
            far = ends[0] if start is None else ends[1]
            return None, _straight(ends), True, f"{far.id} lies more than {SNAP_KM:g} km from the graph"
        if start == stop:
            return None, _straight(ends), True, "both ends fall on one node of the graph"
        [(_, tree)] = self._rows.trees(self._km, [start])
        km = float(tree.distance[0, stop])
        if not np.isfinite(km):
            return None, _straight(ends), True, "the graph has no way between its ends"
        line, schematic = self._line(tree.parent[0].astype(np.int64), stop)
        return km, line, schematic, ""

    def _near(self, place: Node) -> int | None:
        """The node nearest to a node of the study, on its gauge where it has one; None where it lies too far."""
        chord = np.linalg.norm(self._unit - unit_vectors([place.longitude_deg], [place.latitude_deg]), axis=1)
        gauge = self._graph.gauge_mm[self._served]
        fits = (gauge == place.gauge) if place.gauge else np.ones(len(gauge), dtype=bool)
        if not fits.any():
            return None
        nearest = np.flatnonzero(fits)[np.argmin(chord[fits])]
        return int(self._served[nearest]) if chord_km(chord[nearest]) <= SNAP_KM else None

    def _line(self, parent: Ints, at: int) -> tuple[Floats, bool]:
        pieces, schematic = [], False
        while parent[at] >= 0:
            before = int(parent[at])
            found = self._rows.edges_between(self._km, np.array([before]), np.array([at]))
            edge = int(self._edge[found[0]])
            line = np.asarray(self._graph.shape[edge])
            pieces.append(line if self._graph.edge_to[edge] == at else line[::-1])
            schematic |= bool(self._graph.schematic[edge])
            at = before
        return np.vstack(pieces[::-1]), schematic


def _straight(ends: tuple[Node, Node]) -> Floats:
    return np.array([[end.longitude_deg, end.latitude_deg] for end in ends])


def _sea(folder: Path) -> dict[tuple[str, str], tuple[float | None, Floats, bool, str]]:
    """Ways of sea_routes.parquet by their ends."""
    routes = read_sea_routes(folder / SEA_ROUTES)
    return {(route.origin, route.destination): (route.length_km, route.line, False, "") for route in routes}
